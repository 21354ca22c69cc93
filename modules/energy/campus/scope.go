package campus

import (
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

// DevicesOf are the devices of a scope: a device with all devices behind it, or the devices in a space and the spaces inside it.
// Meters of reactive energy are left out, because active and reactive energy are never added; such a meter is only in the scope
// of itself. Devices outside the scope's reach at the time of campus are left out.
func DevicesOf(campus *Campus, s Scope) []Device {
	if s.Device == "" {
		return slices.DeleteFunc(campus.DevicesWithin(s.Space), Device.IsReactive)
	}
	device, _ := campus.Device(s.Device)
	if !campus.Contains(s.Reach, device.Space) {
		return nil
	}
	all := append([]Device{device}, slices.DeleteFunc(AllBehind(campus, s.Device), Device.IsReactive)...)
	return slices.DeleteFunc(all, func(d Device) bool { return !campus.Contains(s.Reach, d.Space) })
}

// AllBehind lists all devices behind a meter, directly or behind other meters.
func AllBehind(campus *Campus, meter energy.DeviceID) []Device {
	var all []Device
	for _, d := range campus.Behind(meter) {
		all = append(append(all, d), AllBehind(campus, d.ID)...)
	}
	return all
}

// MeterTree lists, for some devices, those directly behind each meter among them; devices behind no such meter are under "".
func MeterTree(campus *Campus, devices []Device) map[energy.DeviceID][]Device {
	inside := make(map[energy.DeviceID]bool, len(devices))
	for _, d := range devices {
		inside[d.ID] = true
	}
	tree := make(map[energy.DeviceID][]Device)
	for _, d := range devices {
		meter := d.Parent
		for meter != "" && !inside[meter] {
			above, known := campus.Device(meter)
			if !known {
				break
			}
			meter = above.Parent
		}
		if !inside[meter] {
			meter = ""
		}
		tree[meter] = append(tree[meter], d)
	}
	return tree
}

// IDsOf returns the ids of devices, in their order.
func IDsOf(devices []Device) []energy.DeviceID {
	ids := make([]energy.DeviceID, len(devices))
	for i, d := range devices {
		ids[i] = d.ID
	}
	return ids
}

// Level is the kind of space that a series covers, or a device.
type Level string

// The levels. The level of a space must be its kind.
const (
	OfSite     Level = "site"
	OfBuilding Level = "building"
	OfFloor    Level = "floor"
	OfRoom     Level = "room"
	OfDevice   Level = "device"
)

// Scope is the part of a campus that a query is about.
type Scope struct {
	Space  energy.SpaceID
	Zone   *time.Location
	Device energy.DeviceID // set if the scope is one device
	// Reach is the space that the caller is limited to: Device, and devices behind it, count only inside it. Empty is no limit.
	Reach energy.SpaceID
	Name  string
	ID    string
}

// ScopeOf finds the part of the campus that a query is about, within the caller's reach. A site without an id is the only site, or
// the space that the caller is limited to. Errors: ErrNotFound.
func ScopeOf(campus *Campus, caller energy.Caller, level Level, id string) (Scope, error) {
	if level == OfDevice {
		device, known := campus.Device(energy.DeviceID(id))
		if !known || !campus.Sees(caller, device.Space) {
			return Scope{}, energy.ErrNotFound{Kind: "device", ID: id}
		}
		return Scope{Space: device.Space, Zone: campus.Zone(device.Space), Device: device.ID, Reach: caller.Space, Name: device.Name, ID: id}, nil
	}
	if roots := campus.Roots(caller); id == "" && level == OfSite && len(roots) == 1 {
		id, level = string(roots[0].ID), Level(roots[0].Kind)
	}
	space, known := campus.Space(energy.SpaceID(id))
	if !known || !campus.Sees(caller, space.ID) || string(space.Kind) != string(level) {
		return Scope{}, energy.ErrNotFound{Kind: "space", ID: id}
	}
	return Scope{Space: space.ID, Zone: campus.Zone(space.ID), Name: space.Name, ID: id}, nil
}
