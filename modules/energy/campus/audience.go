package campus

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// Audience filters live events to what a caller may see in a part of the campus, by the location of each device at the time.
type Audience struct {
	catalog *Catalog
	caller  energy.Caller
	within  energy.SpaceID
	device  energy.DeviceID
}

// Audience makes the audience of a caller for a space and what is in it, or for a device. If both are empty, it is for all that
// the caller sees. Errors: ErrForbidden, ErrNotFound.
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

// EventSubject is the device of an event, or its space if it has no device.
type EventSubject struct {
	Device energy.DeviceID
	Space  energy.SpaceID
	// At returns the event's instant; it is called only for devices that were moved.
	At func() energy.Instant
}

// MaySee reports for each event whether the audience may see it. An event of a device belongs to the device's space at the time.
func (a *Audience) MaySee(ctx context.Context, all []EventSubject) ([]bool, error) {
	visible := make([]bool, len(all))
	if a.caller.Space == "" && a.within == "" {
		for i, e := range all {
			visible[i] = a.device == "" || e.Device == a.device
		}
		return visible, nil
	}
	campus, err := FreshUnless(ctx, a.catalog, func(campus *Campus) bool {
		return !slices.ContainsFunc(all, func(e EventSubject) bool { return !campus.has(e) })
	})
	if err != nil {
		return nil, err
	}
	for i, e := range all {
		space := campus.spaceOf(e)
		visible[i] = (a.device == "" || e.Device == a.device) && campus.Sees(a.caller, space) && campus.Contains(a.within, space)
	}
	return visible, nil
}

// has reports whether the device or space of an event exists.
func (c *Campus) has(e EventSubject) bool {
	if _, known := c.Device(e.Device); known {
		return true
	}
	_, known := c.Space(e.Space)
	return known
}

// spaceOf is the space that an event belongs to.
func (c *Campus) spaceOf(e EventSubject) energy.SpaceID {
	device, known := c.Device(e.Device)
	switch {
	case !known:
		return e.Space
	case len(device.Former) > 0:
		return device.placedAt(e.At()).Space
	}
	return device.Space
}
