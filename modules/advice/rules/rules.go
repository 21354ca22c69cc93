// Package rules finds waste and faults in a target's history. Judge runs them all: it sets faulty hours aside
// (faults.go), lets the rules that point at single hours claim theirs in turn so that no kilowatt-hour is promised
// twice (claims.go and one file a rule), adds those that compare whole days with the past or with peers, and keeps
// what is worth saying (worth.go). Nothing here reads a clock or draws chance: the same history gives the same
// findings to the last digit.
package rules

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Kind says what a finding is.
type Kind string

// The kinds.
const (
	OutOfHours    Kind = "out_of_hours"
	StandbyLoad   Kind = "standby"
	StateMismatch Kind = "state_mismatch"
	Schedule      Kind = "schedule"
	UnusedRoom    Kind = "unused_room"
	CoolingSlope  Kind = "cooling_slope"
	Setpoint      Kind = "setpoint"
	BaseLoad      Kind = "base_load"
	Peak          Kind = "peak"
	Degradation   Kind = "degradation"
	StuckOn       Kind = "stuck_on"
	Sensor        Kind = "sensor"
)

// Version is that of the rules: it counts up whenever one of them, or what they share, would give other figures
// for the same history.
const Version = 4

// Subject is a target with all that the rules may know of it.
type Subject struct {
	// ID names the target; the seeds of its bootstrap follow from it.
	ID string
	// Kind is the device's (ac, tv, meter …), or the space's (room, building …).
	Kind string
	// Within is the kind of space that it is or stands in (room, floor, building, site).
	Within string
	// RatedW and StandbyW are what the device is said to draw, AreaM2 the space's size; 0 where unknown.
	RatedW, StandbyW float64
	AreaM2           float64
	// ClockOff is by how much the device's clock is ahead; behind where it is negative.
	ClockOff time.Duration
	History  *history.History
	Calendar Calendar
	// Peers are spaces of the same kind, each with its size.
	Peers []Traits
	// SiteEnd is the end of the last hour in which anything on the site was measured.
	SiteEnd time.Time
	// Opened and Shut are dates, in days since 1970-01-01, of which somebody has said whether they opened (closed_days.go).
	Opened, Shut []int
}

// Calendar is what a usual month of the coming year holds.
type Calendar struct {
	// OpenDates and ShutDates are the dates a month on which the space opens, and on which it stays shut.
	OpenDates, ShutDates float64
	// ShutHours are all hours a month in which it is shut.
	ShutHours float64
	// Assumed tells that nobody has said when the space is used and a usual week was taken.
	Assumed bool
}

// Traits are what a target is compared with its peers by; 0 where not known.
type Traits struct {
	AreaM2 float64
	// BaseW is the power that nights never fall below, W.
	BaseW float64
	// OpenKW is the mean power of opening hours: what one of them uses, kWh.
	OpenKW float64
	// SlopeKWh is the cooling slope, kWh a day per °C above the balance point.
	SlopeKWh float64
}

// Figure is one number that a finding rests on.
type Figure struct {
	Name  string
	Value float64
	Unit  string
}

// Saving is an amount of kWh a month with its 90 % interval.
type Saving struct{ KWh, Low, High float64 }

// Finding is what one rule found.
type Finding struct {
	Kind Kind
	// Cause tells apart what one rule can find in several ways, such as a rise against the past or against peers.
	Cause    string
	From, To time.Time
	Saving   Saving
	Figures  []Figure
	Formula  string
	// Confidence is 0 to 1.
	Confidence float64
	// Proof is where it was seen.
	Proof
	// Weight is how the saving spreads over the hours of the week, Monday 00:00 first; it sums to 1, or to 0 where
	// nothing is saved. Money follows from it and the price at those hours; it is not kept once that is known.
	Weight [168]float64 `json:"-"`
}

// Figure is a figure's value; 0 where it has none of that name.
func (f Finding) Figure(name string) float64 {
	for _, figure := range f.Figures {
		if figure.Name == name {
			return figure.Value
		}
	}
	return 0
}

// Shortage says why nothing can be said yet.
type Shortage struct{ Days, Needed int }

// Inputs are which of the four inputs the history held.
type Inputs struct{ Consumption, Temperature, DeviceState, HourOfDay bool }

// Outcome is all that the rules say of a subject.
type Outcome struct {
	Findings []Finding
	Traits   Traits
	Inputs   Inputs
	// UseKWh is what the target uses in a usual month.
	UseKWh float64
	// Departures are what departs from the expected in the last two months, oldest first.
	Departures []Departure
	// Shortage is set where there is too little to go by.
	Shortage *Shortage
	// Asked are dates that the calendar calls closed and that look like working days; they count as such until somebody
	// answers. Judged is how many closed dates could be told from working days at all.
	Asked  []int
	Judged int
}

// Spans that the rules look at.
const (
	// MinDays of measurements make a pattern: each day of the week once.
	MinDays = 7
	// recentDays with measurements are what a finding of the present rests on.
	recentDays = 56
	// dateHours must be measured for a date to count.
	dateHours = 12
)

// Judge runs every rule on a subject.
func Judge(s Subject) Outcome {
	out := Outcome{Inputs: inputsOf(s.History)}
	said := s.History
	out.Asked, out.Judged = s.askedDays()
	s.History = asWorkingDays(said, out.Asked)
	faulty, fault := findFault(s)
	sc := prepare(s, faulty)
	sc.window.history, sc.window.asked = said, out.Asked
	out.Departures = departuresOf(s)
	sc.departures = out.Departures
	if len(sc.dates) < MinDays {
		out.Shortage = &Shortage{Days: len(sc.dates), Needed: MinDays}
	}
	if fault != nil {
		sc.proveFault(fault)
		out.Findings = append(out.Findings, *fault)
	}
	if out.Shortage != nil {
		return out
	}
	out.UseKWh = sc.useKWh()
	out.Traits = Traits{AreaM2: s.AreaM2, BaseW: sc.baseW(), OpenKW: sc.openKW()}
	for _, rule := range hourRules {
		if f := sc.claim(rule); f != nil && worthSaying(*f, out.UseKWh) {
			out.Findings = append(out.Findings, *f)
		}
	}
	cooling := fitCooling(sc.coolingDays(sc.whole))
	out.Traits.SlopeKWh = cooling.slope
	for _, rule := range []func(*preparedSubject) *Finding{coolingSlope, setpoint, baseLoad} {
		if f := rule(sc); f != nil && worthSaying(*f, out.UseKWh) {
			out.Findings = append(out.Findings, *f)
		}
	}
	for _, rule := range []func(*preparedSubject, []Finding) *Finding{stuckOn, degradation} {
		if f := rule(sc, out.Findings); f != nil && worthSaying(*f, out.UseKWh) {
			out.Findings = append(out.Findings, *f)
		}
	}
	if f := peak(sc); f != nil && worthSaying(*f, out.UseKWh) {
		out.Findings = append(out.Findings, *f)
	}
	return out
}

func inputsOf(h *history.History) Inputs {
	var in Inputs
	for _, hour := range h.Hours {
		in.Consumption = in.Consumption || hour.Known()
		in.Temperature = in.Temperature || hour.Outdoor == hour.Outdoor || hour.Indoor == hour.Indoor
		in.DeviceState = in.DeviceState || hour.State != history.Unknown
	}
	in.HourOfDay = in.Consumption
	return in
}
