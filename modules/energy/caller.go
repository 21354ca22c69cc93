package energy

import (
	"slices"
)

// Role is what a caller may do.
type Role string

// The roles.
const (
	Admin   Role = "admin"
	Manager Role = "manager"
	Viewer  Role = "viewer"
	// Gateway is a device's or gateway's API key: it writes measurements of its own devices and reads nothing.
	Gateway Role = "device"
)

// Caller is on whose behalf a use case runs.
type Caller struct {
	// Subject is the user's or key's id, kept with what it changes.
	Subject string
	Role    Role
	// Space limits the caller to a subtree of spaces; empty limits nothing.
	Space SpaceID
	// Devices limits a Gateway to these devices; empty leaves it those of Space.
	Devices []DeviceID
	// AllDevices lets a Gateway without Devices and Space report every device, as what comes from the operator's own broker does.
	// Without it such a Gateway reports nothing: a list that has become empty must not open the whole campus.
	AllDevices bool
}

// MayRead tells whether the caller may read anything at all.
func (c Caller) MayRead() bool { return c.Role == Admin || c.Role == Manager || c.Role == Viewer }

// MayManage tells whether the caller may change spaces, devices, tariffs and readings.
func (c Caller) MayManage() bool { return c.Role == Admin || c.Role == Manager }

// MayReport tells whether the caller may send measurements.
func (c Caller) MayReport() bool { return c.MayManage() || c.Role == Gateway }

// LimitedToDevices tells whether the caller is good for some devices alone.
func (c Caller) LimitedToDevices() bool { return c.Role == Gateway && len(c.Devices) > 0 }

// MayReportNothing tells whether the caller is a Gateway that is good for nothing.
func (c Caller) MayReportNothing() bool {
	return c.Role == Gateway && len(c.Devices) == 0 && c.Space == "" && !c.AllDevices
}

// AllowsDevice tells whether the caller's own list of devices, if it has one, holds the device.
func (c Caller) AllowsDevice(id DeviceID) bool {
	return !c.MayReportNothing() && (!c.LimitedToDevices() || slices.Contains(c.Devices, id))
}

// GrantKind tells a user's grant from an API key's.
type GrantKind string

// The kinds.
const (
	UserGrant GrantKind = "user"
	KeyGrant  GrantKind = "key"
)

// Grant is a user or an API key that is limited to a part of the campus. ID and Name are empty where who asks may not know them.
type Grant struct {
	Kind     GrantKind
	ID, Name string
}

// MaySeeGrant tells whether a caller manages who holds a grant of what he removes. A key may be good for devices elsewhere too.
func (c Caller) MaySeeGrant(g Grant) bool {
	return c.Role == Admin && (c.Space == "" || g.Kind == UserGrant)
}
