package rules

import (
	"math"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Thresholds of faulty data.
const (
	// stuckRun is the minimum length, in hours, of a run of one number, digit for digit, that the meter shows nowhere else.
	stuckRun = 24
	// A meter whose numbers repeat more often than this is coarse or steady, not stuck.
	repeatsElsewhere = 0.10
	valueElsewhere   = 0.01
	// zeroRun is the minimum length, in hours, of a run of zeros on a meter that never falls so low.
	zeroRun    = 6
	neverBelow = 0.1
	// A value above spikeTimes the highest percentile is not a real load of the target.
	spikeTimes = 5
	// silentAfter is how long the rest of the site must go on reporting. A target silent for longer than silentWithin was removed.
	silentAfter  = 72 * time.Hour
	silentWithin = 60 * 24 * time.Hour
	silentDays   = 14
	aliveShare   = 0.8
	// freshFault is the maximum age of a reported fault, in hours before the end.
	freshFault = 14 * 24
)

// Causes of a sensor finding.
const (
	CauseStuck  = "stuck"
	CauseZero   = "zero"
	CauseSilent = "silent"
	// CauseAhead and CauseBehind mean a device's clock.
	CauseAhead  = "clock_ahead"
	CauseBehind = "clock_behind"
	CauseUnset  = "clock_unset"
)

// findFault marks the hours whose numbers cannot be true, and returns a finding if the fault is recent. Marked hours cause no other advice.
func findFault(s Subject) (faulty []bool, fault *Finding) {
	h := s.History
	faulty = make([]bool, len(h.Hours))
	if s.Kind == "sensor" {
		return faulty, nil
	}
	markSpikes(h, faulty)
	latest := markStuck(h, faulty)
	if isMany(s.Kind) {
		latest = later(latest, markZeros(h, faulty))
	}
	if silent := findSilence(s); silent.hours > 0 {
		latest = silent
	}
	if latest.hours == 0 || (latest.cause != CauseSilent && latest.to < len(h.Hours)-freshFault) {
		return faulty, s.clockFinding()
	}
	return faulty, s.sensorFinding(latest)
}

// span is a range of faulty hours, [from, to).
type span struct {
	cause    string
	from, to int
	hours    int
	kw       float64
}

func later(a, b span) span {
	if b.hours > 0 && b.to >= a.to {
		return b
	}
	return a
}

func (s Subject) sensorFinding(f span) *Finding {
	return &Finding{
		Kind: Sensor, Cause: f.cause, From: s.History.At(f.from), To: s.History.At(f.to),
		Formula:    FormulaSensor,
		Confidence: 0.9,
		Figures:    []Figure{{"hours", float64(f.hours), "h"}, {"power", 1000 * f.kw, "W"}},
	}
}

// proveFault sets the hours of a data fault; a wrong clock has no hours of its own.
func (s *preparedSubject) proveFault(f *Finding) {
	w := s.window
	if len(w.history.Hours) == 0 || f.Cause == CauseAhead || f.Cause == CauseBehind {
		return
	}
	recent := w.history.End().AddDate(0, 0, -recentDays)
	if w.from.Before(recent) {
		w.from = recent
	}
	w.to = w.history.End()
	hours := func(t time.Time) int { return int(t.Sub(w.history.Start) / time.Hour) }
	f.mark(w, hours(f.From), hours(f.To))
	if f.To.After(w.history.End()) { // a silence lasts beyond the measured hours
		f.Spans = []Span{{From: f.From, To: f.To}}
	}
	f.Worst = Stretch{}
}

// minClockOff is the minimum error of a clock that is worth correcting.
const minClockOff = time.Minute

// neverSet is the minimum by which a clock that was never set is behind: it shows another decade.
const neverSet = 365 * 24 * time.Hour

// clockFinding reports a wrong device clock, which books readings in wrong hours.
func (s Subject) clockFinding() *Finding {
	off, cause := s.ClockOff, CauseAhead
	if off < 0 {
		off, cause = -off, CauseBehind
	}
	switch {
	case off < minClockOff:
		return nil
	case s.ClockOff <= -neverSet:
		return &Finding{
			Kind: Sensor, Cause: CauseUnset, From: s.History.Start, To: s.History.End(),
			Formula:    FormulaClockUnset,
			Confidence: 0.9,
		}
	}
	return &Finding{
		Kind: Sensor, Cause: cause, From: s.History.Start, To: s.History.End(),
		Formula:    FormulaClockOff,
		Confidence: 0.9,
		Figures:    []Figure{{"minutes", off.Minutes(), "min"}},
	}
}

// markSpikes marks single hours far above everything else.
func markSpikes(h *history.History, faulty []bool) {
	all := h.Powers(func(history.Hour) bool { return true })
	const enough = 200 // hours, so that the highest percentile is meaningful
	if len(all) < enough {
		return
	}
	limit := spikeTimes * history.Percentile(all, 0.995)
	for i, hour := range h.Hours {
		faulty[i] = faulty[i] || (limit > 0 && hour.KW > limit)
	}
}

// markStuck marks runs of one number that the meter otherwise rarely shows, and returns the latest run.
func markStuck(h *history.History, faulty []bool) span {
	counts, repeats, known := make(map[float64]int), 0, 0
	for i, hour := range h.Hours {
		if !hour.Known() {
			continue
		}
		known++
		counts[hour.KW]++
		if i > 0 && h.Hours[i-1].KW == hour.KW {
			repeats++
		}
	}
	var latest span
	eachRun(h, func(from, to int) {
		run, kw := to-from, h.Hours[from].KW
		if run < stuckRun || kw == 0 {
			return
		}
		rest := float64(known - run)
		if float64(repeats-run+1) > repeatsElsewhere*rest || float64(counts[kw]-run) > valueElsewhere*rest || rest < stuckRun {
			return
		}
		for i := from; i < to; i++ {
			faulty[i] = true
		}
		latest = span{cause: CauseStuck, from: from, to: to, hours: run, kw: kw}
	})
	return latest
}

// markZeros marks runs of zeros on a target that is otherwise never at zero.
func markZeros(h *history.History, faulty []bool) span {
	running := h.Powers(func(hour history.Hour) bool { return hour.KW > 0 })
	zeros := h.Count(func(hour history.Hour) bool { return hour.KW == 0 })
	var latest span
	if len(running) < stuckRun || history.Percentile(running, 0.02) < neverBelow*history.Median(running) || zeros > len(running)/4 {
		return latest
	}
	eachRun(h, func(from, to int) {
		if to-from < zeroRun || h.Hours[from].KW != 0 {
			return
		}
		for i := from; i < to; i++ {
			faulty[i] = true
		}
		latest = span{cause: CauseZero, from: from, to: to, hours: to - from}
	})
	return latest
}

// eachRun calls run for each run of consecutive measured hours with the same number.
func eachRun(h *history.History, run func(from, to int)) {
	for i := 0; i < len(h.Hours); {
		from := i
		for i++; i < len(h.Hours) && h.Hours[i].KW == h.Hours[from].KW; i++ {
		}
		if h.Hours[from].Known() {
			run(from, i)
		}
	}
}

// findSilence finds a target that reported without gaps, and stopped while the rest of its site went on.
func findSilence(s Subject) span {
	h := s.History
	last := len(h.Hours) - 1
	for last >= 0 && !h.Hours[last].Known() {
		last--
	}
	first := last - silentDays*24
	if first < 0 {
		return span{}
	}
	known := 0
	for _, hour := range h.Hours[first : last+1] {
		if hour.Known() {
			known++
		}
	}
	silence := s.SiteEnd.Sub(h.At(last + 1))
	if float64(known) < aliveShare*silentDays*24 || silence < silentAfter || silence > silentWithin {
		return span{}
	}
	hours := int(math.Round(silence.Hours()))
	return span{cause: CauseSilent, from: last + 1, to: last + 1 + hours, hours: hours}
}
