package energy

import (
	"context"
	"slices"
)

// Audience is who hears of what happens in a part of the campus: what he may see of it, wherever devices hang by then.
type Audience struct {
	catalog *Catalog
	caller  Caller
	within  SpaceID
	device  DeviceID
}

// Audience makes the audience of a caller for a space and what is in it, or a device; empty is all that he sees. Errors:
// ErrForbidden, ErrNotFound.
func (c *Catalog) Audience(ctx context.Context, caller Caller, within SpaceID, device DeviceID) (*Audience, error) {
	if !caller.MayRead() {
		return nil, ErrForbidden{}
	}
	campus, err := c.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	if within != "" {
		if _, err := seenSpace(campus, caller, within); err != nil {
			return nil, err
		}
	}
	if device != "" {
		if _, err := seenDevice(campus, caller, device); err != nil {
			return nil, err
		}
	}
	return &Audience{catalog: c, caller: caller, within: within, device: device}, nil
}

// Happening is what an event is about: a device, or a space where there is none.
type Happening struct {
	Device DeviceID
	Space  SpaceID
	// At gives the instant that it is of; it is asked only of devices that were moved.
	At func() Instant
}

// Hears tells which of some events are for the audience. What a device said belongs where it hung then.
func (a *Audience) Hears(ctx context.Context, all []Happening) ([]bool, error) {
	hears := make([]bool, len(all))
	if a.caller.Space == "" && a.within == "" {
		for i, h := range all {
			hears[i] = a.device == "" || h.Device == a.device
		}
		return hears, nil
	}
	campus, err := CampusHolding(ctx, a.catalog, func(campus *Campus) bool {
		return !slices.ContainsFunc(all, func(h Happening) bool { return !campus.knows(h) })
	})
	if err != nil {
		return nil, err
	}
	for i, h := range all {
		space := campus.placeOf(h)
		hears[i] = (a.device == "" || h.Device == a.device) && campus.Sees(a.caller, space) && campus.Contains(a.within, space)
	}
	return hears, nil
}

// knows tells whether what an event is about is there.
func (c *Campus) knows(h Happening) bool {
	if _, known := c.Device(h.Device); known {
		return true
	}
	_, known := c.Space(h.Space)
	return known
}

// placeOf is the space that an event belongs to.
func (c *Campus) placeOf(h Happening) SpaceID {
	device, known := c.Device(h.Device)
	switch {
	case !known:
		return h.Space
	case len(device.Former) > 0:
		return device.placedAt(h.At()).Space
	}
	return device.Space
}
