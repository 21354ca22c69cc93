package advice

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/words"
)

// Trees reads what there is.
type Trees interface {
	// Tree is the campus as it is now.
	Tree(ctx context.Context) (Tree, error)
}

// Tree is all spaces and devices.
type Tree struct {
	Spaces  []Space
	Devices []Device
	// Moves are those of the devices, each device's oldest first.
	Moves []Move
}

// Move is a device's, from a space to the next or to where it hangs now.
type Move struct {
	Device, Space string // Space is where it hung
	Until         time.Time
}

// Space is a part of the campus.
type Space struct {
	ID, Parent, Name string // Parent is empty for a site
	Kind             Level
	AreaM2           float64 // 0 where unknown
	Zone             *time.Location
}

// Device is a meter, a plug or a sensor.
type Device struct {
	ID, Name, Kind string // Kind is meter, ac, lighting, computer, console, tv, appliance, lab, sensor or other
	Space, Parent  string // Parent is the meter it sits behind, or empty
	// RatedW is the most that it draws, StandbyW what it draws while idle; 0 where unknown.
	RatedW, StandbyW float64
	// ClockOff is by how much its clock is ahead; behind where it is negative.
	ClockOff time.Duration
}

// Consumption is measured energy.
type Consumption interface {
	// Measured tells when the first measured hour of a target begins and the last one ends.
	Measured(ctx context.Context, target Target) (from, to time.Time, found bool, err error)
	// Hours is the energy of a target in the hours of [from, to), whole on the site's clock, oldest first. Hours in
	// which nothing was measured may be left out. A space counts each kWh once.
	Hours(ctx context.Context, target Target, from, to time.Time) ([]history.Use, error)
	// Days are a target's local days of [from, to), oldest first, those in which nothing was measured too; the first and
	// the last may be cut.
	Days(ctx context.Context, target Target, from, to time.Time) ([]DayUse, error)
	// Total is what a target used in [from, to), of one local month: the figures that the overview and the bill tell.
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

// DayUse is what a target used in a local day, or in another span: the figures that its series tells.
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

// States is what devices say of themselves.
type States interface {
	// Spans are a device's states in [from, to), cut to it, oldest first, without what is not known.
	Spans(ctx context.Context, device string, from, to time.Time) ([]history.Span, error)
}

// Calendar is when spaces are used.
type Calendar interface {
	// CalendarHours tells of each hour of [from, to), whole on the site's clock, whether a space is held for used and what
	// day it is; assumed is true where nobody has said when it is used and a usual week was taken.
	CalendarHours(ctx context.Context, space string, from, to time.Time) (hours []history.CalendarHour, assumed bool, err error)
}

// Openings enters in the calendar that a place opened on days on which it is closed otherwise.
type Openings interface {
	// OpenDay enters that a space opened on a date, YYYY-MM-DD, under a name, and gives the entry's id. Errors: ErrForbidden.
	OpenDay(ctx context.Context, caller Caller, space, name, date string) (id string, err error)
	// DropOpening takes an entry away; one that is not there is gone already. Errors: ErrForbidden.
	DropOpening(ctx context.Context, caller Caller, id string) error
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
	// ValidFrom is the tariff's first local day, YYYY-MM-DD; Default tells that the site has set none.
	ValidFrom string
	Default   bool
	// FootprintFactor and AvoidedFactor say where Footprint and Avoided come from.
	FootprintFactor, AvoidedFactor Factor
}

// Factor says where an emission factor comes from.
type Factor struct {
	KgPerKWh float64
	Year     int // the one it was published for, or from which the tariff that sets it holds
	Name     string
	Default  bool // the site has set none
}

// Changes tells what past was changed, so that only that is analysed again. The present day does not count.
type Changes interface {
	// Since are the targets whose past was changed at or after an instant, each with the last time: a device's readings
	// or states, a space's ambient readings or weather, calendar or tariff (which stand for all within it).
	Since(ctx context.Context, at time.Time) ([]Change, error)
}

// Change is one of them.
type Change struct {
	Target Target
	At     time.Time
}

// Recommendations keeps what was found and what became of it.
type Recommendations interface {
	// Find gives those that a filter picks, the most money first.
	Find(ctx context.Context, filter Filter) ([]Recommendation, error)
	// Recommendation is one by its id; found is false where there is none.
	Recommendation(ctx context.Context, id string) (r Recommendation, found bool, err error)
	// Change lets change decide on one inside a transaction and keeps it with what happened; an error of change keeps
	// nothing and is returned as it is. ErrNotFound where there is none.
	Change(ctx context.Context, id string, change func(Recommendation) (Recommendation, Event, error)) (Recommendation, error)
	// Events are what happened to one, oldest first.
	Events(ctx context.Context, id string) ([]Event, error)
}

// Analyses keeps when and with what outcome each target was last analysed.
type Analyses interface {
	// Analyses are the last ones of all targets, without their departures.
	Analyses(ctx context.Context) ([]Analysis, error)
	// Departures are those of the last analyses that found any.
	Departures(ctx context.Context) (map[Target][]rules.Departure, error)
	// KeepAnalysis replaces a target's analysis and, in the same transaction, its recommendations by what merge makes
	// of those that were stored; what Turned tells of them is kept as what happened to them.
	KeepAnalysis(ctx context.Context, a Analysis, merge func(stored []Recommendation) []Recommendation) error
}

// DayAnswers keeps what somebody said of closed days that look like working days.
type DayAnswers interface {
	// KeepDayAnswers keeps answers in one transaction, each in the place of the one for its space and date.
	KeepDayAnswers(ctx context.Context, answers []DayAnswer) error
	// AllDayAnswers are those kept, by space and date, those that were taken back too.
	AllDayAnswers(ctx context.Context) ([]DayAnswer, error)
}

// Archive keeps reports for as long as they may be fetched.
type Archive interface {
	// KeepReport keeps a report, and lets go of those made before an instant and of its maker's beyond the newest so many.
	KeepReport(ctx context.Context, r Report, forget time.Time, ofMaker int) error
	// Report is one by its id; found is false where there is none.
	Report(ctx context.Context, id string) (r Report, found bool, err error)
}

// Jobs keeps how far jobs have come, and lets one process run them at a time.
type Jobs interface {
	// TryLock takes the lock if no process has it; mine is false where one has. release gives it back.
	TryLock(ctx context.Context) (release func(), mine bool, err error)
	// KeepJob keeps a job as it is now, by its id, and lets the oldest go beyond so many.
	KeepJob(ctx context.Context, job Job, most int) error
	// AllJobs are those kept, the newest first.
	AllJobs(ctx context.Context) ([]Job, error)
}

// Rewriter words texts better. It may be left out.
type Rewriter interface {
	// Reword gives other words for a text; ErrUnreadable where it answered something else.
	Reword(ctx context.Context, l words.Language, t words.Text) (words.Text, error)
}

// WordingLife is how long better words are kept at the least.
const WordingLife = 90 * 24 * time.Hour

// Wordings keeps better words by the key of what they stand for.
type Wordings interface {
	// KeepWording keeps one, and lets go of those older than WordingLife.
	KeepWording(ctx context.Context, key string, t words.Text, at time.Time) error
	// KeptWordings are those of some keys that are kept.
	KeptWordings(ctx context.Context, keys []string) (map[string]words.Text, error)
}

// Reports draws a report as a PDF of one page.
type Reports interface {
	Render(ctx context.Context, r Report) ([]byte, error)
}

// Filter picks recommendations; what is empty picks all.
type Filter struct {
	// Spaces are those in which the target may stand; nil is anywhere, empty is nowhere.
	Spaces []string
	Device string
	Status Status
	Kind   string
	// Heard leaves out what was dismissed and what the last analysis no longer found, unless it was accepted or done.
	Heard bool
	// MinKWh is the least saving a month.
	MinKWh float64
	// After is where the page before ended; the zero Place begins.
	After Place
	// Limit is how many at the most; 0 is all.
	Limit int
}

// Place is a recommendation's place in the order: trivial ones last, the most promised money first, then by id.
type Place struct {
	Rank int64
	ID   string
}

// Place is where a recommendation stands in the order.
func (r Recommendation) Place() Place { return Place{Rank: rankOf(r), ID: r.ID} }

// beforeTrivial puts what is worth something before all that is not; no sum of money in thousandths comes near it.
const beforeTrivial = int64(1) << 52

// rankOf is the promised money in thousandths; where energy costs nothing, the promised Wh decide.
func rankOf(r Recommendation) int64 {
	rank := int64(r.Finding.Saving.Low)
	if r.Money.CostLow > 0 {
		rank = int64(r.Money.CostLow * 1000)
	}
	if !r.Trivial() {
		rank += beforeTrivial
	}
	return rank
}

// Event is a change of a recommendation's status.
type Event struct {
	At       time.Time
	From, To Status
	By, Note string
}
