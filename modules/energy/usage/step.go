package usage

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/habit"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// stepAccumulator adds up the quarter hours of a step, oldest first.
type stepAccumulator struct {
	step               Step
	measured, expected float64
	peak               energy.Energy // of the greatest quarter hour
	meter              *tariffs.ChargeMeter
	now                energy.Instant
}

// add adds the quarter hours from an instant on, with the number of devices that count in each and their weights. It runs for every
// quarter hour of every answer, so the loop does as little as possible.
func (a *stepAccumulator) add(at energy.Instant, quarters []ledger.Quarter, devices []int32, expected, measured []float64) {
	for i := range quarters {
		q, n := &quarters[i], int64(devices[i])*energy.QuarterMs
		if at < a.now {
			due := expected[i]
			if at+energy.Instant(energy.QuarterMs) > a.now {
				due *= passed(at, a.now)
			}
			a.expected += due
			a.measured += min(measured[i], due)
		}
		if q.Known() {
			a.step.Known = true
			a.step.Energy += q.Energy
			a.step.Estimated += q.Estimated
			a.meter.Add(at, q.Energy)
			// A peak is the mean power of a completely measured quarter hour: energy that was filled in over a gap has no measured
			// peak.
			if q.Filled == 0 && q.Estimated == 0 && q.Measured >= n && (!a.step.PeakKnown || q.Energy > a.peak) {
				a.peak, a.step.PeakKnown = q.Energy, true
			}
		}
		at += energy.Instant(energy.QuarterMs)
	}
}

func whollyMeasured(q ledger.Quarter, devices int32) bool {
	return q.Known() && q.Filled == 0 && q.Estimated == 0 && q.Measured >= int64(devices)*energy.QuarterMs
}

// close returns the step and begins the next one, at an instant.
func (a *stepAccumulator) close(next energy.Instant) Step {
	a.step.Coverage, a.step.Weight = habit.ShareOf(a.measured, a.expected), a.expected
	if a.step.PeakKnown {
		a.step.Peak = energy.MeanPower(a.peak, energy.QuarterMs)
	}
	a.step.Charge = a.meter.Take()
	step := a.step
	a.step, a.measured, a.expected = Step{Start: next}, 0, 0
	return step
}

// step returns the totals of [start, end) up to now.
func (t *quarterTotals) step(start, end energy.Instant, meter *tariffs.ChargeMeter, now energy.Instant) Step {
	a := stepAccumulator{step: Step{Start: start}, meter: meter, now: now}
	first, last := energy.QuarterOf(start)-t.span.first, energy.QuarterOf(end-1)-t.span.first
	a.add(energy.QuarterStart(t.span.first+first), t.span.quarters[first:last+1], t.count[first:last+1], t.expected[first:last+1], t.measured[first:last+1])
	return a.close(end)
}

// stepBuilder divides one group's days into steps, as they arrive.
type stepBuilder struct {
	name    string
	edges   []energy.Instant // of the steps: one more than the number of steps
	steps   []Step
	current stepAccumulator
}

func newStepBuilder(name string, edges []energy.Instant, rates []tariffs.Rate, now energy.Instant) *stepBuilder {
	return &stepBuilder{
		name: name, edges: edges, steps: make([]Step, 0, len(edges)-1),
		current: stepAccumulator{step: Step{Start: edges[0]}, meter: tariffs.NewChargeMeter(rates), now: now},
	}
}

// add adds a day; days arrive oldest first.
func (s *stepBuilder) add(day int32, sum *GroupTotals, w *weights) {
	first := int64(day) * energy.QuartersPerDay
	lo, hi := max(first, energy.QuarterOf(s.edges[0])), min(first+energy.QuartersPerDay, energy.QuarterOf(s.edges[len(s.edges)-1]))
	for at := lo; at < hi; {
		s.closeUpTo(energy.QuarterStart(at))
		end := min(hi, energy.QuarterOf(s.edges[len(s.steps)+1]))
		s.current.add(energy.QuarterStart(at), sum.Quarters[at-first:end-first], sum.count[at-first:end-first], w.expected[at-first:end-first], w.measured[at-first:end-first])
		at = end
	}
}

// closeUpTo ends the steps that end at or before an instant.
func (s *stepBuilder) closeUpTo(at energy.Instant) {
	for len(s.steps) < len(s.edges)-1 && s.edges[len(s.steps)+1] <= at {
		s.steps = append(s.steps, s.current.close(s.edges[len(s.steps)+1]))
	}
}

// series ends all steps and returns them.
func (s *stepBuilder) series(key string) Series {
	s.closeUpTo(s.edges[len(s.edges)-1])
	return Series{Key: key, Name: s.name, Steps: s.steps}
}
