package energy

import "context"

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
	campus, err := c.Campus(ctx)
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

// Hears tells whether something about a device, or about a space where there is none, is for the audience.
func (a *Audience) Hears(ctx context.Context, device DeviceID, space SpaceID) (bool, error) {
	if a.device != "" && device != a.device {
		return false, nil
	}
	if a.caller.Space == "" && a.within == "" {
		return true, nil
	}
	campus, err := a.catalog.Campus(ctx)
	if err != nil {
		return false, err
	}
	if d, known := campus.Device(device); known {
		space = d.Space
	}
	return campus.Sees(a.caller, space) && campus.Contains(a.within, space), nil
}
