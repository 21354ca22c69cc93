// Package rules finds waste and faults in a target's history. Judge runs all rules: it removes faulty hours (faults.go); the rules for
// single hours claim hours in turn, so that no kilowatt-hour is promised twice (hour_rules.go and one file per rule); other rules compare
// whole days with the past or with peers; findings that are too small are dropped (worth.go). Nothing here reads a clock or an unseeded
// random source: the same history gives exactly the same findings.
package rules

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Kind is the kind of a finding.
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

// Kinds returns all kinds, in the order in which the API lists them.
func Kinds() []Kind {
	return []Kind{OutOfHours, StandbyLoad, StateMismatch, Schedule, UnusedRoom, CoolingSlope, Setpoint, BaseLoad, StuckOn, Degradation, Peak, Sensor}
}

// Version is the version of the rules. It is increased whenever a change of the rules gives other figures for the same history.
const Version = 4

// Subject is a target with all inputs of the rules.
type Subject struct {
	// ID identifies the target; the seeds of its bootstrap are derived from it.
	ID string
	// Kind is the device's (ac, tv, meter …), or the space's (room, building …).
	Kind string
	// Within is the kind of its space, or of the space that it is (room, floor, building, site).
	Within string
	// RatedW and StandbyW are the device's configured powers, AreaM2 the space's size; 0 if unknown.
	RatedW, StandbyW float64
	AreaM2           float64
	// ClockOff is how far the device's clock is ahead; negative means behind.
	ClockOff time.Duration
	History  *history.History
	Calendar Calendar
	// Peers are spaces of the same kind, each with its size.
	Peers []Traits
	// SiteEnd is the end of the last hour with any measurement on the site.
	SiteEnd time.Time
	// Opened and Shut are the dates, in days since 1970-01-01, that were answered as open or as closed (closed_days.go).
	Opened, Shut []int
}

// Calendar describes a usual month of the coming year.
type Calendar struct {
	// OpenDates and ShutDates are the numbers of open and of closed dates a month.
	OpenDates, ShutDates float64
	// ShutHours is the number of closed hours a month.
	ShutHours float64
	// Assumed is true if the space has no opening hours and a usual week was assumed.
	Assumed bool
}

// Traits are the values that a target is compared with its peers by; 0 if unknown.
type Traits struct {
	AreaM2 float64
	// BaseW is the minimum power at night, W.
	BaseW float64
	// OpenKW is the mean power of opening hours, which equals the kWh of one hour.
	OpenKW float64
	// SlopeKWh is the cooling slope, kWh a day per °C above the balance point.
	SlopeKWh float64
}

// Figure is a number that a finding is based on.
type Figure struct {
	Name  string
	Value float64
	Unit  string
}

// Saving is an amount of kWh a month with its 90 % interval.
type Saving struct{ KWh, Low, High float64 }

// Finding is the result of one rule.
type Finding struct {
	Kind Kind
	// Cause distinguishes several results of one rule, such as a rise against the past or against peers.
	Cause    string
	From, To time.Time
	Saving   Saving
	Figures  []Figure
	Formula  string
	// Confidence is 0 to 1.
	Confidence float64
	// Proof lists where it was observed.
	Proof
	// Weight is the distribution of the saving over the hours of the week, Monday 00:00 first. It sums to 1, or to 0 without a saving. The
	// money is computed from it and the prices of these hours; afterwards it is not stored.
	Weight [168]float64 `json:"-"`
}

// Figure returns the value of a figure; 0 if there is none with that name.
func (f Finding) Figure(name string) float64 {
	for _, figure := range f.Figures {
		if figure.Name == name {
			return figure.Value
		}
	}
	return 0
}

// Shortage is set if there are too few days of measurements: Days of the Needed.
type Shortage struct{ Days, Needed int }

// Inputs states which of the four inputs the history has.
type Inputs struct{ Consumption, Temperature, DeviceState, HourOfDay bool }

// Outcome is the result of all rules for a subject.
type Outcome struct {
	Findings []Finding
	Traits   Traits
	Inputs   Inputs
	// UseKWh is the target's use in a usual month.
	UseKWh float64
	// Departures are the deviations from the expected use in the last two months, oldest first.
	Departures []Departure
	// Shortage is set if there is too little data.
	Shortage *Shortage
	// Asked are dates that are closed in the calendar but look like working days; they count as working days until the question is
	// answered. Judged is the number of closed dates that could be classified.
	Asked  []int
	Judged int
}

// Spans that the rules use.
const (
	// MinDays is the minimum number of days with measurements: each day of the week once.
	MinDays = 7
	// recentDays is the number of days with measurements that present findings are based on.
	recentDays = 56
	// dateHours is the minimum number of measured hours for a date to count.
	dateHours = 12
)

// Judge runs every rule on a subject.
func Judge(s Subject) Outcome {
	out := Outcome{Inputs: inputsOf(s.History)}
	said := s.History
	out.Asked, out.Judged = s.unansweredDays()
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
		if f := sc.claim(rule); f != nil && worthReporting(*f, out.UseKWh) {
			out.Findings = append(out.Findings, *f)
		}
	}
	cooling := fitCooling(sc.coolingDays(sc.whole))
	out.Traits.SlopeKWh = cooling.slope
	for _, rule := range []func(*preparedSubject) *Finding{coolingSlope, setpoint, baseLoad} {
		if f := rule(sc); f != nil && worthReporting(*f, out.UseKWh) {
			out.Findings = append(out.Findings, *f)
		}
	}
	for _, rule := range []func(*preparedSubject, []Finding) *Finding{stuckOn, degradation} {
		if f := rule(sc, out.Findings); f != nil && worthReporting(*f, out.UseKWh) {
			out.Findings = append(out.Findings, *f)
		}
	}
	if f := peak(sc); f != nil && worthReporting(*f, out.UseKWh) {
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
