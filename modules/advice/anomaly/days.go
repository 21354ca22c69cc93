package anomaly

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// hourly is a number for each hour of a day.
type hourly [dayHours]float64

// day is one local day.
type day struct {
	// row is the index of each hour's row; −1 for an hour skipped by the clock.
	row [dayHours]int
	// load and temp are NaN if unknown; base is the baseline's prediction.
	load, temp, base hourly
	weekday          int // Monday is 0
	kind             dayKind
	// skipped days have too little data for a judgement; taken days belong to a finding and are not used for learning.
	skipped, taken bool
}

// dayKind separates working days from weekends.
type dayKind int

const (
	working dayKind = iota
	weekend
	dayKinds
)

// minHours is the minimum number of known hours of a judged day.
const minHours = 16

func (d *day) weekHour(h int) int { return d.weekday*dayHours + h }

// residual returns the load minus the expected load; 0 if unknown.
func (d *day) residual(c *correction) (r hourly) {
	for h := range r {
		if v := d.load[h] - d.base[h] - c[d.kind][h]; !math.IsNaN(v) {
			r[h] = v
		}
	}
	return r
}

// layDays groups rows by local day.
func layDays(rows []baseline.Row) []day {
	first := rows[0].Date
	days := make([]day, rows[len(rows)-1].Date-first+1)
	for k := range days {
		d := &days[k]
		const thursday, saturday = 3, 5 // 1970-01-01 was a Thursday
		d.weekday = (first + k + thursday) % weekDays
		if d.weekday >= saturday {
			d.kind = weekend
		}
		for h := range dayHours {
			d.row[h], d.load[h], d.temp[h], d.base[h] = -1, math.NaN(), math.NaN(), math.NaN()
		}
	}
	for i, r := range rows {
		d, h := &days[r.Date-first], r.WeekHour%dayHours
		if d.row[h] < 0 {
			d.row[h], d.load[h], d.temp[h] = i, r.Load, r.Temp
		}
	}
	return days
}

// week is the usual week of a history: the median load of each hour, the hours usually in use, and levels.
type week struct {
	usual    [weekHours]float64
	occupied [weekHours]bool
	mean     float64
	// balance is the outdoor temperature from which cooling is expected, °C; NaN if temperatures are unknown.
	balance float64
}

const (
	// An hour counts as occupied from occupiedShare of the way from the week's 10th percentile to its 90th.
	occupiedShare       = 0.35
	lowShare, highShare = 0.1, 0.9
	// Cooling begins at a lower temperature if the climate is cooler than warmClimate, median °C.
	warmClimate, coolBalance, warmBalance = 24, 18, 22
	temperaturesKnown                     = 0.8
)

// weekOf returns the usual week of rows; known is false if nothing was measured.
func weekOf(rows []baseline.Row) (w week, known bool) {
	var by [weekHours][]float64
	var temps, all []float64
	sum := 0.0
	for _, r := range rows {
		if !math.IsNaN(r.Load) {
			by[r.WeekHour] = append(by[r.WeekHour], r.Load)
			sum += r.Load
			all = append(all, r.Load)
		}
		if !math.IsNaN(r.Temp) {
			temps = append(temps, r.Temp)
		}
	}
	w.mean = sum / float64(len(all))
	if len(all) < minHistory*dayHours/2 || w.mean <= 0 {
		return w, false
	}
	whole := history.Median(all)
	for h := range w.usual {
		if w.usual[h] = history.Median(by[h]); len(by[h]) == 0 {
			w.usual[h] = whole
		}
	}
	sorted := slices.Sorted(slices.Values(w.usual[:]))
	low, high := history.PercentileSorted(sorted, lowShare), history.PercentileSorted(sorted, highShare)
	for h := range w.occupied {
		w.occupied[h] = w.usual[h] > low+occupiedShare*(high-low)
	}
	w.balance = math.NaN()
	if float64(len(temps)) > temperaturesKnown*float64(len(rows)) {
		w.balance = coolBalance
		if history.Median(temps) > warmClimate {
			w.balance = warmBalance
		}
	}
	return w, true
}
