package energy

// adder adds quarter hours up to a step, oldest first.
type adder struct {
	step               Step
	measured, expected float64
	peak               Energy // the greatest of a quarter hour
	meter              *chargeMeter
	now                Instant
}

// add adds the quarter hours from an instant on, with how many devices count in each and what they weigh. It runs through every
// quarter hour of every answer: what changes within the loop is kept beside it.
func (a *adder) add(at Instant, quarters []Quarter, devices []int32, expected, measured []float64) {
	for i := range quarters {
		q, n := &quarters[i], int64(devices[i])*quarterMs
		if at < a.now {
			due := expected[i]
			if at+Instant(quarterMs) > a.now {
				due *= passed(at, a.now)
			}
			a.expected += due
			a.measured += min(measured[i], due)
		}
		if q.Known() {
			a.step.Known = true
			a.step.Energy += q.Energy
			a.step.Estimated += q.Estimated
			a.meter.add(at, q.Energy)
			// A peak is the mean power of a quarter hour that was wholly measured: what was filled in over a gap has no
			// peak that anybody saw.
			if q.Filled == 0 && q.Estimated == 0 && q.Measured >= n && (!a.step.PeakKnown || q.Energy > a.peak) {
				a.peak, a.step.PeakKnown = q.Energy, true
			}
		}
		at += Instant(quarterMs)
	}
}

func whollyMeasured(q Quarter, devices int32) bool {
	return q.Known() && q.Filled == 0 && q.Estimated == 0 && q.Measured >= int64(devices)*quarterMs
}

// close gives the step and begins the next one, at an instant.
func (a *adder) close(next Instant) Step {
	a.step.Coverage, a.step.Weight = shareOf(a.measured, a.expected), a.expected
	if a.step.PeakKnown {
		a.step.Peak = MeanPower(a.peak, quarterMs)
	}
	a.step.Charge = a.meter.take()
	step := a.step
	a.step, a.measured, a.expected = Step{Start: next}, 0, 0
	return step
}

// step is what a tally holds of [start, end), of which the last has only run until now.
func (t *tally) step(start, end Instant, meter *chargeMeter, now Instant) Step {
	a := adder{step: Step{Start: start}, meter: meter, now: now}
	first, last := quarterOf(start)-t.span.first, quarterOf(end-1)-t.span.first
	a.add(quarterStart(t.span.first+first), t.span.quarters[first:last+1], t.count[first:last+1], t.expected[first:last+1], t.measured[first:last+1])
	return a.close(end)
}

// stepper cuts one group's days into steps, as they come.
type stepper struct {
	name  string
	edges []Instant // of the steps: one more than there are
	steps []Step
	adder adder
}

func newStepper(name string, edges []Instant, rates []Rate, now Instant) *stepper {
	return &stepper{
		name: name, edges: edges, steps: make([]Step, 0, len(edges)-1),
		adder: adder{step: Step{Start: edges[0]}, meter: newChargeMeter(rates), now: now},
	}
}

// add counts a day; days come oldest first.
func (s *stepper) add(day int32, sum *daySum, w *weights) {
	first := int64(day) * QuartersPerDay
	lo, hi := max(first, quarterOf(s.edges[0])), min(first+QuartersPerDay, quarterOf(s.edges[len(s.edges)-1]))
	for at := lo; at < hi; {
		s.closeUpTo(quarterStart(at))
		end := min(hi, quarterOf(s.edges[len(s.steps)+1]))
		s.adder.add(quarterStart(at), sum.quarters[at-first:end-first], sum.count[at-first:end-first], w.expected[at-first:end-first], w.measured[at-first:end-first])
		at = end
	}
}

// closeUpTo ends the steps that end at or before an instant.
func (s *stepper) closeUpTo(at Instant) {
	for len(s.steps) < len(s.edges)-1 && s.edges[len(s.steps)+1] <= at {
		s.steps = append(s.steps, s.adder.close(s.edges[len(s.steps)+1]))
	}
}

// series ends all steps.
func (s *stepper) series(key string) Series {
	s.closeUpTo(s.edges[len(s.edges)-1])
	return Series{Key: key, Name: s.name, Steps: s.steps}
}
