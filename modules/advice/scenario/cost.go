package scenario

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/whatif"
)

// hourPrice is an hour's price per kWh, its month's price per kW of the highest hour, and its emission factor.
type hourPrice struct{ energy, demand, footprint float64 }

// pricesOf returns the price of each hour: from the valid rates, or from the last tariff among changes.
func (r *replay) pricesOf(changes []Change) []hourPrice {
	var other *Tariff
	for _, c := range changes {
		if c.Action == NewTariff {
			other = c.Tariff
		}
	}
	prices := make([]hourPrice, len(r.hours.Start))
	for i, at := range r.hours.Start {
		rate := advice.RateAt(r.rates, at)
		prices[i] = hourPrice{energy: rate.Price, demand: rate.Demand, footprint: rate.Footprint}
		if other != nil {
			prices[i].energy, prices[i].demand = other.at(r.hours.Weekday[i], r.hours.Clock[i]), other.DemandPerKW
		}
	}
	return prices
}

// at returns the price of an hour, by the first period that contains it.
func (t *Tariff) at(weekday, clock int) float64 {
	for _, p := range t.Periods {
		if p.covers(weekday, clock) {
			return p.PricePerKWh
		}
	}
	return t.PricePerKWh
}

// covers reports whether an hour is in the period, which may have started on that day or on the day before.
func (p Period) covers(weekday, clock int) bool {
	from, _ := wholeHour(p.From)
	to, _ := wholeHour(p.To)
	if to <= from {
		to += advice.HoursPerDay
	}
	days := weekdaysOf(p.Days)
	if len(p.Days) == 0 {
		days = allWeek
	}
	dayBefore := (weekday + advice.DaysPerWeek - 1) % advice.DaysPerWeek
	return days[weekday] && clock >= from && clock < to || days[dayBefore] && clock+advice.HoursPerDay >= from && clock+advice.HoursPerDay < to
}

var allWeek = [advice.DaysPerWeek]bool{true, true, true, true, true, true, true}

// totals sums up a load. Each local month's highest hour is charged in proportion to the replayed part of the month.
func (r *replay) totals(kw []float64, prices []hourPrice) Totals {
	var f Totals
	peaks := make(map[time.Time]float64)
	for i, v := range kw {
		if math.IsNaN(v) {
			continue
		}
		f.KWh += v
		f.Cost += v * prices[i].energy
		f.CO2Kg += v * prices[i].footprint
		at := r.hours.Start[i]
		month := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, at.Location())
		peaks[month] = max(peaks[month], v*prices[i].demand)
	}
	for _, month := range slices.SortedFunc(maps.Keys(peaks), time.Time.Compare) {
		f.Cost += peaks[month] * r.shareOf(month)
	}
	if kw, at := whatif.Peak(kw); at >= 0 {
		f.PeakKW, f.PeakAt = kw, r.hours.Start[at]
	}
	return f
}

// shareOf returns the part of a month that was replayed, 0 to 1.
func (r *replay) shareOf(month time.Time) float64 {
	end := month.AddDate(0, 1, 0)
	first, last := r.hours.Start[0], r.hours.Start[len(r.hours.Start)-1].Add(time.Hour)
	return advice.Earliest(end, last).Sub(advice.Latest(month, first)).Hours() / end.Sub(month).Hours()
}
