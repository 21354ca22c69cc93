package advice

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Consumption is measured energy.
type Consumption interface {
	// Measured reports when the first measured hour of a target begins and the last one ends.
	Measured(ctx context.Context, target Target) (from, to time.Time, found bool, err error)
	// Hours is the energy of a target in the hours of [from, to), whole on the site's clock, oldest first. Hours in
	// which nothing was measured may be left out. A space counts each kWh once.
	Hours(ctx context.Context, target Target, from, to time.Time) ([]history.Use, error)
	// Days are a target's local days of [from, to), oldest first, those in which nothing was measured too; the first and
	// the last may be cut.
	Days(ctx context.Context, target Target, from, to time.Time) ([]DayUse, error)
	// Total is what a target used in [from, to), of one local month: the same figures as in the overview and the bill.
	Total(ctx context.Context, target Target, from, to time.Time) (DayUse, error)
	// Beside sets what was used in [from, to) beside so many days before, of what was measured in both.
	Beside(ctx context.Context, t Target, from, to time.Time, days int) (Beside, error)
}

// Beside is what was used in a range and in an earlier one, kWh, of what was measured in both; Share is the part of the expected
// energy that this is, 0 to 1. Comparable is false where that is too little.
type Beside struct {
	KWh, Before, Share float64
	Comparable         bool
}

// DayUse is what a target used in a local day, or in another span: the same figures as in its series.
type DayUse struct {
	Start time.Time
	// Known is false where nothing was measured or filled in; the figures are then no zeros.
	Known bool
	// KWh, money and kg of CO2.
	KWh, Cost, CO2Kg float64
	// Exact are the same in full, as decimal numbers: their sums are the month's to the last digit.
	Exact ExactUse
	// PeakKW is the mean power of the highest quarter hour that was wholly measured; NaN where none was.
	PeakKW float64
	// Coverage is the measured part of the time that has passed, 0 to 1, weighed by what its devices usually draw; Weight is what
	// it is of.
	Coverage, Weight float64
}

// ExactUse is an amount of kWh with its money and kg of CO2, decimal numbers in full; empty where nothing is known.
type ExactUse struct{ KWh, Cost, CO2Kg string }

// Ambience is what spaces are like.
type Ambience interface {
	// AmbientHours are hourly means of a space's own readings in [from, to), oldest first; those of a site are the
	// weather outdoors, by its sensors or else by a weather service, which also forecasts hours to come. Hours of which
	// nothing is known are left out.
	AmbientHours(ctx context.Context, space string, from, to time.Time) ([]AmbientHour, error)
}

// AmbientHour is an hour's mean; nil is not measured.
type AmbientHour struct {
	Start       time.Time
	Temperature *float64 // °C
	Occupancy   *float64 // persons
}

// Temperatures are the hours that have one, °C.
func Temperatures(hours []AmbientHour) []history.Value {
	return valuesOf(hours, func(hour AmbientHour) *float64 { return hour.Temperature })
}

// Occupancies are the hours that have one, persons.
func Occupancies(hours []AmbientHour) []history.Value {
	return valuesOf(hours, func(hour AmbientHour) *float64 { return hour.Occupancy })
}

func valuesOf(hours []AmbientHour, of func(AmbientHour) *float64) []history.Value {
	var values []history.Value
	for _, hour := range hours {
		if v := of(hour); v != nil {
			values = append(values, history.Value{Start: hour.Start, Value: *v})
		}
	}
	return values
}

// Calendar is when spaces are used.
type Calendar interface {
	// CalendarHours are the hours of [from, to), whole on the site's clock: whether a space is open in them and what
	// day it is; assumed is true if no opening hours are set and a usual week was assumed.
	CalendarHours(ctx context.Context, space string, from, to time.Time) (hours []history.CalendarHour, assumed bool, err error)
}

// Prices is what energy costs.
type Prices interface {
	// Rates are those of a space over [from, to), without gaps, oldest first.
	Rates(ctx context.Context, space string, from, to time.Time) ([]Rate, error)
}

// Rate is a price over a span of time.
type Rate struct {
	From, To time.Time
	// Price is money per kWh, Demand per kW of the month's peak. Footprint is kg of CO2 for a kWh that is used, Avoided
	// for one that is saved.
	Price, Demand, Footprint, Avoided float64
	Currency                          string
	Tariff, Source                    string // the tariff's name, and where a default comes from
	// ValidFrom is the tariff's first local day, YYYY-MM-DD; Default is true if the site has set none.
	ValidFrom string
	Default   bool
	// FootprintFactor and AvoidedFactor say where Footprint and Avoided come from.
	FootprintFactor, AvoidedFactor Factor
}

// Factor is where an emission factor comes from.
type Factor struct {
	KgPerKWh float64
	Year     int // the one it was published for, or from which the tariff that sets it holds
	Name     string
	Default  bool // the site has set none
}

// Recommendations stores recommendations and the events of their life.
type Recommendations interface {
	// Find returns those that match a filter, the most money first.
	Find(ctx context.Context, filter Filter) ([]Recommendation, error)
	// Recommendation is one by its id; found is false where there is none.
	Recommendation(ctx context.Context, id string) (r Recommendation, found bool, err error)
	// Change calls change with one inside a transaction and stores the result with its event; an error of change stores
	// nothing and is returned as it is. ErrNotFound where there is none.
	Change(ctx context.Context, id string, change func(Recommendation) (Recommendation, Event, error)) (Recommendation, error)
	// Events are what happened to one, oldest first.
	Events(ctx context.Context, id string) ([]Event, error)
}

// Analyses stores the last analysis of each target.
type Analyses interface {
	// Analyses are the last ones of all targets, without their departures.
	Analyses(ctx context.Context) ([]Analysis, error)
	// Departures are those of the last analyses that found any.
	Departures(ctx context.Context) (map[Target][]rules.Departure, error)
	// KeepAnalysis replaces a target's analysis and, in the same transaction, its recommendations by what merge makes
	// of those that were stored; the event that Turned returns is stored with each.
	KeepAnalysis(ctx context.Context, a Analysis, merge func(stored []Recommendation) []Recommendation) error
}
