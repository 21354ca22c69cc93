package ledger

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// Restatement is a device's UTC day whose totals changed after they may have been read, by late readings or by corrections.
type Restatement struct {
	Page    PageKey
	Changed energy.Instant // the last change
}

// Span is the day, from its first instant to the first of the next day.
func (r Restatement) Span() (from, to energy.Instant) {
	from = energy.Instant(int64(r.Page.Day) * energy.DayMs)
	return from, from.Add(energy.DayMs)
}

// RestatementsQuery selects changes at or after an instant: of a device, of a space and all within it, or of all that the caller
// may see.
type RestatementsQuery struct {
	Device energy.DeviceID
	Space  energy.SpaceID
	Since  energy.Instant
	// After is the last restatement of the page before; the zero one starts at the first.
	After Restatement
	Limit int
}

// Restatements returns the changed days, by the time of the change. Errors: ErrForbidden, ErrNotFound.
func (l *Ledger) Restatements(ctx context.Context, caller energy.Caller, q RestatementsQuery) ([]Restatement, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	campus, err := l.directory.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	devices, err := devicesForQuery(campus, caller, ReadingsQuery{Device: q.Device, Space: q.Space})
	if err != nil {
		return nil, err
	}
	var page []Restatement
	for {
		limit := q.Limit - len(page)
		all, err := l.readings.Restated(ctx, devices, q.Since, q.After, limit)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			device, _ := campus.Device(one.Page.Device)
			if from, to := one.Span(); len(campus.VisibleStays(caller, device, from, to)) > 0 {
				page = append(page, one)
			}
			q.After = one
		}
		if len(all) < limit || len(page) >= q.Limit {
			return page, nil
		}
	}
}
