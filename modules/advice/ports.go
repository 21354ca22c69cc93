package advice

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Consumption reads measured energy.
type Consumption interface {
	// Measured returns the start of a target's first measured hour and the end of its last one.
	Measured(ctx context.Context, target Target) (from, to time.Time, found bool, err error)
	// Hours returns the energy of a target in each hour of [from, to), oldest first. Hours are whole on the site's clock; hours without
	// measurements may be left out. A space counts each kWh once.
	Hours(ctx context.Context, target Target, from, to time.Time) ([]history.Use, error)
	// Days returns a target's local days of [from, to), oldest first, including days without measurements. The first and the last day may
	// be partial.
	Days(ctx context.Context, target Target, from, to time.Time) ([]DayUse, error)
	// Total returns a target's use in [from, to), within one local month: the same figures as in the overview and the bill.
	Total(ctx context.Context, target Target, from, to time.Time) (DayUse, error)
	// Beside compares the use in [from, to) with the same range that many days earlier, for devices measured in both.
	Beside(ctx context.Context, t Target, from, to time.Time, days int) (Beside, error)
}

// Beside is the use in a range and in an earlier one, kWh, counting only what was measured in both. Share is its part of the expected
// energy, 0 to 1. Comparable is false if that is too small.
type Beside struct {
	KWh, Before, Share float64
	Comparable         bool
}

// DayUse is the use of a target in a local day or another span: the same figures as in its series.
type DayUse struct {
	Start time.Time
	// Known is false if nothing was measured or filled in; the figures are then unknown, not zero.
	Known bool
	// KWh is energy, Cost money, CO2Kg emissions.
	KWh, Cost, CO2Kg float64
	// Exact are the same figures unrounded, as decimal numbers: they add up to the month's total exactly.
	Exact ExactUse
	// PeakKW is the mean power of the highest completely measured quarter hour; NaN if there is none.
	PeakKW float64
	// Coverage is the measured part of the elapsed time, 0 to 1, weighted by the usual load of its devices; Weight is the sum of these
	// weights.
	Coverage, Weight float64
}

// ExactUse is an amount of kWh with its money and kg of CO2, as unrounded decimal numbers; empty if unknown.
type ExactUse struct{ KWh, Cost, CO2Kg string }

// Ambience reads temperatures and occupancy of spaces.
type Ambience interface {
	// AmbientHours returns hourly means of a space's own readings in [from, to), oldest first. For a site they are the weather outdoors,
	// from its sensors or else from a weather service, which also forecasts the next hours. Unknown hours are left out.
	AmbientHours(ctx context.Context, space string, from, to time.Time) ([]AmbientHour, error)
}

// AmbientHour is the mean of an hour; nil means not measured.
type AmbientHour struct {
	Start       time.Time
	Temperature *float64 // °C
	Occupancy   *float64 // persons
}

// Temperatures returns the hours that have a temperature, °C.
func Temperatures(hours []AmbientHour) []history.Value {
	return valuesOf(hours, func(hour AmbientHour) *float64 { return hour.Temperature })
}

// Occupancies returns the hours that have an occupancy, in persons.
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

// Calendar reads when spaces are open.
type Calendar interface {
	// CalendarHours returns, for each hour of [from, to), whole on the site's clock, whether a space is open and the kind of day. assumed
	// is true if no opening hours are set and a usual week was assumed.
	CalendarHours(ctx context.Context, space string, from, to time.Time) (hours []history.CalendarHour, assumed bool, err error)
}

// Prices reads energy prices.
type Prices interface {
	// Rates returns the rates of a space over [from, to), without gaps, oldest first.
	Rates(ctx context.Context, space string, from, to time.Time) ([]Rate, error)
}

// Rate is a price over a span of time.
type Rate struct {
	From, To time.Time
	// Price is money per kWh, Demand per kW of the month's peak. Footprint is kg of CO2 per kWh used, Avoided per kWh saved.
	Price, Demand, Footprint, Avoided float64
	Currency                          string
	Tariff, Source                    string // the tariff's name, and the source of a default
	// ValidFrom is the tariff's first local day, YYYY-MM-DD. Default is true if the site has no tariff of its own.
	ValidFrom string
	Default   bool
	// FootprintFactor and AvoidedFactor are the sources of Footprint and Avoided.
	FootprintFactor, AvoidedFactor Factor
}

// Factor is the source of an emission factor.
type Factor struct {
	KgPerKWh float64
	Year     int // the year it was published for, or the first year of the tariff that sets it
	Name     string
	Default  bool // the site has no factor of its own
}

// Recommendations stores recommendations and their status events.
type Recommendations interface {
	// Find returns the recommendations that match a filter, the highest value first.
	Find(ctx context.Context, filter Filter) ([]Recommendation, error)
	// Recommendation returns a recommendation by its id; found is false if there is none.
	Recommendation(ctx context.Context, id string) (r Recommendation, found bool, err error)
	// Change calls change with a recommendation inside a transaction, and stores the result with its event. If change fails, nothing is
	// stored and its error is returned unchanged. Errors: ErrNotFound.
	Change(ctx context.Context, id string, change func(Recommendation) (Recommendation, Event, error)) (Recommendation, error)
	// Events returns the status events of a recommendation, oldest first.
	Events(ctx context.Context, id string) ([]Event, error)
}

// Analyses stores the last analysis of each target.
type Analyses interface {
	// Analyses returns the last analysis of every target, without departures.
	Analyses(ctx context.Context) ([]Analysis, error)
	// Departures returns the departures of the last analyses, by target; targets without any are left out.
	Departures(ctx context.Context) (map[Target][]rules.Departure, error)
	// KeepAnalysis replaces a target's analysis. In the same transaction it replaces the target's recommendations by merge(stored), and
	// stores the event that Turned returns for each.
	KeepAnalysis(ctx context.Context, a Analysis, merge func(stored []Recommendation) []Recommendation) error
}
