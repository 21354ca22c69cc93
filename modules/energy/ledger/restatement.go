package ledger

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// Restatement is a device's UTC day whose totals changed after they could have been told, by readings that came
// late or by corrections.
type Restatement struct {
	Page    PageKey
	Changed energy.Instant // the last time
}

// Span is the day, from its first instant to the one after its last.
func (r Restatement) Span() (from, to energy.Instant) {
	from = energy.Instant(int64(r.Page.Day) * energy.DayMs)
	return from, from.Add(energy.DayMs)
}

// RestatementsQuery asks what changed at or after an instant, of a device, of a space and all within it, or of all
// that the caller sees.
type RestatementsQuery struct {
	Device energy.DeviceID
	Space  energy.SpaceID
	Since  energy.Instant
	// After is the last restatement that was had; the zero one begins.
	After Restatement
	Limit int
}

// Restatements gives what changed, by the time of the change. Errors: ErrForbidden, ErrNotFound.
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
		asked := q.Limit - len(page)
		all, err := l.readings.Restated(ctx, devices, q.Since, q.After, asked)
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
		if len(all) < asked || len(page) >= q.Limit {
			return page, nil
		}
	}
}
