package usage

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// DurationPoint is a point of the curve: in this many hours the mean power of the hour was Power or more.
type DurationPoint struct {
	Hours int
	Power energy.Power
}

// maxReportDelay is how long after an hour its meters may still report, ms. Before that, an hour with less than the usual coverage
// is incomplete; after that, it has a gap.
const maxReportDelay = 6 * energy.HourMs

// Duration returns the load duration curve of a query: its hours by mean power, highest first. It has at most points points, among
// them the first and the last hour. Unknown and incomplete hours do not count. Call Plan first: it reads the campus again. Errors:
// ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Queries) Duration(ctx context.Context, caller energy.Caller, q Query, points int) ([]DurationPoint, error) {
	steps, err := r.Hours(ctx, caller, q.Level, q.ID, q.From, q.To)
	if err != nil {
		return nil, err
	}
	powers := make([]energy.Power, 0, len(steps))
	for _, s := range completeHours(steps, r.clock.Now()) {
		if s.Known {
			powers = append(powers, energy.MeanPower(s.Energy, energy.HourMs))
		}
	}
	slices.SortFunc(powers, func(a, b energy.Power) int { return int(b - a) })
	return durationOf(powers, points), nil
}

// completeHours removes, at the end, the current hour and those whose meters have not reported yet.
func completeHours(steps []Step, now energy.Instant) []Step {
	var coverages []float64
	for _, s := range steps {
		if s.Known {
			coverages = append(coverages, s.Coverage)
		}
	}
	if len(coverages) == 0 {
		return nil
	}
	slices.Sort(coverages)
	const enough = 0.9
	minimum := enough * coverages[len(coverages)/2]
	last := len(steps)
	for last > 0 {
		s := steps[last-1]
		end := s.Start.Add(energy.HourMs)
		if end <= now && (s.Coverage >= minimum || end <= now.Add(-maxReportDelay)) {
			break
		}
		last--
	}
	return steps[:last]
}

// durationOf selects points at even distances from sorted powers.
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
