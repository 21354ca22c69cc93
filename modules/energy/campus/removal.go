package campus

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// SpaceRemoval returns what DeleteSpace would do, and changes nothing. Errors: ErrForbidden, ErrNotFound.
func (c *Catalog) SpaceRemoval(ctx context.Context, caller energy.Caller, id energy.SpaceID) (energy.Removal, error) {
	return c.removal(ctx, caller, Change{DropSpace: id})
}

// DeviceRemoval returns what DeleteDevice would do, and changes nothing. Errors: ErrForbidden, ErrNotFound.
func (c *Catalog) DeviceRemoval(ctx context.Context, caller energy.Caller, id energy.DeviceID) (energy.Removal, error) {
	return c.removal(ctx, caller, Change{DropDevice: id})
}

// DeleteSpace removes a space that never had devices, has no spaces inside, and to which no user or key is limited. Errors:
// ErrForbidden, ErrNotFound, ErrInUse.
func (c *Catalog) DeleteSpace(ctx context.Context, caller energy.Caller, id energy.SpaceID) error {
	return c.remove(ctx, caller, energy.ErrInUse{Kind: "space", ID: string(id)}, Change{DropSpace: id})
}

// DeleteDevice removes a device without readings, without devices behind it and without keys limited to it. A device with readings
// stays, because they belong to it. Errors: ErrForbidden, ErrNotFound, ErrInUse.
func (c *Catalog) DeleteDevice(ctx context.Context, caller energy.Caller, id energy.DeviceID) error {
	return c.remove(ctx, caller, energy.ErrInUse{Kind: "device", ID: string(id)}, Change{DropDevice: id})
}

func (c *Catalog) removal(ctx context.Context, caller energy.Caller, drop Change) (energy.Removal, error) {
	if !caller.MayManage() {
		return energy.Removal{}, energy.ErrForbidden{}
	}
	campus, err := c.Fresh(ctx)
	if err != nil {
		return energy.Removal{}, err
	}
	blockers, err := c.blockers(ctx, campus, caller, drop)
	if err != nil {
		return energy.Removal{}, err
	}
	deletes, err := c.store.Dependents(ctx, drop)
	if err != nil {
		return energy.Removal{}, err
	}
	if drop.DropSpace != "" {
		deletes["space"]++
	} else {
		deletes["device"]++
	}
	return energy.Removal{Deletes: deletes, Blockers: blockers}, nil
}

func (c *Catalog) remove(ctx context.Context, caller energy.Caller, inUse energy.ErrInUse, drop Change) error {
	if !caller.MayManage() {
		return energy.ErrForbidden{}
	}
	return c.change(ctx, func(campus *Campus) (Change, error) {
		var err error
		if inUse.Blockers, err = c.blockers(ctx, campus, caller, drop); err == nil && len(inUse.Blockers) > 0 {
			err = inUse
		}
		return drop, err
	})
}

// blockers returns what prevents the removal of a space or device. Errors: ErrNotFound.
func (c *Catalog) blockers(ctx context.Context, campus *Campus, caller energy.Caller, drop Change) ([]energy.Blocker, error) {
	if drop.DropSpace != "" {
		return c.spaceBlockers(ctx, campus, caller, drop.DropSpace)
	}
	return c.deviceBlockers(ctx, campus, caller, drop.DropDevice)
}

func (c *Catalog) spaceBlockers(ctx context.Context, campus *Campus, caller energy.Caller, id energy.SpaceID) ([]energy.Blocker, error) {
	if _, err := VisibleSpace(campus, caller, id); err != nil {
		return nil, err
	}
	var inside []energy.Blocker
	for _, s := range campus.Children(id) {
		inside = append(inside, energy.Blocker{ID: string(s.ID), Name: s.Name})
	}
	all := append(energy.BlockersOf("spaces", inside), devicesAsBlockers(campus, caller, campus.everIn(id))...)
	grants, err := c.grantsOf(ctx, caller, []energy.SpaceID{id}, nil)
	return append(all, grants...), err
}

func (c *Catalog) deviceBlockers(ctx context.Context, campus *Campus, caller energy.Caller, id energy.DeviceID) ([]energy.Blocker, error) {
	if _, err := VisibleDevice(campus, caller, id); err != nil {
		return nil, err
	}
	all := devicesAsBlockers(campus, caller, campus.Behind(id))
	reported, err := c.store.HasReadings(ctx, id)
	if err != nil {
		return nil, err
	}
	if reported {
		all = append(all, energy.Blocker{Kind: "readings"})
	}
	grants, err := c.grantsOf(ctx, caller, nil, []energy.DeviceID{id})
	return append(all, grants...), err
}

// devicesAsBlockers names the devices that the caller sees, and counts the others.
func devicesAsBlockers(campus *Campus, caller energy.Caller, devices []Device) []energy.Blocker {
	var all []energy.Blocker
	for _, d := range devices {
		b := energy.Blocker{ID: string(d.ID), Name: d.Name}
		if !campus.Sees(caller, d.Space) {
			b = energy.Blocker{}
		}
		all = append(all, b)
	}
	return energy.BlockersOf("devices", all)
}

// everIn returns the devices that are in a space itself or were in it, by id.
func (c *Campus) everIn(space energy.SpaceID) []Device {
	var all []Device
	for _, d := range c.devices {
		if d.Space == space || slices.ContainsFunc(d.Former, func(p Placement) bool { return p.Space == space }) {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Device) int { return cmp.Compare(a.ID, b.ID) })
	return all
}
