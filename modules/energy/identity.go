package energy

import (
	"errors"
)

// DeviceID is the id on a device's label: 1–64 of [A-Za-z0-9._:-].
type DeviceID string

// ErrNotDeviceID reports a text that is not a valid device id.
var ErrNotDeviceID = errors.New("not a device id")

// ParseDeviceID checks that s is a valid device id. Errors: ErrNotDeviceID.
func ParseDeviceID(s string) (DeviceID, error) {
	if len(s) < 1 || len(s) > 64 {
		return "", ErrNotDeviceID
	}
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return "", ErrNotDeviceID
		}
	}
	return DeviceID(s), nil
}

func isNameByte(c byte) bool {
	switch {
	case isDigit(c), c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '.', c == '_', c == ':', c == '-':
		return true
	}
	return false
}

// SpaceID is the id of a space; HoloTwin generates it (`sp_…`).
type SpaceID string
