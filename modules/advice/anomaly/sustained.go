package anomaly

import (
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// event is found sustained waste that lasts.
type event struct {
	shape                shape
	since, last          int // days, both inclusive
	reportedAfter        int // the day after which it was reported; 0 before that
	correction           correction
	amplitude, strength  float64
	lasting, mostLasting float64
}

// Thresholds of sustained waste.
const (
	// An event ends once the evidence that it lasts has fallen by endEvidence from its highest value, or it was not seen for endDays, or
	// for idleDays on which its shape adds nothing.
	endEvidence, maxEvidence = 6.0, 4.0
	endDays, idleDays        = 5, 10
	// An event that has lasted for normalDays, longer than a rise is followed, becomes usual for the meter: its last learnDays are used for
	// learning.
	normalDays, learnDays = 70, 28
	// The same kind within a quarter of a year needs more evidence each time.
	againDays, againFactor = 90, 1.4
	// nearDays around the day of its detection are tried as its start; a rise needs minRise days.
	nearDays, minRise = 3, 10
	// A single day is not sustained; only weekends are reported after one day.
	minDays = 2
	// refineDays is the number of days in which shape and amplitude are refined, since the first days may fit several shapes.
	refineDays = 7
)

// judge processes the days to be judged.
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
				d.lasting.report(k)
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
			d.lasting.report(k)
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

// end closes the lasting event; its days from trusted on are used for learning again.
func (d *detector) end(trusted int) {
	d.close(d.lasting, false)
	for k := trusted; k < len(d.days); k++ {
		d.days[k].taken = false
	}
	d.lasting = nil
}

// begins returns the event with the strongest evidence at a day's end, if it reaches the threshold.
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

// report reports an event at the end of a day, once it was seen on enough days. A reported event is never withdrawn.
func (e *event) report(k int) {
	if e.reportedAfter == 0 && (e.shape == weekendOn || e.last-e.since+1 >= minDays) {
		e.reportedAfter = k + 1
	}
}

// bar returns the evidence that a shape needs on a day.
func (d *detector) bar(s shape, k int) float64 {
	bar := shapeTraits[s].bar * d.usual[s]
	for _, e := range d.closed {
		if shapeTraits[e.shape].kind == shapeTraits[s].kind && k-e.last < againDays {
			bar *= againFactor
		}
	}
	return bar
}

// perDay returns the energy that amplitude 1 of a shape adds on the mean day of a window, kWh.
func (d *detector) perDay(s shape, since, k int) float64 {
	sum := 0.0
	for j := since; j <= k; j++ {
		for _, v := range d.of(s, j) {
			sum += v * s.grown(j-since)
		}
	}
	return sum / float64(k-since+1)
}

// lasts reports whether an event still lasts after a day, by the evidence for its shape at its amplitude.
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
	product := e.amplitude*dot(&weighed, &r) - e.amplitude*e.amplitude*dot(&weighed, &added)/2
	e.lasting += clip(product, maxEvidence)
	e.mostLasting = max(e.mostLasting, e.lasting)
	if product > 0 {
		e.last = k
	}
	return e.lasting > e.mostLasting-endEvidence && k-e.last < endDays
}

// close sets an event's final shape, start and waste from all its days. Spikes detected before the event are a part of it; later spikes are
// separate.
func (d *detector) close(e *event, open bool) {
	if e.reportedAfter == 0 {
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
	f.Known = d.endOf(e.reportedAfter - 1)
	d.found = slices.DeleteFunc(d.found, func(s Finding) bool {
		return s.Kind == PeakSpike && s.From < f.To && s.To > f.From && s.Known <= f.Known
	})
	d.found = append(d.found, f)
}

// endOf returns the number of rows up to the end of a day.
func (d *detector) endOf(k int) int {
	for h := dayHours - 1; h >= 0; h-- {
		if row := d.days[k].row[h]; row >= 0 {
			return row + 1
		}
	}
	return 0
}

// settle selects the shape and the start, at most near days away, with the strongest evidence up to last.
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
			if w.product[sh] <= 0 || w.weight[sh] <= 0 || (sh == rising && last-since+1 < minRise) {
				continue
			}
			if likelihood := w.product[sh] * w.product[sh] / w.weight[sh]; likelihood > most {
				most, begun, shapeOf, amplitude = likelihood, since, sh, w.product[sh]/w.weight[sh]
			}
		}
	}
	e.since, e.shape, e.amplitude = begun, shapeOf, amplitude
}

// latestBegin limits the start to the last day before the event was reported.
func (e *event) latestBegin(last int) int {
	if e.reportedAfter > 0 {
		return min(last, e.reportedAfter-1)
	}
	return last
}

// carried is innovation for days of an event, whose residuals carry over too.
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
