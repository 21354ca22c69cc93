package advice

import "time"

// Tree is all spaces and devices.
type Tree struct {
	Spaces  []Space
	Devices []Device
	// Moves are those of the devices, each device's oldest first.
	Moves []Move
}

// Move is a device's, from a space to the next or to where it hangs now.
type Move struct {
	Device, Space string // Space is where it hung
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
	// RatedW is the most that it draws, StandbyW what it draws while idle; 0 where unknown.
	RatedW, StandbyW float64
	// ClockOff is by how much its clock is ahead; behind where it is negative.
	ClockOff time.Duration
}
