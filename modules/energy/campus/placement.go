package campus

import (
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// Placement is where a device hung before it was moved: what it used until then stays where it was used.
type Placement struct {
	Space energy.SpaceID
	// Parent is the meter that it sat behind; empty where there was none.
	Parent energy.DeviceID
	// Until is the instant of the move, whole on the quarter hour.
	Until energy.Instant
}

// placedAt is the device where it hung at an instant.
func (d Device) placedAt(at energy.Instant) Device {
	for _, former := range d.Former {
		if at < former.Until {
			d.Space, d.Parent = former.Space, former.Parent
			break
		}
	}
	return d
}

// moveTo hangs the device elsewhere from an instant on, as if it had never been moved after it.
func (d *Device) moveTo(space energy.SpaceID, parent energy.DeviceID, from energy.Instant) {
	from = energy.QuarterStart(energy.QuarterOf(from))
	was := d.placedAt(from - 1)
	d.Former = slices.DeleteFunc(slices.Clone(d.Former), func(p Placement) bool { return p.Until >= from })
	if was.Space != space || was.Parent != parent {
		d.Former = append(d.Former, Placement{Space: was.Space, Parent: was.Parent, Until: from})
	}
	d.Space, d.Parent = space, parent
	for n := len(d.Former); n > 0 && d.Former[n-1].Space == space && d.Former[n-1].Parent == parent; n-- {
		d.Former = d.Former[:n-1]
	}
}

// Epoch is a span of time in which no device was moved, with the campus as it was.
type Epoch struct {
	From, To energy.Instant // [from, to)
	Campus   *Campus
}

// Epochs cuts [from, to) where devices were moved, oldest first.
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

// at is the campus with its devices where they hung at an instant.
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

// DevicesEver are the devices that a scope holds, and those that it held before they were moved.
func (c *Campus) DevicesEver(s Scope) []energy.DeviceID {
	seen := make(map[energy.DeviceID]bool)
	for _, e := range c.Epochs(0, FarAhead) {
		for _, d := range DevicesOf(e.Campus, s) {
			seen[d.ID] = true
		}
	}
	ids := make([]energy.DeviceID, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// FarAhead is after every reading.
const FarAhead = energy.Instant(1) << 52

// everHeldDevice reports whether a device hangs in a space, or did.
func (c *Campus) everHeldDevice(space energy.SpaceID) bool {
	for _, d := range c.devices {
		if d.Space == space || slices.ContainsFunc(d.Former, func(p Placement) bool { return p.Space == space }) {
			return true
		}
	}
	return false
}
