package campus

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// DeviceKind is the kind of a device.
type DeviceKind string

// The kinds.
const (
	KindMeter     DeviceKind = "meter"
	KindAC        DeviceKind = "ac"
	KindLighting  DeviceKind = "lighting"
	KindComputer  DeviceKind = "computer"
	KindConsole   DeviceKind = "console"
	KindTV        DeviceKind = "tv"
	KindAppliance DeviceKind = "appliance"
	KindLab       DeviceKind = "lab"
	KindSensor    DeviceKind = "sensor"
	KindOther     DeviceKind = "other"
)

// Device is a meter, a plug or a sensor.
type Device struct {
	ID   energy.DeviceID
	Name string
	Kind DeviceKind
	// Measures is the quantity of its readings.
	Measures energy.Quantity
	Space    energy.SpaceID
	// Parent is the meter that it is behind; empty if there is none.
	Parent energy.DeviceID
	// Former are its earlier places, oldest first; empty if it was never moved.
	Former []Placement
	// Rated is its maximum power, Standby its power while idle; 0 if unknown.
	Rated, Standby energy.Power
	// IntervalS is the span, in seconds, of its kwh readings that state none; 0 if unknown.
	IntervalS int
	// RegisterModulus is the value at which its register rolls over to 0; 0 if unknown.
	RegisterModulus energy.Energy
	// MQTTTopic is the address from which it sends messages; empty if it has none.
	MQTTTopic string
	// Plain is the meaning of the numbers that it sends without a unit.
	Plain   PlainNumber
	Created energy.Instant
}

// PlainNumber is the meaning of a number without a unit.
type PlainNumber struct {
	Unit energy.Unit // empty if not set
	// Interval is true if each value is the energy used since the previous one, and false if it is a cumulative counter.
	Interval bool
}

// IsReactive reports whether the device measures reactive energy.
func (d Device) IsReactive() bool {
	return d.Measures == energy.ReactiveInductive || d.Measures == energy.ReactiveCapacitive
}
