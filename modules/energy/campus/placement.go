package campus

import (
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// Placement is an earlier place of a device: the energy that it used there stays with that place.
type Placement struct {
	Space energy.SpaceID
	// Parent is the meter that it was behind; empty if there was none.
	Parent energy.DeviceID
	// Until is the instant of the move, on a full quarter hour.
	Until energy.Instant
}

// placedAt is the device with the space and parent that it had at an instant.
func (d Device) placedAt(at energy.Instant) Device {
	for _, former := range d.Former {
		if at < former.Until {
			d.Space, d.Parent = former.Space, former.Parent
			break
		}
	}
	return d
}

// moveTo moves the device to a space and parent from an instant on, and drops all later moves.
func (d *Device) moveTo(space energy.SpaceID, parent energy.DeviceID, from energy.Instant) {
	from = energy.QuarterStart(energy.QuarterOf(from))
	before := d.placedAt(from - 1)
	d.Former = slices.DeleteFunc(slices.Clone(d.Former), func(p Placement) bool { return p.Until >= from })
	if before.Space != space || before.Parent != parent {
		d.Former = append(d.Former, Placement{Space: before.Space, Parent: before.Parent, Until: from})
	}
	d.Space, d.Parent = space, parent
	for n := len(d.Former); n > 0 && d.Former[n-1].Space == space && d.Former[n-1].Parent == parent; n-- {
		d.Former = d.Former[:n-1]
	}
}

// Epoch is a span of time in which no device was moved, with the campus of that time.
type Epoch struct {
	From, To energy.Instant // [from, to)
	Campus   *Campus
}

// Epochs divides [from, to) at the instants when devices were moved, oldest first.
func (c *Campus) Epochs(from, to energy.Instant) []Epoch {
	cuts := []energy.Instant{from}
	for _, until := range c.moves {
		if until > from && until < to {
			cuts = append(cuts, until)
		}
	}
	list := make([]Epoch, len(cuts))
	for i, cut := range cuts {
		list[i] = Epoch{From: cut, To: to, Campus: c.at(cut)}
		if i > 0 {
			list[i-1].To = cut
		}
	}
	return list
}

// at is the campus with its devices at their places of an instant.
func (c *Campus) at(at energy.Instant) *Campus {
	if len(c.moves) == 0 || at >= c.moves[len(c.moves)-1] {
		return c
	}
	then := *c
	devices := make([]Device, 0, len(c.devices))
	for _, d := range c.devices {
		devices = append(devices, d.placedAt(at))
	}
	then.placeDevices(devices)
	return &then
}

// DevicesEver are the devices that are in a scope or were in it before they moved, by id.
func (c *Campus) DevicesEver(s Scope) []energy.DeviceID {
	ever := make(map[energy.DeviceID]bool)
	for _, e := range c.Epochs(0, FarAhead) {
		for _, d := range DevicesOf(e.Campus, s) {
			ever[d.ID] = true
		}
	}
	ids := make([]energy.DeviceID, 0, len(ever))
	for id := range ever {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// FarAhead is an instant after every reading.
const FarAhead = energy.Instant(1) << 52
