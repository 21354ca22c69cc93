package usage

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/habit"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// stepAccumulator adds quarter hours up to a step, oldest first.
type stepAccumulator struct {
	step               Step
	measured, expected float64
	peak               energy.Energy // the greatest of a quarter hour
	meter              *tariffs.ChargeMeter
	now                energy.Instant
}

// add adds the quarter hours from an instant on, with how many devices count in each and what they weigh. It runs through every
// quarter hour of every answer: what changes within the loop is kept beside it.
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
			// A peak is the mean power of a quarter hour that was wholly measured: what was filled in over a gap has no
			// peak that anybody saw.
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

// close gives the step and begins the next one, at an instant.
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

// step is what a tally holds of [start, end), of which the last has only run until now.
func (t *quarterTotals) step(start, end energy.Instant, meter *tariffs.ChargeMeter, now energy.Instant) Step {
	a := stepAccumulator{step: Step{Start: start}, meter: meter, now: now}
	first, last := energy.QuarterOf(start)-t.span.first, energy.QuarterOf(end-1)-t.span.first
	a.add(energy.QuarterStart(t.span.first+first), t.span.quarters[first:last+1], t.count[first:last+1], t.expected[first:last+1], t.measured[first:last+1])
	return a.close(end)
}

// stepBuilder cuts one group's days into steps, as they come.
type stepBuilder struct {
	name  string
	edges []energy.Instant // of the steps: one more than there are
	steps []Step
	adder stepAccumulator
}

func newStepBuilder(name string, edges []energy.Instant, rates []tariffs.Rate, now energy.Instant) *stepBuilder {
	return &stepBuilder{
		name: name, edges: edges, steps: make([]Step, 0, len(edges)-1),
		adder: stepAccumulator{step: Step{Start: edges[0]}, meter: tariffs.NewChargeMeter(rates), now: now},
	}
}

// add counts a day; days come oldest first.
func (s *stepBuilder) add(day int32, sum *GroupTotals, w *weights) {
	first := int64(day) * energy.QuartersPerDay
	lo, hi := max(first, energy.QuarterOf(s.edges[0])), min(first+energy.QuartersPerDay, energy.QuarterOf(s.edges[len(s.edges)-1]))
	for at := lo; at < hi; {
		s.closeUpTo(energy.QuarterStart(at))
		end := min(hi, energy.QuarterOf(s.edges[len(s.steps)+1]))
		s.adder.add(energy.QuarterStart(at), sum.Quarters[at-first:end-first], sum.count[at-first:end-first], w.expected[at-first:end-first], w.measured[at-first:end-first])
		at = end
	}
}

// closeUpTo ends the steps that end at or before an instant.
func (s *stepBuilder) closeUpTo(at energy.Instant) {
	for len(s.steps) < len(s.edges)-1 && s.edges[len(s.steps)+1] <= at {
		s.steps = append(s.steps, s.adder.close(s.edges[len(s.steps)+1]))
	}
}

// series ends all steps.
func (s *stepBuilder) series(key string) Series {
	s.closeUpTo(s.edges[len(s.edges)-1])
	return Series{Key: key, Name: s.name, Steps: s.steps}
}
