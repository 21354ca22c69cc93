package energy

import "slices"

// Placement is where a device hung before it was moved: what it used until then stays where it was used.
type Placement struct {
	Space SpaceID
	// Parent is the meter that it sat behind; empty where there was none.
	Parent DeviceID
	// Until is the instant of the move, whole on the quarter hour.
	Until Instant
}

// placedAt is the device where it hung at an instant.
func (d Device) placedAt(at Instant) Device {
	for _, former := range d.Former {
		if at < former.Until {
			d.Space, d.Parent = former.Space, former.Parent
			break
		}
	}
	return d
}

// moveTo hangs the device elsewhere from an instant on, as if it had never been moved after it.
func (d *Device) moveTo(space SpaceID, parent DeviceID, from Instant) {
	from = quarterStart(quarterOf(from))
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

// epoch is a span of time in which no device was moved, with the campus as it was.
type epoch struct {
	from, to Instant // [from, to)
	campus   *Campus
}

// epochs cuts [from, to) where devices were moved, oldest first.
func (c *Campus) epochs(from, to Instant) []epoch {
	cuts := []Instant{from}
	for _, until := range c.moves {
		if until > from && until < to {
			cuts = append(cuts, until)
		}
	}
	list := make([]epoch, len(cuts))
	for i, cut := range cuts {
		list[i] = epoch{from: cut, to: to, campus: c.at(cut)}
		if i > 0 {
			list[i-1].to = cut
		}
	}
	return list
}

// at is the campus with its devices where they hung at an instant.
func (c *Campus) at(at Instant) *Campus {
	if len(c.moves) == 0 || at >= c.moves[len(c.moves)-1] {
		return c
	}
	then := *c
	devices := make([]Device, 0, len(c.devices))
	for _, d := range c.devices {
		devices = append(devices, d.placedAt(at))
	}
	then.hang(devices)
	return &then
}

// devicesEver are the devices that a scope holds, and those that it held before they were moved.
func (c *Campus) devicesEver(s scope) []DeviceID {
	seen := make(map[DeviceID]bool)
	for _, e := range c.epochs(0, farAhead) {
		for _, d := range devicesOf(e.campus, s) {
			seen[d.ID] = true
		}
	}
	ids := make([]DeviceID, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// farAhead is after every reading.
const farAhead = Instant(1) << 52

// everHung tells whether a device hangs in a space, or did.
func (c *Campus) everHung(space SpaceID) bool {
	for _, d := range c.devices {
		if d.Space == space || slices.ContainsFunc(d.Former, func(p Placement) bool { return p.Space == space }) {
			return true
		}
	}
	return false
}
