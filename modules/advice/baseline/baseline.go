// Package baseline predicts the consumption expected from calendar and weather, hour by hour. Fit takes measured hours and returns the
// simplest model that predicts well: time of week and temperature (towt.go), or the mean by hour of week. Everything is deterministic, in
// the order of the rows.
package baseline

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// WeekHours is the number of hours of a week, from Monday 00:00 local time.
const WeekHours = 168

// Row is one hour.
type Row struct {
	// WeekHour is 0 to 167, Monday 00:00 local time first.
	WeekHour int
	// Load is the hour's energy in kWh; NaN if it was not measured.
	Load float64
	// Temp is the outdoor temperature in °C; NaN if unknown.
	Temp float64
	// Warmer24 and Warmer72 are the mean temperature of the 24 and 72 hours up to and including this one, minus its own, °C; 0 if unknown.
	// FillWarmth computes them.
	Warmer24, Warmer72 float64
	// Date is the local date in days since 1970-01-01.
	Date int
	// Day is the date's kind in the calendar; the zero value is a usual day or an unknown one.
	Day history.DayKind
}

// Name identifies a model.
type Name string

// The models.
const (
	TOWT       Name = "towt"
	MeanOfWeek Name = "mean_by_hour_of_week"
)

// Model predicts an hour's load in kWh, never below 0; NaN if it cannot (a temperature that it needs is missing).
type Model interface {
	Name() Name
	Predict(r Row) float64
}

// weekMeans has a level for each hour of the week.
type weekMeans struct{ level [WeekHours]float64 }

// Means fits the mean by hour of week. An hour of the week without data gets the mean of the same hour on other days.
func Means(rows []Row) Model {
	return weekMeans{level: levels(rows, func(r Row) float64 { return r.Load })}
}

func (m weekMeans) Name() Name { return MeanOfWeek }

func (m weekMeans) Predict(r Row) float64 { return m.level[r.WeekHour] }

// levels returns the means of a quantity by hour of week, from rows with a known value.
func levels(rows []Row, of func(Row) float64) [WeekHours]float64 {
	var sums, counts [WeekHours]float64
	for _, r := range rows {
		if v := of(r); !math.IsNaN(v) {
			sums[r.WeekHour] += v
			counts[r.WeekHour]++
		}
	}
	var level [WeekHours]float64
	for h := range level {
		level[h] = meanAt(sums, counts, h)
	}
	return level
}

// meanAt returns an hour's mean, or else the mean of the same hour on other days, or of all hours.
func meanAt(sums, counts [WeekHours]float64, h int) float64 {
	if counts[h] > 0 {
		return sums[h] / counts[h]
	}
	for _, step := range []int{24, 1} {
		sum, n := 0.0, 0.0
		for k := h % step; k < WeekHours; k += step {
			sum, n = sum+sums[k], n+counts[k]
		}
		if n > 0 {
			return sum / n
		}
	}
	return 0
}
