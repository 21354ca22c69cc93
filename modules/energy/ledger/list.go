package ledger

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// ReadingsQuery selects readings: of a device, of a space and all within it, or of all that the caller may see.
type ReadingsQuery struct {
	Device   energy.DeviceID
	Space    energy.SpaceID
	From, To energy.Instant
	// After is the key of the last reading of the page before; the zero Key starts at the first.
	After energy.Key
	Limit int
}

// List returns readings by device and instant. A caller who is limited to a space gets readings of a device that moved into it only
// since the move. Errors: ErrForbidden, ErrNotFound.
func (l *Ledger) List(ctx context.Context, caller energy.Caller, q ReadingsQuery) ([]energy.Reading, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	tree, err := l.directory.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	devices, err := devicesForQuery(tree, caller, q)
	if err != nil {
		return nil, err
	}
	return campus.VisiblePage(tree, caller, q.After, q.Limit, energy.Reading.Key, func(after energy.Key, limit int) ([]energy.Reading, error) {
		return l.readings.List(ctx, devices, q.From, q.To, after, limit)
	})
}

// devicesForQuery returns the devices that a query selects, from q.After's device on.
func devicesForQuery(tree *campus.Campus, caller energy.Caller, q ReadingsQuery) ([]energy.DeviceID, error) {
	if q.Device != "" {
		device, err := campus.VisibleDevice(tree, caller, q.Device)
		if err != nil {
			return nil, err
		}
		if q.Space != "" && !tree.Contains(q.Space, device.Space) {
			return nil, energy.ErrNotFound{Kind: "device", ID: string(q.Device)}
		}
		return []energy.DeviceID{q.Device}, nil
	}
	within := caller.Space
	if q.Space != "" {
		if _, err := campus.VisibleSpace(tree, caller, q.Space); err != nil {
			return nil, err
		}
		within = q.Space
	}
	var ids []energy.DeviceID
	for _, d := range tree.DevicesWithin(within) {
		if d.ID >= q.After.Device {
			ids = append(ids, d.ID)
		}
	}
	return ids, nil
}
