package energy

// steps cuts a tally into buckets; the last of them has only run until now.
func (t *tally) steps(edges []Instant, rates []Rate, now Instant) []Step {
	steps := make([]Step, 0, len(edges)-1)
	meter := newChargeMeter(rates)
	for i := range len(edges) - 1 {
		steps = append(steps, t.step(edges[i], edges[i+1], meter, now))
	}
	return steps
}

func (t *tally) step(start, end Instant, meter *chargeMeter, now Instant) Step {
	step := Step{Start: start}
	var measured, time int64
	first, last := quarterOf(start)-t.span.first, quarterOf(end-1)-t.span.first
	for i := first; i <= last; i++ {
		q := t.span.quarters[i]
		at := quarterStart(t.span.first + i)
		if at < now || q.Known() {
			measured += q.Measured
			time += int64(t.count[i]) * quarterMs
		}
		if !q.Known() {
			continue
		}
		step.Known = true
		step.Energy += q.Energy
		step.Estimated += q.Estimated
		meter.add(at, q.Energy)
		step.claimPeak(q, t.count[i])
	}
	if time > 0 {
		step.Coverage = float64(measured) / float64(time)
	}
	step.Charge = meter.take()
	return step
}

// claimPeak takes a quarter's mean power as the peak, if all of it was measured: what was filled in over a gap
// has no peak that anybody saw.
func (s *Step) claimPeak(q Quarter, devices int32) {
	if q.Filled > 0 || q.Measured < int64(devices)*quarterMs {
		return
	}
	if power := MeanPower(q.Energy, quarterMs); !s.PeakKnown || power > s.Peak {
		s.Peak, s.PeakKnown = power, true
	}
}
