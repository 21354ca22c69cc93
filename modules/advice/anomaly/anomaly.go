// Package anomaly finds waste and faults in the hours of a meter, as early as they can honestly be seen: what is said of an hour
// rests on that hour and those before it. Detect is the way in; Scores looks back on a span as a whole (score.go).
//
// Faults of the data come first (faults.go, gaps.go) and raise nothing else. What calendar and weather lead one to expect
// (expected.go) is taken from every day; what remains is weighed against the meter's own noise (noise.go), learnt from the
// history. Spikes are hours that stand out of their day, and of waste that lasts (spikes.go). Sustained waste is sought by its
// shapes (shapes.go): for each shape and each day on which it may have begun, the likelihood that it was added since (scan.go);
// what is found lasts while its shape does (sustained.go).
package anomaly

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Kind says what a finding is.
type Kind string

// Waste.
const (
	// OffHours is a load that stays on in hours in which the meter is usually low.
	OffHours Kind = "offhours_base"
	// WeekendOn is a weekend that runs like a working day.
	WeekendOn Kind = "weekend_on"
	// StuckOn is a level that was added to all hours.
	StuckOn Kind = "stuck_on"
	// Degradation is a slow rise against what is expected.
	Degradation Kind = "degradation"
	// PeakSpike is one to three hours far above what was usual in eight weeks.
	PeakSpike Kind = "peak_spike"
	// SetpointCooling is a load that follows the heat more steeply.
	SetpointCooling Kind = "setpoint_cooling"
	// ScheduleShift is a working day that starts earlier or ends later.
	ScheduleShift Kind = "schedule_shift"
)

// Faults of the data.
const (
	MeterStuck Kind = "meter_stuck"
	MeterZero  Kind = "meter_zero"
	MeterGap   Kind = "meter_gap"
)

// Fault tells whether the data are at fault, and not the load.
func (k Kind) Fault() bool { return k == MeterStuck || k == MeterZero || k == MeterGap }

// Finding is a stretch of rows, [From, To), that departs from what is expected.
type Finding struct {
	Kind     Kind
	From, To int
	// Known is the number of rows that had to be seen to say so: From < Known.
	Known int
	// KWh is the estimated waste; 0 for a fault.
	KWh float64
	// Strength is the evidence in standard deviations of the meter's own noise; 0 for a fault, which is certain.
	Strength float64
	// Open tells that it still lasts at the last row.
	Open bool
}

// Hours of a day, days of a week, hours of a week.
const (
	dayHours  = 24
	weekDays  = 7
	weekHours = baseline.WeekHours
	// minHistory is how many days there must be before the first that is judged.
	minHistory = 28
)

// Detect judges the rows from one on, which must be consecutive hours, by those before it, which it takes for usual. The findings
// are in order of their begin. What is said after some rows stays said after more of them, as it was or as a part of a longer
// finding; its span, kind and energy are settled as more is seen. Where the history is short of four weeks or of measured hours, only faults are found.
func Detect(rows []baseline.Row, from int) []Finding {
	if from <= 0 || from >= len(rows) {
		return nil
	}
	faults := findFaults(rows, from)
	trusted := slices.Clone(rows)
	for _, f := range faults {
		for i := f.From; i < f.To; i++ {
			trusted[i].Load = math.NaN()
		}
	}
	findings := faults
	if d := newDetector(trusted, from); d != nil {
		findings = append(findings, d.judge()...)
	}
	slices.SortStableFunc(findings, func(a, b Finding) int { return a.From - b.From })
	return findings
}
