// Package campus has the tree of spaces and devices, with the earlier places of each device, and the use cases that change it.
package campus

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/holidays"
)

// Campus is the tree of spaces and devices at one moment. It is immutable; a change makes a new one.
type Campus struct {
	// Version is that of the store, or NotStored.
	Version   int64
	spaces    map[energy.SpaceID]Space
	devices   map[energy.DeviceID]Device
	children  map[energy.SpaceID][]energy.SpaceID
	inSpace   map[energy.SpaceID][]energy.DeviceID
	behind    map[energy.DeviceID][]energy.DeviceID
	byAddress map[string]energy.DeviceID // by address
	zones     map[energy.SpaceID]*time.Location
	fallback  *time.Location
	// moves are the instants at which devices were moved, oldest first.
	moves []energy.Instant
}

// NewCampus makes a campus from its parts; fallback is the zone of a site whose own zone cannot be read.
func NewCampus(version int64, spaces []Space, devices []Device, fallback *time.Location) *Campus {
	c := &Campus{
		Version: version, fallback: fallback,
		spaces: make(map[energy.SpaceID]Space, len(spaces)), children: make(map[energy.SpaceID][]energy.SpaceID),
		zones: make(map[energy.SpaceID]*time.Location),
	}
	spaces = slices.Clone(spaces)
	slices.SortFunc(spaces, func(a, b Space) int { return cmp.Compare(a.ID, b.ID) })
	for _, s := range spaces {
		c.spaces[s.ID] = s
		c.children[s.Parent] = append(c.children[s.Parent], s.ID)
	}
	c.placeDevices(devices)
	for _, s := range c.Sites() {
		if zone, err := time.LoadLocation(s.TimeZone); err == nil && s.TimeZone != "" {
			c.zones[s.ID] = zone
		}
	}
	return c
}

// placeDevices puts the devices in their spaces and behind their meters.
func (c *Campus) placeDevices(devices []Device) {
	devices = slices.Clone(devices)
	slices.SortFunc(devices, func(a, b Device) int { return cmp.Compare(a.ID, b.ID) })
	c.devices, c.inSpace, c.behind = make(map[energy.DeviceID]Device, len(devices)), make(map[energy.SpaceID][]energy.DeviceID), make(map[energy.DeviceID][]energy.DeviceID)
	c.moves, c.byAddress = nil, make(map[string]energy.DeviceID)
	for _, d := range devices {
		c.devices[d.ID] = d
		if d.MQTTTopic != "" {
			c.byAddress[d.MQTTTopic] = d.ID
		}
		c.inSpace[d.Space] = append(c.inSpace[d.Space], d.ID)
		c.behind[d.Parent] = append(c.behind[d.Parent], d.ID)
		for _, former := range d.Former {
			c.moves = append(c.moves, former.Until)
		}
	}
	slices.Sort(c.moves)
	c.moves = slices.Compact(c.moves)
}

// NotStored is the version of a campus that was made to try a change. Nothing about it may be cached.
const NotStored = -1

// with is the campus with a changed device, not stored.
func (c *Campus) with(d Device) *Campus {
	devices := []Device{d}
	for id, other := range c.devices {
		if id != d.ID {
			devices = append(devices, other)
		}
	}
	changed := *c
	changed.Version = NotStored
	changed.placeDevices(devices)
	return &changed
}

// Space is the space with an id.
func (c *Campus) Space(id energy.SpaceID) (Space, bool) {
	s, known := c.spaces[id]
	return s, known
}

// Device is the device with an id.
func (c *Campus) Device(id energy.DeviceID) (Device, bool) {
	d, known := c.devices[id]
	return d, known
}

// DeviceAt is the device that sends from an address.
func (c *Campus) DeviceAt(address string) (Device, bool) {
	id, known := c.byAddress[address]
	if !known {
		return Device{}, false
	}
	return c.Device(id)
}

// Sites are the roots of the tree, by id.
func (c *Campus) Sites() []Space { return c.Children("") }

// Children lists the spaces directly inside another, by id; for "", the sites.
func (c *Campus) Children(id energy.SpaceID) []Space {
	list := make([]Space, 0, len(c.children[id]))
	for _, child := range c.children[id] {
		list = append(list, c.spaces[child])
	}
	return list
}

// Path is a space and the spaces around it, from the inside out.
func (c *Campus) Path(id energy.SpaceID) []energy.SpaceID {
	var path []energy.SpaceID
	for id != "" && len(path) <= len(depthOf) {
		s, known := c.spaces[id]
		if !known {
			break
		}
		path = append(path, id)
		id = s.Parent
	}
	return path
}

// SiteOf is the site around a space.
func (c *Campus) SiteOf(id energy.SpaceID) energy.SpaceID {
	path := c.Path(id)
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

// Zone is the time zone of a space's site.
func (c *Campus) Zone(id energy.SpaceID) *time.Location {
	if zone, known := c.zones[c.SiteOf(id)]; known {
		return zone
	}
	return c.fallback
}

// Holidays are the public holidays of a space's site.
func (c *Campus) Holidays(id energy.SpaceID) holidays.Set {
	site, known := c.Space(c.SiteOf(id))
	if !known || site.Holidays == "" {
		return holidays.Colombian
	}
	return site.Holidays
}

// QuestionZone is the zone for the dates and local times of a query. It is the zone of the first space or device in ids that
// exists, otherwise the zone of the only site, otherwise the default zone. Empty ids are skipped.
func (c *Campus) QuestionZone(ids ...string) *time.Location {
	for _, id := range ids {
		if device, known := c.Device(energy.DeviceID(id)); known {
			return c.Zone(device.Space)
		}
		if site := c.SiteOf(energy.SpaceID(id)); site != "" {
			return c.Zone(site)
		}
	}
	if sites := c.Sites(); len(sites) == 1 {
		return c.Zone(sites[0].ID)
	}
	return c.fallback
}

// Contains reports whether inner is outer or lies inside it; everything lies inside "".
func (c *Campus) Contains(outer, inner energy.SpaceID) bool {
	return outer == "" || slices.Contains(c.Path(inner), outer)
}

// Spaces are a space and all spaces inside it, each before those inside it; for "", all spaces.
func (c *Campus) Spaces(within energy.SpaceID) []Space {
	var list []Space
	if s, known := c.spaces[within]; known {
		list = append(list, s)
	}
	for _, child := range c.children[within] {
		list = append(list, c.Spaces(child)...)
	}
	return list
}

// DevicesWithin are all devices in a space and in the spaces inside it, by space and id; for "", all devices.
func (c *Campus) DevicesWithin(within energy.SpaceID) []Device {
	var list []Device
	for _, s := range c.Spaces(within) {
		list = append(list, c.DevicesIn(s.ID)...)
	}
	return list
}

// DevicesIn are the devices in a space itself, by id, without those in the spaces inside it.
func (c *Campus) DevicesIn(space energy.SpaceID) []Device {
	list := make([]Device, 0, len(c.inSpace[space]))
	for _, id := range c.inSpace[space] {
		list = append(list, c.devices[id])
	}
	return list
}

// DevicesAmong returns the devices that have one of the ids, by id.
func (c *Campus) DevicesAmong(ids map[energy.DeviceID]int32) []Device {
	list := make([]Device, 0, len(ids))
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if d, known := c.devices[id]; known {
			list = append(list, d)
		}
	}
	return list
}

// Behind lists the devices directly behind a meter, by id.
func (c *Campus) Behind(meter energy.DeviceID) []Device {
	list := make([]Device, 0, len(c.behind[meter]))
	for _, id := range c.behind[meter] {
		list = append(list, c.devices[id])
	}
	return list
}

// isBehind reports whether a device is behind a meter, directly or behind other meters.
func (c *Campus) isBehind(d Device, meter energy.DeviceID) bool {
	for steps := 0; d.Parent != "" && steps <= len(c.devices); steps++ {
		if d.Parent == meter {
			return true
		}
		d = c.devices[d.Parent]
	}
	return false
}

// inMeterCycle reports whether a device is behind itself.
func (c *Campus) inMeterCycle(id energy.DeviceID) bool { return c.isBehind(c.devices[id], id) }

// Roots are the outermost spaces that a caller sees: the sites, or the space that the caller is limited to. If that space no
// longer exists, the caller sees nothing.
func (c *Campus) Roots(caller energy.Caller) []Space {
	if caller.Space == "" {
		return c.Sites()
	}
	if own, known := c.Space(caller.Space); known {
		return []Space{own}
	}
	return nil
}

// Sees reports whether a space is within a caller's reach.
func (c *Campus) Sees(caller energy.Caller, id energy.SpaceID) bool {
	_, known := c.spaces[id]
	return known && c.Contains(caller.Space, id)
}

// MayReport reports whether a caller may send a device's measurements.
func (c *Campus) MayReport(caller energy.Caller, id energy.DeviceID) bool {
	d, known := c.devices[id]
	return known && caller.MayReport() && caller.AllowsDevice(id) && c.Sees(caller, d.Space)
}

// MayReportAmbient reports whether a caller may send ambient readings of a space. A key that is limited to devices may send them
// for the spaces of its devices only, not for the spaces inside.
func (c *Campus) MayReportAmbient(caller energy.Caller, id energy.SpaceID) bool {
	if !caller.MayReport() || caller.MayReportNothing() || !c.Sees(caller, id) {
		return false
	}
	return !caller.LimitedToDevices() || slices.ContainsFunc(c.inSpace[id], caller.AllowsDevice)
}

// MayDiscover reports whether messages of a caller from an address that is not registered are stored. A key that is limited to
// devices may not discover any if none of its devices exists.
func (c *Campus) MayDiscover(caller energy.Caller) bool {
	if !caller.MayReport() || caller.MayReportNothing() {
		return false
	}
	return !caller.LimitedToDevices() || slices.ContainsFunc(caller.Devices, func(id energy.DeviceID) bool { return c.MayReport(caller, id) })
}
