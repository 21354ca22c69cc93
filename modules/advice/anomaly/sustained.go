package anomaly

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// event is sustained waste that was found and lasts.
type event struct {
	shape                shape
	since, last          int // days, both inclusive
	said                 int // the day after which it was said; 0 while it was not
	correction           correction
	amplitude, strength  float64
	lasting, mostLasting float64
}

// Of sustained waste.
const (
	// An event ends once the evidence that it lasts has fallen by endEvidence from its highest, or nothing of it was seen for
	// endDays, or idleDays on which its shape adds nothing.
	endEvidence, maxEvidence = 6.0, 4.0
	endDays, idleDays        = 5, 10
	// What has lasted for normalDays, longer than any rise is followed, is the meter's way from then on: its last learnDays teach
	// what to expect.
	normalDays, learnDays = 70, 28
	// The same kind within a quarter of a year must be clearer each time.
	againDays, againFactor = 90, 1.4
	// nearDays around the day on which it was first seen are tried for its begin; a rise takes minRise days to be told.
	nearDays, minRise = 3, 10
	// What lasts a single day is a day like that; only weekends are said after one.
	minDays = 2
	// refineDays is how long each day makes the shape and amplitude surer: the first may look like several.
	refineDays = 7
)

// judge goes through the days to be judged.
func (d *detector) judge() []Finding {
	var m baseline.Model
	s := scan{d: d}
	for k := d.first; k < len(d.days); k++ {
		if (k-d.first)%refitDays == 0 {
			m = d.refit(k)
		}
		d.expect(m, k)
		d.findSpikes(k)
		switch {
		case d.days[k].skipped:
		case d.lasting == nil:
			if d.lasting = d.begins(k, s.day(k)); d.lasting != nil {
				d.lasting.say(k)
			}
		default:
			d.days[k].taken = true
			if k-d.lasting.since <= refineDays {
				d.settle(d.lasting, k, 0)
			}
			if !d.lasts(d.lasting, k) {
				d.end(d.lasting.last + 1)
				s = scan{d: d}
				continue
			}
			d.lasting.say(k)
			if k-d.lasting.since >= normalDays {
				d.end(k + 1 - learnDays)
				s = scan{d: d}
			}
		}
	}
	if d.lasting != nil {
		d.close(d.lasting, true)
	}
	return d.found
}

// end closes the event that lasts; its days from one on teach what to expect again.
func (d *detector) end(trusted int) {
	d.close(d.lasting, false)
	for k := trusted; k < len(d.days); k++ {
		d.days[k].taken = false
	}
	d.lasting = nil
}

// begins is the event that the evidence of a day's end speaks for most, if it clears the bar.
func (d *detector) begins(k int, best [shapes]evidence) *event {
	var begun *event
	most := 1.0
	for sh := range shapes {
		e := best[sh]
		if share := e.strength / d.bar(sh, k); share > most && e.amplitude*d.perDay(sh, e.since, k) >= shapeTraits[sh].least*d.week.mean*dayHours {
			most = share
			begun = &event{shape: sh, since: e.since, last: k, amplitude: e.amplitude, strength: e.strength}
		}
	}
	if begun == nil {
		return nil
	}
	begun.correction = d.correctionBefore(begun.since)
	for j := begun.since; j <= k; j++ {
		d.days[j].taken = true
	}
	return begun
}

// say says an event at the end of a day, once it was seen on enough days. What is said stays said.
func (e *event) say(k int) {
	if e.said == 0 && (e.shape == weekendOn || e.last-e.since+1 >= minDays) {
		e.said = k + 1
	}
}

// bar is the evidence that a shape needs on a day.
func (d *detector) bar(s shape, k int) float64 {
	bar := shapeTraits[s].bar * d.usual[s]
	for _, e := range d.closed {
		if shapeTraits[e.shape].kind == shapeTraits[s].kind && k-e.last < againDays {
			bar *= againFactor
		}
	}
	return bar
}

// perDay is what amplitude 1 of a shape adds on the mean day of a window, kWh.
func (d *detector) perDay(s shape, since, k int) float64 {
	sum := 0.0
	for j := since; j <= k; j++ {
		for _, v := range d.of(s, j) {
			sum += v * s.grown(j-since)
		}
	}
	return sum / float64(k-since+1)
}

// lasts weighs whether a day still shows the event's shape at its amplitude.
func (d *detector) lasts(e *event, k int) bool {
	day := &d.days[k]
	r, added := day.residual(&e.correction), d.of(e.shape, k)
	grown := min(e.shape.grown(k-e.since), 2)
	idle := true
	for h := range added {
		added[h] *= grown
		idle = idle && added[h] == 0
	}
	if idle {
		return k-e.last < idleDays
	}
	weighed := d.noise.weigh(day.kind, added)
	// The log-likelihood ratio of the amplitude against none.
	speaks := e.amplitude*dot(&weighed, &r) - e.amplitude*e.amplitude*dot(&weighed, &added)/2
	e.lasting += clip(speaks, maxEvidence)
	e.mostLasting = max(e.mostLasting, e.lasting)
	if speaks > 0 {
		e.last = k
	}
	return e.lasting > e.mostLasting-endEvidence && k-e.last < endDays
}

// close settles an event's shape, begin and waste with all its days. Spikes in it that were known before it was are a part of
// it; those known later stand out of it.
func (d *detector) close(e *event, open bool) {
	if e.said == 0 {
		return
	}
	d.settle(e, e.last, nearDays)
	d.closed = append(d.closed, *e)
	f := Finding{Kind: shapeTraits[e.shape].kind, From: -1, Strength: e.strength, Open: open}
	for k := e.since; k <= e.last; k++ {
		added := d.of(e.shape, k)
		for h, row := range d.days[k].row {
			if added[h] <= 0 || row < 0 {
				continue
			}
			if f.From < 0 {
				f.From = row
			}
			f.To = row + 1
			if !math.IsNaN(d.rows[row].Load) {
				f.KWh += e.amplitude * added[h] * e.shape.grown(k-e.since)
			}
		}
	}
	if f.From < 0 || f.KWh <= 0 {
		return
	}
	f.Known = d.endOf(e.said - 1)
	d.found = slices.DeleteFunc(d.found, func(s Finding) bool {
		return s.Kind == PeakSpike && s.From < f.To && s.To > f.From && s.Known <= f.Known
	})
	d.found = append(d.found, f)
}

// endOf is the number of rows up to the end of a day.
func (d *detector) endOf(k int) int {
	for h := dayHours - 1; h >= 0; h-- {
		if row := d.days[k].row[h]; row >= 0 {
			return row + 1
		}
	}
	return 0
}

// settle takes the shape and the begin, no further than near days away, for which the days up to last speak most.
func (d *detector) settle(e *event, last, near int) {
	most := 0.0
	begun, shapeOf, amplitude := e.since, e.shape, e.amplitude
	for since := max(d.first, e.since-near); since <= min(e.since+near, e.latestBegin(last)); since++ {
		w := window{since: since, correction: e.correction}
		for k := since; k <= last; k++ {
			if d.days[k].skipped {
				continue
			}
			seen := d.carried(k, &w.correction)
			for sh := range shapes {
				a := d.shapeDay(sh, k)
				w.add(sh, &a, &seen, k)
			}
		}
		for sh := range shapes {
			if w.speaks[sh] <= 0 || w.weight[sh] <= 0 || (sh == rising && last-since+1 < minRise) {
				continue
			}
			if likelihood := w.speaks[sh] * w.speaks[sh] / w.weight[sh]; likelihood > most {
				most, begun, shapeOf, amplitude = likelihood, since, sh, w.speaks[sh]/w.weight[sh]
			}
		}
	}
	e.since, e.shape, e.amplitude = begun, shapeOf, amplitude
}

// latestBegin keeps the begin at or before the last day that was seen when it was said.
func (e *event) latestBegin(last int) int {
	if e.said > 0 {
		return min(last, e.said-1)
	}
	return last
}

// carried is innovation for days of an event, which carry over as well.
func (d *detector) carried(k int, c *correction) hourly {
	day := &d.days[k]
	r := day.residual(c)
	if k == 0 || d.days[k-1].skipped {
		return r
	}
	before := d.days[k-1].residual(c)
	for h := range r {
		if math.IsNaN(day.load[h]) {
			r[h] = 0
			continue
		}
		r[h] -= d.noise.carry * before[h]
	}
	return r
}
