package intake

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

// Observation is what one message said of one channel of a device, in the module's units, in whatever dialect it was said.
type Observation struct {
	// Dialect is what the device speaks: "shelly-gen2", "tasmota", …
	Dialect string
	// Address is where the channel speaks from, the same in all of its messages: a topic without the parts that change, such
	// as "shellies/shellyplug-s-ABC123/relay/0" or "tele/pow1". A further channel of the same topic has "#" and its name behind.
	Address string
	// Device is set where the message itself names a device of the campus.
	Device energy.DeviceID

	// At is when it was so by Source's clock; 0 where the message does not say: then it is when it came.
	At     energy.Instant
	Source energy.TimeSource
	// Arrived is when the message came; 0 is now. It is what counts where the message does not say when it was.
	Arrived energy.Instant
	// LocalTime is what a clock shows whose zone is not known, in place of At; it was so Later ms after it.
	LocalTime energy.WallTime
	Later     int64
	// Retained tells that the broker kept the message: it was said at some time before.
	Retained bool

	// Register is what a counter has counted of energy drawn, less what was given back where the counter holds both.
	Register *energy.Energy
	// Interval is what was used in the Span ms up to the instant; a Span of 0 is the device's usual.
	Interval *energy.Energy
	Span     int64
	// Power is drawn at the instant. Where the channel Counts, a register or an interval of it comes in other messages, and the
	// power is news and no measurement: booked beside them it would count twice.
	Power  *energy.Power
	Counts bool
	// Plain is a decimal number of which the message tells no unit, and Unit is what it or another message tells of it.
	Plain energy.Number
	Unit  energy.Unit
	// Name is what the device calls itself or the channel; empty where it does not.
	Name string

	State conditions.State // empty where nothing was said of it
	// Temperature is in m°C, Humidity in m%, CO2 in ppm, Occupancy in persons; nil is not measured.
	Temperature, Humidity, CO2, Occupancy *int64
	// Space is where the ambient was measured; empty is where the device hangs.
	Space energy.SpaceID

	// given is the instant that it was given where it tells none, and tried that it was taken before.
	given energy.Instant
	tried bool
}
