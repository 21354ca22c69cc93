package usage

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// longQuery is the range beyond which a query is cut to what is measured: a request for half a century costs what there is.
const longQuery = 366 * energy.DayMs

// Plan reckons a query before anything of it is read: its range, where it is longer than a year, is cut to the buckets of
// which something is measured, and steps is how many its answer has at the most. Errors: ErrForbidden, ErrNotFound, and
// ErrInvalid where the answer would be too long.
func (r *Queries) Plan(ctx context.Context, caller energy.Caller, q Query) (planned Query, steps int, err error) {
	return r.plan(ctx, caller, q, r.directory.Fresh)
}

func (r *Queries) plan(ctx context.Context, caller energy.Caller, q Query, campusOf campusOf) (planned Query, steps int, err error) {
	campus, scope, err := r.scoped(ctx, caller, &q, campusOf)
	if err != nil {
		return q, 0, err
	}
	if q.To > q.From.Add(longQuery) {
		if err := r.cut(ctx, campus, scope, &q); err != nil {
			return q, 0, err
		}
	}
	edges, err := checkedEdges(q, scope.Zone)
	if err != nil {
		return q, 0, err
	}
	if steps = groupsOf(campus, scope, q.By) * (len(edges) - 1); steps > mostSteps {
		return q, 0, tooManySteps()
	}
	return q, steps, nil
}

// cut narrows a range to what is measured of the scope, in whole buckets; where nothing is, to its last year.
func (r *Queries) cut(ctx context.Context, campus *campus.Campus, s campus.Scope, q *Query) error {
	return r.readings.Snapshot(ctx, campus.DevicesEver(s), func(books ledger.Books) error {
		first, last, found, err := books.Days()
		if err != nil {
			return err
		}
		from, to := q.To.Add(-longQuery), q.To
		if found {
			from = q.Bucket.Start(energy.QuarterStart(int64(first)*energy.QuartersPerDay), s.Zone)
			to = q.Bucket.next(q.Bucket.Start(energy.QuarterStart(int64(last+1)*energy.QuartersPerDay)-1, s.Zone), s.Zone)
		}
		if from, to = max(q.From, from), min(q.To, to); from < to {
			q.From, q.To = from, to
		} else { // it lies wholly before or after
			q.From = q.To.Add(-longQuery)
		}
		return nil
	})
}

// groupsOf is how many groups a query may have at the most.
func groupsOf(tree *campus.Campus, s campus.Scope, by Grouping) int {
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
	return groups + 1 // what is unmetered
}
