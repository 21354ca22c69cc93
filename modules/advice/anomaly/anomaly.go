// Package anomaly finds waste and faults in the hours of a meter as early as possible: a finding about an hour uses only that hour and
// earlier ones. Detect is the entry point; Scores judges a past span as a whole (score.go).
//
// Data faults come first (faults.go, gaps.go) and cause no other finding. The use expected from calendar and weather (expected.go) is
// subtracted from every day; the rest is compared with the meter's own noise (noise.go), learnt from the history. Spikes are hours far
// above their day and above sustained waste (spikes.go). Sustained waste is searched by its shapes (shapes.go): for each shape and each
// possible first day, the likelihood that it was added since then (scan.go). It lasts as long as its shape is seen (sustained.go).
package anomaly

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Kind is the kind of a finding.
type Kind string

// Waste.
const (
	// OffHours is a load that stays on in hours when the meter is usually low.
	OffHours Kind = "offhours_base"
	// WeekendOn is a weekend with the load of a working day.
	WeekendOn Kind = "weekend_on"
	// StuckOn is a level that was added to all hours.
	StuckOn Kind = "stuck_on"
	// Degradation is a slow rise above the expected use.
	Degradation Kind = "degradation"
	// PeakSpike is one to three hours far above everything usual in eight weeks.
	PeakSpike Kind = "peak_spike"
	// SetpointCooling is a load that rises more steeply with outdoor temperature.
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

// Fault reports whether it is a fault of the data and not of the load.
func (k Kind) Fault() bool { return k == MeterStuck || k == MeterZero || k == MeterGap }

// Finding is a range of rows, [From, To), that deviates from the expected use.
type Finding struct {
	Kind     Kind
	From, To int
	// Known is the number of rows after which it was detected: From < Known.
	Known int
	// KWh is the estimated waste; 0 for a fault.
	KWh float64
	// Strength is the evidence in standard deviations of the meter's own noise; 0 for a fault, which is certain.
	Strength float64
	// Open is true if it still lasts at the last row.
	Open bool
}

// Hours of a day, days of a week, hours of a week.
const (
	dayHours  = 24
	weekDays  = 7
	weekHours = baseline.WeekHours
	// minHistory is the minimum number of days before the first judged day.
	minHistory = 28
)

// Detect judges the rows from an index on by the rows before it, which count as usual. Rows must be consecutive hours. Findings are in
// order of their start. A finding after some rows is never withdrawn after more rows: it stays, or becomes a part of a longer finding; its
// span, kind and energy become more precise. If the history has less than four weeks or too few measured hours, only faults are found.
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
