package intake

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

// Observation is what one message reports of one channel of a device, in the module's units, in any dialect.
type Observation struct {
	// Dialect is the dialect of the device: "shelly-gen2", "tasmota", …
	Dialect string
	// Address identifies the channel in all of its messages: a topic without its variable parts, such as
	// "shellies/shellyplug-s-ABC123/relay/0" or "tele/pow1". A further channel of the same topic adds "#" and its name.
	Address string
	// Device is set if the message names a device of the campus.
	Device energy.DeviceID

	// At is the timestamp by Source's clock; 0 if the message has none: then the arrival counts.
	At     energy.Instant
	Source energy.TimeSource
	// Arrived is when the message arrived; 0 is now. It counts if the message has no timestamp.
	Arrived energy.Instant
	// LocalTime replaces At if the clock's time zone is unknown; the timestamp is Later ms after it.
	LocalTime   energy.WallTime
	LocalOffset int64
	// Retained is true if the broker retained the message: it is of an earlier time.
	Retained bool

	// Register is the register's energy drawn, minus the energy returned if the register holds both.
	Register *energy.Energy
	// Interval is the energy used in the Span ms up to the timestamp; a Span of 0 is the device's usual interval.
	Interval *energy.Energy
	Span     int64
	// Power is the power at the timestamp. HasCounter is true if the channel sends a register or an interval in other messages. Then
	// the power is live information only: stored as a measurement, it would count twice.
	Power      *energy.Power
	HasCounter bool
	// Plain is a decimal number without a unit in the message. Unit is its unit if this or another message reports it.
	Plain energy.Number
	Unit  energy.Unit
	// Name is the name of the device or channel; empty if it reports none.
	Name string

	State conditions.State // empty if not reported
	// Temperature is in m°C, Humidity in m%, CO2 in ppm, Occupancy in persons; nil is not measured.
	Temperature, Humidity, CO2, Occupancy *int64
	// Space is where the ambient values were measured; empty is the device's space.
	Space energy.SpaceID

	// assigned is the instant assigned if there is no timestamp; tried is true after the first try to store it.
	assigned energy.Instant
	tried    bool
}
