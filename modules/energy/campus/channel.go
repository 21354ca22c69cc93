package campus

import (
	"strings"
)

// baseAddress is the address of a device, found from the address of one of its channels: "sr-2" for "sr-2/switch:0",
// "shellies/plug-1" for "shellies/plug-1/relay/0". It is empty if the dialect has no channels or the address is not a channel's.
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

// DeviceOfChannel is the registered device of a channel's address, if the channel has no device of its own.
func (c *Campus) DeviceOfChannel(dialect, address string) (Device, bool) {
	base := baseAddress(dialect, address)
	if _, own := c.DeviceAt(address); own || base == "" {
		return Device{}, false
	}
	return c.DeviceAt(base)
}
