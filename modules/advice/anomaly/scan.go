package anomaly

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// detector is the state of a meter's judgement. Days before first are its history.
type detector struct {
	rows  []baseline.Row
	days  []day
	from  int
	first int
	week  week
	noise noise
	model baseline.Name
	// learnt caches the corrections of the history's days.
	learnt []*correction
	// usual is the highest usual evidence of each shape in the history, where nothing is searched.
	usual  [shapes]float64
	spikes spikeMemory
	// lasting is the found event that has not ended, closed are the ended ones.
	lasting *event
	closed  []event
	found   []Finding
}

// newDetector learns from the rows before from; nil if too little was measured.
func newDetector(rows []baseline.Row, from int) *detector {
	d := &detector{rows: rows, from: from, days: layDays(rows), first: rows[from].Date - rows[0].Date}
	if d.first < minHistory {
		return nil
	}
	var known bool
	if d.week, known = weekOf(rows[:from]); !known {
		return nil
	}
	d.choose()
	d.crossFit()
	d.learnNoise()
	d.learnSpikes()
	d.learnEvidence()
	return d
}

// evidence is the evidence for a shape added since a day: in standard deviations, with its amplitude.
type evidence struct {
	strength, amplitude float64
	since               int
}

// window accumulates the days since its first one, against the load expected at its start.
type window struct {
	since      int
	correction correction
	// product and weight are, for each shape, its product with the observed hours and with itself, both weighted by the noise.
	product, weight [shapes]float64
}

// scan processes days in order.
type scan struct {
	d       *detector
	windows []*window
}

// shapeDay is the addition of a shape to a day: on the first day of a window, and on a later one without the part carried over from the
// previous day.
type shapeDay struct{ first, later, firstWeighed, laterWeighed hourly }

// day adds a day, and returns the strongest evidence for each shape among the windows that end with it.
func (s *scan) day(k int) (best [shapes]evidence) {
	d := s.d
	if d.days[k].skipped {
		return best
	}
	kept := s.windows[:0]
	for _, w := range s.windows {
		if k-w.since < maxWindow {
			kept = append(kept, w)
		}
	}
	s.windows = append(kept, &window{since: k, correction: d.correctionBefore(k)})
	var added [shapes]shapeDay
	for sh := range shapes {
		added[sh] = d.shapeDay(sh, k)
	}
	for _, w := range s.windows {
		seen := d.innovation(k, &w.correction)
		for sh := range shapes {
			if k-w.since >= shapeTraits[sh].days {
				continue
			}
			w.add(sh, &added[sh], &seen, k)
			if w.weight[sh] <= 0 {
				continue
			}
			if strength := w.product[sh] / math.Sqrt(w.weight[sh]); strength > best[sh].strength {
				best[sh] = evidence{strength: strength, amplitude: w.product[sh] / w.weight[sh], since: w.since}
			}
		}
	}
	return best
}

func (d *detector) shapeDay(s shape, k int) shapeDay {
	a := shapeDay{first: d.of(s, k)}
	a.later = a.first
	if k > 0 && !d.days[k-1].skipped {
		before := d.of(s, k-1)
		for h := range before {
			a.later[h] -= d.noise.carry * before[h]
		}
	}
	a.firstWeighed, a.laterWeighed = d.noise.weigh(d.days[k].kind, a.first), d.noise.weigh(d.days[k].kind, a.later)
	return a
}

// add adds a day of a shape to a window.
func (w *window) add(s shape, a *shapeDay, seen *hourly, k int) {
	switch {
	case s == rising:
		// One more day of growth, on top of the growth of earlier days.
		grown := float64(k-w.since) / risingDays
		var shape, weighed hourly
		for h := range shape {
			shape[h] = grown*a.later[h] + a.first[h]/risingDays
			weighed[h] = grown*a.laterWeighed[h] + a.firstWeighed[h]/risingDays
		}
		w.product[s] += dot(&weighed, seen)
		w.weight[s] += dot(&weighed, &shape)
	case k == w.since:
		w.product[s] += dot(&a.firstWeighed, seen)
		w.weight[s] += dot(&a.firstWeighed, &a.first)
	default:
		w.product[s] += dot(&a.laterWeighed, seen)
		w.weight[s] += dot(&a.laterWeighed, &a.later)
	}
}

// The evidence that only usualShare of the history's days exceed counts as usualStrength.
const (
	usualShare    = 0.05
	usualStrength = 3.0
)

// learnEvidence measures the usual evidence in the history. It never lowers the threshold below that of normal noise.
func (d *detector) learnEvidence() {
	var seen [shapes][]float64
	s := scan{d: d}
	for k := minHistory; k < d.first; k++ {
		for sh, e := range s.day(k) {
			if e.strength > 0 {
				seen[sh] = append(seen[sh], e.strength)
			}
		}
	}
	for sh := range d.usual {
		d.usual[sh] = 1
		if high := highest(seen[sh], usualShare); !math.IsNaN(high) {
			d.usual[sh] = max(1, high/usualStrength)
		}
	}
}
