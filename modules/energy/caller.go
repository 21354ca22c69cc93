package energy

import (
	"slices"
)

// Role decides what a caller may do.
type Role string

// The roles.
const (
	Admin   Role = "admin"
	Manager Role = "manager"
	Viewer  Role = "viewer"
	// Gateway is the role of a device's or gateway's API key: it writes measurements of its own devices and reads nothing.
	Gateway Role = "device"
)

// Caller is the user or API key that runs a use case.
type Caller struct {
	// Subject is the id of the user or key. It is stored with each change that the caller makes.
	Subject string
	Role    Role
	// Space limits the caller to a subtree of spaces; empty limits nothing.
	Space SpaceID
	// Devices limits a Gateway to these devices; if empty, it may report all devices of Space.
	Devices []DeviceID
	// AllDevices lets a Gateway without Devices and Space report every device. The operator's own broker is such a Gateway.
	// If false, such a Gateway may report nothing: a list that became empty must not allow the whole campus.
	AllDevices bool
}

// MayRead reports whether the caller may read anything at all.
func (c Caller) MayRead() bool { return c.Role == Admin || c.Role == Manager || c.Role == Viewer }

// MayManage reports whether the caller may change spaces, devices, tariffs and readings.
func (c Caller) MayManage() bool { return c.Role == Admin || c.Role == Manager }

// MayReport reports whether the caller may send measurements.
func (c Caller) MayReport() bool { return c.MayManage() || c.Role == Gateway }

// LimitedToDevices reports whether the caller may report only the devices of a list.
func (c Caller) LimitedToDevices() bool { return c.Role == Gateway && len(c.Devices) > 0 }

// MayReportNothing reports whether the caller is a Gateway without any device or space.
func (c Caller) MayReportNothing() bool {
	return c.Role == Gateway && len(c.Devices) == 0 && c.Space == "" && !c.AllDevices
}

// AllowsDevice reports whether the caller's own list of devices allows the device. A caller without a list allows all,
// unless it may report nothing. The caller's space is not checked here.
func (c Caller) AllowsDevice(id DeviceID) bool {
	return !c.MayReportNothing() && (!c.LimitedToDevices() || slices.Contains(c.Devices, id))
}

// GrantKind is the kind of the grant's owner.
type GrantKind string

// The kinds.
const (
	UserGrant GrantKind = "user"
	KeyGrant  GrantKind = "key"
)

// Grant is a user or an API key that is limited to a part of the campus. ID and Name are empty if the caller may not see them.
type Grant struct {
	Kind     GrantKind
	ID, Name string
}

// MaySeeGrant reports whether the caller may see who holds a grant of an object that they remove. Only an administrator
// without a limit sees keys, because a key may also be valid for devices elsewhere.
func (c Caller) MaySeeGrant(g Grant) bool {
	return c.Role == Admin && (c.Space == "" || g.Kind == UserGrant)
}
