package usage

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// MeasuredRange returns the first and last instant of the known data of a level and id; found is false if nothing is known. Errors:
// ErrForbidden, ErrNotFound.
func (r *Queries) MeasuredRange(ctx context.Context, caller energy.Caller, level campus.Level, id string) (from, to energy.Instant, found bool, err error) {
	if !caller.MayRead() {
		return 0, 0, false, energy.ErrForbidden{}
	}
	tree, err := r.directory.Campus(ctx)
	if err != nil {
		return 0, 0, false, err
	}
	scope, err := campus.ScopeOf(tree, caller, level, id)
	if err != nil {
		return 0, 0, false, err
	}
	err = r.readings.Snapshot(ctx, tree.DevicesEver(scope), func(books ledger.Books) error {
		from, to, found = 0, 0, false
		first, last, any, err := books.DayRange()
		if err != nil || !any {
			return err
		}
		var begins, ends bool
		if from, _, begins, err = knownRange(books, first); err != nil {
			return err
		}
		_, to, ends, err = knownRange(books, last)
		found = begins && ends
		return err
	})
	return from, to, found, err
}

// knownRange returns the beginning of the first and the end of the last known quarter hour of a day.
func knownRange(books ledger.Books, day int32) (from, to energy.Instant, found bool, err error) {
	for page, err := range books.Pages(day, day+1) {
		if err != nil {
			return 0, 0, false, err
		}
		for i, q := range page.Quarters {
			if !q.Known() {
				continue
			}
			at := energy.QuarterStart(int64(day)*energy.QuartersPerDay + int64(i))
			if !found || at < from {
				from = at
			}
			to, found = max(to, at.Add(energy.QuarterMs)), true
		}
	}
	return from, to, found, nil
}
