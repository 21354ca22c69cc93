package energy

import "context"

// ReadingsQuery asks for readings of a device, of a space and all within it, or of all that the caller sees.
type ReadingsQuery struct {
	Device   DeviceID
	Space    SpaceID
	From, To Instant
	// After is the key of the last reading that was had; the zero Key begins.
	After Key
	Limit int
}

// List gives readings by device and instant: to who is limited to a space, of devices that moved into it, those since then. Errors: ErrForbidden, ErrNotFound.
func (l *Ledger) List(ctx context.Context, caller Caller, q ReadingsQuery) ([]Reading, error) {
	if !caller.MayRead() {
		return nil, ErrForbidden{}
	}
	campus, err := l.directory.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	devices, err := asked(campus, caller, q)
	if err != nil {
		return nil, err
	}
	return seenPage(campus, caller, q.After, q.Limit, Reading.Key, func(after Key, limit int) ([]Reading, error) {
		return l.readings.List(ctx, devices, q.From, q.To, after, limit)
	})
}

// asked are the devices that a query is about, from the one after which it goes on.
func asked(campus *Campus, caller Caller, q ReadingsQuery) ([]DeviceID, error) {
	if q.Device != "" {
		device, err := seenDevice(campus, caller, q.Device)
		if err != nil {
			return nil, err
		}
		if q.Space != "" && !campus.Contains(q.Space, device.Space) {
			return nil, ErrNotFound{Kind: "device", ID: string(q.Device)}
		}
		return []DeviceID{q.Device}, nil
	}
	within := caller.Space
	if q.Space != "" {
		if _, err := seenSpace(campus, caller, q.Space); err != nil {
			return nil, err
		}
		within = q.Space
	}
	var ids []DeviceID
	for _, d := range campus.DevicesWithin(within) {
		if d.ID >= q.After.Device {
			ids = append(ids, d.ID)
		}
	}
	return ids, nil
}
