package usage

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// DurationPoint says that in so many hours the mean power of the hour was Power or more.
type DurationPoint struct {
	Hours int
	Power energy.Power
}

// lateReadings is how long after an hour its meters may still report: until then an hour of which less is measured than usual is
// not whole yet, and later it has a gap.
const lateReadings = 6 * energy.HourMs

// Duration is the load duration of what a query names: its hours by their mean power, highest first, in so many points at the
// most, the first and the last hour among them. Hours of which nothing is known do not count, nor does one that is not whole yet. It
// is for who has looked at the campus already, by Plan. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Queries) Duration(ctx context.Context, caller energy.Caller, q Query, points int) ([]DurationPoint, error) {
	steps, err := r.Hours(ctx, caller, q.Level, q.ID, q.From, q.To)
	if err != nil {
		return nil, err
	}
	powers := make([]energy.Power, 0, len(steps))
	for _, s := range wholeHours(steps, r.clock.Now()) {
		if s.Known {
			powers = append(powers, energy.MeanPower(s.Energy, energy.HourMs))
		}
	}
	slices.SortFunc(powers, func(a, b energy.Power) int { return int(b - a) })
	return durationOf(powers, points), nil
}

// wholeHours leaves out, at the end, the hour that runs and those whose meters have not reported yet.
func wholeHours(steps []Step, now energy.Instant) []Step {
	var usual []float64
	for _, s := range steps {
		if s.Known {
			usual = append(usual, s.Coverage)
		}
	}
	if len(usual) == 0 {
		return nil
	}
	slices.Sort(usual)
	const enough = 0.9
	bar := enough * usual[len(usual)/2]
	last := len(steps)
	for last > 0 {
		s := steps[last-1]
		end := s.Start.Add(energy.HourMs)
		if end <= now && (s.Coverage >= bar || end <= now.Add(-lateReadings)) {
			break
		}
		last--
	}
	return steps[:last]
}

// durationOf takes points at even distances from sorted powers.
func durationOf(powers []energy.Power, points int) []DurationPoint {
	n := min(len(powers), points)
	curve := make([]DurationPoint, n)
	for i := range n {
		at := len(powers) - 1
		if i < n-1 {
			at = i * (len(powers) - 1) / (n - 1)
		}
		if n == 1 {
			at = 0
		}
		curve[i] = DurationPoint{Hours: at + 1, Power: powers[at]}
	}
	return curve
}
