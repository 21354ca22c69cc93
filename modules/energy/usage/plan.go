package usage

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// maxUncut is the maximum range that is answered as it is, ms. A longer one is cut to what is measured, so that a query for half a
// century costs no more than the data.
const maxUncut = 366 * energy.DayMs

// Plan checks a query before its data is read. A range longer than a year is cut to the buckets with data. steps is the maximum
// number of steps of the answer. Errors: ErrForbidden, ErrNotFound, and ErrInvalid if the answer would be too long.
func (r *Queries) Plan(ctx context.Context, caller energy.Caller, q Query) (planned Query, steps int, err error) {
	return r.plan(ctx, caller, q, r.directory.Fresh)
}

func (r *Queries) plan(ctx context.Context, caller energy.Caller, q Query, campusOf campusOf) (planned Query, steps int, err error) {
	campus, scope, err := r.scoped(ctx, caller, &q, campusOf)
	if err != nil {
		return q, 0, err
	}
	if q.To > q.From.Add(maxUncut) {
		if err := r.cutToMeasured(ctx, campus, scope, &q); err != nil {
			return q, 0, err
		}
	}
	edges, err := checkedEdges(q, scope.Zone)
	if err != nil {
		return q, 0, err
	}
	if steps = maxGroups(campus, scope, q.By) * (len(edges) - 1); steps > maxSteps {
		return q, 0, tooManySteps()
	}
	return q, steps, nil
}

// cutToMeasured cuts a range to the measured time of the scope, in whole buckets; if nothing is measured, to its last year.
func (r *Queries) cutToMeasured(ctx context.Context, campus *campus.Campus, s campus.Scope, q *Query) error {
	return r.readings.Snapshot(ctx, campus.DevicesEver(s), func(books ledger.Books) error {
		first, last, found, err := books.DayRange()
		if err != nil {
			return err
		}
		from, to := q.To.Add(-maxUncut), q.To
		if found {
			from = q.Bucket.Start(energy.QuarterStart(int64(first)*energy.QuartersPerDay), s.Zone)
			to = q.Bucket.next(q.Bucket.Start(energy.QuarterStart(int64(last+1)*energy.QuartersPerDay)-1, s.Zone), s.Zone)
		}
		if from, to = max(q.From, from), min(q.To, to); from < to {
			q.From, q.To = from, to
		} else { // the range is completely before or after the data
			q.From = q.To.Add(-maxUncut)
		}
		return nil
	})
}

// maxGroups is the maximum number of groups of a query.
func maxGroups(tree *campus.Campus, s campus.Scope, by Grouping) int {
	devices := len(tree.DevicesEver(s))
	if by == Ungrouped {
		return 1
	}
	groups := devices
	spaces := func(kind campus.SpaceKind) int {
		n := 0
		for _, space := range tree.Spaces(s.Space) {
			if space.Kind == kind {
				n++
			}
		}
		return n
	}
	switch by {
	case PerRoom:
		groups = min(groups, spaces(campus.KindRoom)+1)
	case PerBuilding:
		groups = min(groups, spaces(campus.KindBuilding)+1)
	case PerKind:
		kinds := make(map[campus.DeviceKind]bool)
		for _, id := range tree.DevicesEver(s) {
			device, _ := tree.Device(id)
			kinds[device.Kind] = true
		}
		groups = len(kinds)
	case PerDevice, Ungrouped:
	}
	return groups + 1 // the unmetered group
}
