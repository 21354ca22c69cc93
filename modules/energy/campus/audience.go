package campus

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// Audience is who hears of what happens in a part of the campus: what he may see of it, wherever devices hang by then.
type Audience struct {
	catalog *Catalog
	caller  energy.Caller
	within  energy.SpaceID
	device  energy.DeviceID
}

// Audience makes the audience of a caller for a space and what is in it, or a device; empty is all that he sees. Errors:
// ErrForbidden, ErrNotFound.
func (c *Catalog) Audience(ctx context.Context, caller energy.Caller, within energy.SpaceID, device energy.DeviceID) (*Audience, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	campus, err := c.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	if within != "" {
		if _, err := VisibleSpace(campus, caller, within); err != nil {
			return nil, err
		}
	}
	if device != "" {
		if _, err := VisibleDevice(campus, caller, device); err != nil {
			return nil, err
		}
	}
	return &Audience{catalog: c, caller: caller, within: within, device: device}, nil
}

// EventSubject is what an event is about: a device, or a space where there is none.
type EventSubject struct {
	Device energy.DeviceID
	Space  energy.SpaceID
	// At gives the instant that it is of; it is asked only of devices that were moved.
	At func() energy.Instant
}

// MaySee tells which of some events are for the audience. What a device said belongs where it hung then.
func (a *Audience) MaySee(ctx context.Context, all []EventSubject) ([]bool, error) {
	hears := make([]bool, len(all))
	if a.caller.Space == "" && a.within == "" {
		for i, h := range all {
			hears[i] = a.device == "" || h.Device == a.device
		}
		return hears, nil
	}
	campus, err := FreshUnless(ctx, a.catalog, func(campus *Campus) bool {
		return !slices.ContainsFunc(all, func(h EventSubject) bool { return !campus.has(h) })
	})
	if err != nil {
		return nil, err
	}
	for i, h := range all {
		space := campus.spaceOf(h)
		hears[i] = (a.device == "" || h.Device == a.device) && campus.Sees(a.caller, space) && campus.Contains(a.within, space)
	}
	return hears, nil
}

// has reports whether what an event is about is there.
func (c *Campus) has(h EventSubject) bool {
	if _, known := c.Device(h.Device); known {
		return true
	}
	_, known := c.Space(h.Space)
	return known
}

// spaceOf is the space that an event belongs to.
func (c *Campus) spaceOf(h EventSubject) energy.SpaceID {
	device, known := c.Device(h.Device)
	switch {
	case !known:
		return h.Space
	case len(device.Former) > 0:
		return device.placedAt(h.At()).Space
	}
	return device.Space
}
