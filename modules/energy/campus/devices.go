package campus

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// DeviceEdit has the fields of a device to change; nil leaves a field as it is.
type DeviceEdit struct {
	Name            *string
	Kind            *DeviceKind
	Measures        *energy.Quantity
	Space           *energy.SpaceID
	Parent          *energy.DeviceID
	Rated, Standby  *energy.Power
	IntervalS       *int
	RegisterModulus *energy.Energy
	MQTTTopic       *string
	Plain           *PlainNumber
	// MovedAt is when the device moved to its space and parent; nil is now if they change. The energy used before stays with
	// the earlier space and parent.
	MovedAt *energy.Instant
}

// Devices lists the devices that the caller sees; an empty filter selects all. Errors: ErrForbidden, ErrNotFound.
func (c *Catalog) Devices(ctx context.Context, caller energy.Caller, within energy.SpaceID, kind DeviceKind) ([]Device, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	campus, err := c.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	if within == "" {
		within = caller.Space
	} else if _, err := VisibleSpace(campus, caller, within); err != nil {
		return nil, err
	}
	var list []Device
	for _, d := range campus.DevicesWithin(within) {
		if kind == "" || d.Kind == kind {
			list = append(list, campus.ShownTo(caller, d))
		}
	}
	return list, nil
}

// Device returns a device that the caller sees. Errors: ErrForbidden, ErrNotFound.
func (c *Catalog) Device(ctx context.Context, caller energy.Caller, id energy.DeviceID) (Device, error) {
	if !caller.MayRead() {
		return Device{}, energy.ErrForbidden{}
	}
	campus, err := c.Fresh(ctx)
	if err != nil {
		return Device{}, err
	}
	d, err := VisibleDevice(campus, caller, id)
	return campus.ShownTo(caller, d), err
}

// VisibleDevice returns a device that the caller sees. Errors: ErrNotFound.
func VisibleDevice(campus *Campus, caller energy.Caller, id energy.DeviceID) (Device, error) {
	d, known := campus.Device(id)
	if !known || !campus.Sees(caller, d.Space) {
		return Device{}, energy.ErrNotFound{Kind: "device", ID: string(id)}
	}
	return d, nil
}

// CreateDevice adds a device under the id on its label. Errors: ErrForbidden, ErrInvalid, ErrTaken.
func (c *Catalog) CreateDevice(ctx context.Context, caller energy.Caller, id string, edit DeviceEdit) (Device, error) {
	if !caller.MayManage() {
		return Device{}, energy.ErrForbidden{}
	}
	d := Device{Kind: KindOther, Measures: energy.Active, Created: c.clock.Now()}
	err := c.change(ctx, func(campus *Campus) (Change, error) {
		var k energy.Flaws
		parsed, err := energy.ParseDeviceID(id)
		if err != nil {
			k.Add("id", "pattern", "pattern", "1–64 [A-Za-z0-9._:-]")
		}
		d.ID = parsed
		edit.apply(&d)
		checkDevice(&k, campus, caller, d)
		if len(k) > 0 {
			return Change{}, energy.ErrInvalid{Flaws: k}
		}
		if _, taken := campus.Device(parsed); taken {
			return Change{}, energy.ErrTaken{Kind: "device", ID: id}
		}
		return Change{PutDevice: &d}, nil
	})
	return d, err
}

// UpdateDevice changes a device. Errors: ErrForbidden, ErrNotFound, ErrInvalid, ErrInUse.
func (c *Catalog) UpdateDevice(ctx context.Context, caller energy.Caller, id energy.DeviceID, edit DeviceEdit) (Device, error) {
	if !caller.MayManage() {
		return Device{}, energy.ErrForbidden{}
	}
	var shown Device
	err := c.change(ctx, func(campus *Campus) (Change, error) {
		d, err := c.edited(ctx, campus, caller, id, edit)
		if err != nil {
			return Change{}, err
		}
		shown = campus.ShownTo(caller, d)
		return Change{PutDevice: &d}, nil
	})
	return shown, err
}

// Trial is a change of a device that is not stored: the campus before and after it.
type Trial struct {
	ID            energy.DeviceID
	Before, After *Campus
}

// Shown is the changed device as a caller may see it.
func (t Trial) Shown(caller energy.Caller) Device {
	d, _ := t.After.Device(t.ID)
	return t.After.ShownTo(caller, d)
}

// TryUpdateDevice returns what UpdateDevice would do, and changes nothing. Errors: ErrForbidden, ErrNotFound, ErrInvalid, ErrInUse.
func (c *Catalog) TryUpdateDevice(ctx context.Context, caller energy.Caller, id energy.DeviceID, edit DeviceEdit) (Trial, error) {
	if !caller.MayManage() {
		return Trial{}, energy.ErrForbidden{}
	}
	campus, err := c.Fresh(ctx)
	if err != nil {
		return Trial{}, err
	}
	d, err := c.edited(ctx, campus, caller, id, edit)
	if err != nil {
		return Trial{}, err
	}
	return Trial{ID: id, Before: campus, After: campus.with(d)}, nil
}

// edited returns a device with a change. Errors: ErrNotFound, ErrInvalid, ErrInUse.
func (c *Catalog) edited(ctx context.Context, campus *Campus, caller energy.Caller, id energy.DeviceID, edit DeviceEdit) (Device, error) {
	before, err := VisibleDevice(campus, caller, id)
	if err != nil {
		return Device{}, err
	}
	d := before
	edit.apply(&d)
	if err := c.move(ctx, &d, before, edit.MovedAt); err != nil {
		return Device{}, err
	}
	var k energy.Flaws
	checkDevice(&k, campus, caller, d)
	checkMove(&k, campus, d, edit.MovedAt, c.clock.Now())
	checkReach(&k, campus, caller, before, edit.MovedAt)
	if d.Measures != before.Measures {
		if err := c.checkNoReadings(ctx, d.ID); err != nil {
			return Device{}, err
		}
	}
	if len(k) > 0 {
		return Device{}, energy.ErrInvalid{Flaws: k}
	}
	return d, nil
}

// checkNoReadings rejects a change of what a device measures once it has readings: they would be read as another quantity.
// Errors: ErrInUse.
func (c *Catalog) checkNoReadings(ctx context.Context, id energy.DeviceID) error {
	reported, err := c.store.HasReadings(ctx, id)
	if err == nil && reported {
		err = energy.ErrInUse{Kind: "device", ID: string(id), Blockers: []energy.Blocker{{Kind: "readings"}}}
	}
	return err
}

// move adds the earlier place of a device to Former. A device that never reported has no energy at earlier places, so its Former
// is cleared.
func (c *Catalog) move(ctx context.Context, d *Device, before Device, at *energy.Instant) error {
	if at == nil && d.Space == before.Space && d.Parent == before.Parent {
		return nil
	}
	reported, err := c.store.HasReadings(ctx, d.ID)
	if err != nil {
		return err
	}
	if !reported {
		d.Former = nil
		return nil
	}
	from := c.clock.Now()
	if at != nil {
		from = *at
	}
	space, parent := d.Space, d.Parent
	d.Space, d.Parent = before.Space, before.Parent
	d.moveTo(space, parent, from)
	return nil
}

func (e DeviceEdit) apply(d *Device) {
	setIfGiven(&d.Name, e.Name)
	setIfGiven(&d.Kind, e.Kind)
	setIfGiven(&d.Measures, e.Measures)
	setIfGiven(&d.Space, e.Space)
	setIfGiven(&d.Parent, e.Parent)
	setIfGiven(&d.Rated, e.Rated)
	setIfGiven(&d.Standby, e.Standby)
	setIfGiven(&d.IntervalS, e.IntervalS)
	setIfGiven(&d.RegisterModulus, e.RegisterModulus)
	setIfGiven(&d.MQTTTopic, e.MQTTTopic)
	setIfGiven(&d.Plain, e.Plain)
	if d.Name == "" {
		d.Name = string(d.ID)
	}
}

// checkDevice adds the errors of a device at its place in the campus.
func checkDevice(c *energy.Flaws, campus *Campus, caller energy.Caller, d Device) {
	if len(d.Name) > 0 {
		energy.CheckName(c, d.Name)
	}
	switch {
	case d.Space == "":
		c.Add("space_id", "required")
	case !campus.Sees(caller, d.Space):
		c.Add("space_id", "no_such")
	}
	if d.Parent != "" {
		checkParent(c, campus, caller, d)
	}
	checkNotNegative(c, "rated_w", int64(d.Rated))
	checkNotNegative(c, "standby_w", int64(d.Standby))
	checkNotNegative(c, "register_modulus_kwh", int64(d.RegisterModulus))
	if other, taken := campus.DeviceAt(d.MQTTTopic); taken && other.ID != d.ID {
		c.Add("mqtt_topic", "taken", "by", string(other.ID))
	}
	if d.IntervalS < 0 || d.IntervalS > 86_400 {
		c.Add("interval_s", "maximum", "max", 86_400)
	}
	if d.Rated > 0 && d.Standby > d.Rated {
		c.Add("standby_w", "maximum", "max", d.Rated.Watts())
	}
}

// checkMove rejects a move in the future, and a move that puts the device behind itself at any time.
func checkMove(c *energy.Flaws, campus *Campus, d Device, at *energy.Instant, now energy.Instant) {
	if at != nil && *at > now {
		c.Add("moved_at", "future")
	}
	if len(*c) > 0 {
		return
	}
	for _, e := range campus.with(d).Epochs(0, FarAhead) {
		if e.Campus.inMeterCycle(d.ID) {
			c.Add("moved_at", "cycle")
			return
		}
	}
}

// checkReach rejects a move that would make visible to the caller the readings of a time when the device was out of their reach.
func checkReach(c *energy.Flaws, campus *Campus, caller energy.Caller, before Device, at *energy.Instant) {
	if at == nil || caller.Space == "" {
		return
	}
	from := energy.QuarterStart(energy.QuarterOf(*at))
	for _, former := range before.Former {
		if former.Until > from && !campus.Sees(caller, former.Space) {
			c.Add("moved_at", "out_of_reach")
			return
		}
	}
}

func checkNotNegative(c *energy.Flaws, field string, n int64) {
	if n < 0 {
		c.Add(field, "negative")
	}
}

func checkParent(c *energy.Flaws, campus *Campus, caller energy.Caller, d Device) {
	meter, known := campus.Device(d.Parent)
	if !known || !campus.Sees(caller, meter.Space) {
		c.Add("parent_id", "no_such")
		return
	}
	if meter.ID == d.ID || campus.isBehind(meter, d.ID) {
		c.Add("parent_id", "cycle")
	}
}
