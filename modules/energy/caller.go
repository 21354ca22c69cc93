package energy

import "slices"

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
}

// MayRead tells whether the caller may read anything at all.
func (c Caller) MayRead() bool { return c.Role == Admin || c.Role == Manager || c.Role == Viewer }

// MayManage tells whether the caller may change spaces, devices, tariffs and readings.
func (c Caller) MayManage() bool { return c.Role == Admin || c.Role == Manager }

// MayReport tells whether the caller may send measurements.
func (c Caller) MayReport() bool { return c.MayManage() || c.Role == Gateway }

// reports tells whether the caller's own list of devices, if it has one, holds the device.
func (c Caller) reports(id DeviceID) bool {
	return len(c.Devices) == 0 || slices.Contains(c.Devices, id)
}
