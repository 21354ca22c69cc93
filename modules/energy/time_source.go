package energy

// TimeSource says whose clock an instant is of.
type TimeSource uint8

// The sources, from the surest on.
const (
	// ByDevice is the device's own clock, with its zone.
	ByDevice TimeSource = iota + 1
	// ByDeviceLocal is the device's own clock without a zone, read in the site's.
	ByDeviceLocal
	// ByBridge is the clock of a gateway that heard the device.
	ByBridge
	// ByAge is an age before the moment of sending, from a device without a clock.
	ByAge
	// ByArrival is the server's clock when the message came.
	ByArrival
)

var timeSources = [...]string{"", "device", "device_local", "bridge", "relative", "arrival"}

// String is the source's word: device, device_local, bridge, relative or arrival; empty where it is not known.
func (s TimeSource) String() string {
	if int(s) >= len(timeSources) {
		return ""
	}
	return timeSources[s]
}
