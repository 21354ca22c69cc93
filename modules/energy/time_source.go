package energy

// TimeSource is the clock that an instant comes from.
type TimeSource uint8

// The sources, most reliable first.
const (
	// ByDevice is the device's own clock, with its zone.
	ByDevice TimeSource = iota + 1
	// ByDeviceLocal is the device's own clock without a zone, read in the site's zone.
	ByDeviceLocal
	// ByBridge is the clock of a gateway that received the device's message.
	ByBridge
	// ByAge is an age before the time of sending, from a device without a clock.
	ByAge
	// ByArrival is the server's clock when the message arrived.
	ByArrival
)

var timeSources = [...]string{"", "device", "device_local", "bridge", "relative", "arrival"}

// String is the source's name: device, device_local, bridge, relative or arrival; empty if it is not known.
func (s TimeSource) String() string {
	if int(s) >= len(timeSources) {
		return ""
	}
	return timeSources[s]
}
