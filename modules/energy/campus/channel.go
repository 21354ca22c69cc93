package campus

import (
	"strings"
)

// baseAddress is the address of the device that an address is a channel of, where the channels of a dialect are parts of one device:
// "sr-2" of "sr-2/switch:0", "shellies/plug-1" of "shellies/plug-1/relay/0". It is empty where there is none.
func baseAddress(dialect, address string) string {
	switch dialect {
	case "shelly-gen2":
		if end := strings.LastIndexByte(address, '/'); end > 0 && strings.Contains(address[end:], ":") {
			return address[:end]
		}
	case "shelly-gen1":
		const parts = 3
		if part := strings.SplitN(address, "/", parts); len(part) == parts {
			return part[0] + "/" + part[1]
		}
	}
	return ""
}

// DeviceOfChannel is the device that is registered by the address of the whole that an address is a channel of.
func (c *Campus) DeviceOfChannel(dialect, address string) (Device, bool) {
	whole := baseAddress(dialect, address)
	if _, own := c.DeviceAt(address); own || whole == "" {
		return Device{}, false
	}
	return c.DeviceAt(whole)
}
