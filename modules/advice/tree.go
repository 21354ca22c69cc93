package advice

import "time"

// Tree is all spaces and devices.
type Tree struct {
	Spaces  []Space
	Devices []Device
	// Moves are the moves of devices, the oldest first for each device.
	Moves []Move
}

// Move is a device's move out of a space.
type Move struct {
	Device, Space string // Space is where it was until then
	Until         time.Time
}

// Space is a part of the campus.
type Space struct {
	ID, Parent, Name string // Parent is empty for a site
	Kind             Level
	AreaM2           float64 // 0 where unknown
	Zone             *time.Location
}

// Device is a meter, a plug or a sensor.
type Device struct {
	ID, Name, Kind string // Kind is meter, ac, lighting, computer, console, tv, appliance, lab, sensor or other
	Space, Parent  string // Parent is the meter it sits behind, or empty
	// RatedW is its maximum power, StandbyW its power while idle; 0 if unknown.
	RatedW, StandbyW float64
	// ClockOff is how far its clock is ahead; negative means behind.
	ClockOff time.Duration
}
