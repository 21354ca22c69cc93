package rules

import (
	"math"
	"time"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// Departure is a span of hours that deviates from the use expected from calendar and weather.
type Departure struct {
	Kind anomaly.Kind
	// From and To bound it; Known is the earliest time when it could be detected.
	From, To, Known time.Time
	// KWh is the estimated waste, Strength the evidence in standard deviations of the target's own noise; both 0 for a fault.
	KWh, Strength float64
	// Open is true if it still lasts.
	Open bool
}

// departureDays is the number of last days that are judged; the days before count as usual.
const departureDays = 60

// mostlyMeasured is the minimum measured part of an hour.
const mostlyMeasured = 0.9

// isSpace reports whether the subject is a space and not a device.
func (s Subject) isSpace() bool { return s.Kind != "" && s.Kind == s.Within }

// departuresOf judges the last days of a history by the days before; it returns none if those are less than four weeks. The season is known
// if the history covers a whole year.
func departuresOf(s Subject) []Departure {
	h := s.History
	if s.Kind == "sensor" {
		return nil
	}
	rows := make([]baseline.Row, len(h.Hours))
	for i, hour := range h.Hours {
		rows[i] = baseline.Row{WeekHour: hour.WeekHour, Load: hour.KW, Temp: hour.Outdoor, Date: hour.Date, Day: hour.Day}
		// The value of a partly measured hour may represent only the measured part of a space.
		if hour.Share < mostlyMeasured {
			rows[i].Load = math.NaN()
		}
	}
	const learnDays, dayHours = 42, 24 // a new meter is judged by its first six weeks
	from := max(len(rows)-departureDays*dayHours, learnDays*dayHours)
	var all []Departure
	for _, f := range anomaly.Detect(rows, from) {
		if f.Kind.Fault() && s.isSpace() {
			continue // the meters inside it have that finding
		}
		all = append(all, Departure{
			Kind: f.Kind, From: h.At(f.From), To: h.At(f.To), Known: h.At(f.Known), KWh: f.KWh, Strength: f.Strength, Open: f.Open,
		})
	}
	return all
}

// Thresholds of lasting departures.
const (
	stuckDays, risingDays = 5, 14
	// tail90 standard deviations bound a 90 % interval.
	tail90        = 1.645
	hoursPerMonth = 365.25 / 12 * 24
)

// stuckOn finds a level that was added at an instant and has stayed since. If the base load rule finds it too, only that finding is kept.
func stuckOn(s *preparedSubject, found []Finding) *Finding {
	return s.lasting(anomaly.StuckOn, StuckOn, found, []Kind{BaseLoad, OutOfHours, Schedule}, stuckDays,
		FormulaLasting)
}

// degradation finds a slow rise above the expected use.
func degradation(s *preparedSubject, found []Finding) *Finding {
	return s.lasting(anomaly.Degradation, Degradation, found, []Kind{BaseLoad, CoolingSlope, OutOfHours, Schedule}, risingDays,
		FormulaLasting)
}

// lasting returns a finding for a lasting departure of a kind, unless a finding of other kinds covers it.
func (s *preparedSubject) lasting(of anomaly.Kind, kind Kind, found []Finding, others []Kind, days int, formula string) *Finding {
	for _, f := range found {
		for _, other := range others {
			if f.Kind == other {
				return nil
			}
		}
	}
	for _, d := range s.departures {
		if d.Kind != of || !d.Open || d.To.Sub(d.From).Hours() < float64(24*days) {
			continue
		}
		hours := d.To.Sub(d.From).Hours()
		rate := d.KWh / hours
		saving := Saving{KWh: rate * hoursPerMonth, Low: rate * hoursPerMonth * max(0, 1-tail90/d.Strength), High: rate * hoursPerMonth * (1 + tail90/d.Strength)}
		f := &Finding{
			Kind: kind, From: d.From, To: d.To, Saving: saving, Formula: formula, Confidence: s.certainty(int(hours/24), saving, 0.9),
			Figures: []Figure{
				{"power", 1000 * rate, "W"},
				{"rise", rise(s.used(d), s.used(d)-d.KWh), "%"},
				{"hours", hours, "h"},
				{"dates_watched", hours / 24, "days"},
				{"evidence", d.Strength, "σ"},
			},
		}
		use := make([]float64, len(s.recent.Hours))
		for i, hour := range s.recent.Hours {
			use[i] = hour.KWh()
		}
		f.Weight = weightOf(s.recent, use)
		f.prove(s.window, s.evenly(d), kind == StuckOn)
		if kind != StuckOn {
			f.Worst = Stretch{} // a slow rise has no particular hours
		}
		f.Figures = append(f.Figures, Figure{"wasted", f.wastedInSpans(), "kWh"})
		return f
	}
	return nil
}

// evenly spreads a departure's kWh over its hours, since an added level is the same in all of them.
func (s *preparedSubject) evenly(d Departure) []float64 {
	all := make([]float64, len(s.whole.Hours))
	hours := d.To.Sub(d.From).Hours()
	for i := range all {
		if at := s.whole.At(i); !at.Before(d.From) && at.Before(d.To) {
			all[i] = d.KWh / hours
		}
	}
	return all
}

// used returns the energy of a departure's hours, kWh.
func (s *preparedSubject) used(d Departure) float64 {
	sum := 0.0
	for i, hour := range s.History.Hours {
		if at := s.History.At(i); !at.Before(d.From) && at.Before(d.To) {
			sum += hour.KWh()
		}
	}
	return sum
}

// A peak must exceed the 90th percentile of the other dates by this factor, with at least this many known dates.
const (
	peakAbove = 1.15
	peakDates = 20
	peakShare = 0.9
)

// peak finds the highest quarter hour of the last month if it is above those of other days. It saves no energy; its value is the price of a
// kW of the month's peak.
func peak(s *preparedSubject) *Finding {
	if !isMany(s.Kind) || len(s.dates) < peakDates {
		return nil
	}
	dates := s.dates[max(0, len(s.dates)-recentOpen):]
	tops := make([]float64, len(dates))
	highest, at := 0.0, 0
	for i, d := range dates {
		for k := d.first; k < d.last; k++ {
			hour := s.recent.Hours[k]
			if !hour.Known() {
				continue
			}
			kw := hour.Highest()
			tops[i] = max(tops[i], kw)
			if kw > highest {
				highest, at = kw, k
			}
		}
	}
	usual := history.Percentile(tops, peakShare)
	if usual <= 0 || highest < peakAbove*usual {
		return nil
	}
	f := &Finding{
		Kind: Peak, From: s.recent.At(at), To: s.recent.At(at + 1), Confidence: s.certainty(len(dates), Saving{}, 0.9),
		Formula: FormulaPeak,
		Figures: []Figure{
			{"power", 1000 * highest, "W"},
			{"reference_power", 1000 * usual, "W"},
			{"shave", highest - usual, "kW"},
			{"from_hour", float64(s.recent.Hours[at].Clock()), "h"},
			{"to_hour", float64(s.recent.Hours[at].Clock() + 1), "h"},
			{"dates_watched", float64(len(dates)), "days"},
		},
	}
	f.mark(s.window, s.shift()+at, s.shift()+at+1)
	return f
}

// Certainty returns how sure a departure is, 0 to 1: 1 for a data fault, otherwise it grows with the evidence. On real meters with known
// waste, four of five findings were right; most wrong ones were close to the threshold.
func (d Departure) Certainty() float64 {
	const (
		fault      = 0.99
		bar, steep = 4.0, 2.0
	)
	if d.Kind.Fault() {
		return fault
	}
	return math.Round(100*(1-math.Exp(-max(0, d.Strength-bar/2)/steep))) / 100
}
