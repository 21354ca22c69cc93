package campus

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// DeviceKind is what a device is.
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
	// Measures is what its readings are of.
	Measures energy.Quantity
	Space    energy.SpaceID
	// Parent is the meter that it sits behind; empty where there is none.
	Parent energy.DeviceID
	// Former are the places where it hung before, oldest first; empty where it was never moved.
	Former []Placement
	// Rated is the most it draws, Standby what it draws while idle; 0 where unknown.
	Rated, Standby energy.Power
	// IntervalS is the span of its kwh readings that do not say, in seconds; 0 where unknown.
	IntervalS int
	// RegisterModulus is where its register rolls over to 0; 0 where unknown.
	RegisterModulus energy.Energy
	// MQTTTopic is the address that it speaks from; empty where it does not.
	MQTTTopic string
	// Plain is what the numbers count that it sends without a unit.
	Plain   PlainNumber
	Created energy.Instant
}

// PlainNumber is what a number without a unit counts.
type PlainNumber struct {
	Unit energy.Unit // empty where nobody has said
	// Interval tells that energy is what was used since the last number, and no counter.
	Interval bool
}

// IsReactive reports whether the device measures reactive energy.
func (d Device) IsReactive() bool {
	return d.Measures == energy.ReactiveInductive || d.Measures == energy.ReactiveCapacitive
}
