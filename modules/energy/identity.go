package energy

import (
	"errors"
)

// DeviceID names a device as the campus labels it: 1–64 of [A-Za-z0-9._:-].
type DeviceID string

// ErrNotDeviceID is a text that cannot name a device.
var ErrNotDeviceID = errors.New("not a device id")

// ParseDeviceID checks that s can name a device.
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

// SpaceID names a space; HoloTwin makes it (`sp_…`).
type SpaceID string
