package dialect

import (
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// register reads what a counter shows; nil where the text is empty.
func register(text string, unit energy.Unit) (*energy.Energy, error) {
	if text == "" {
		return nil, nil
	}
	e, err := energy.ReadEnergy(text, unit)
	switch {
	case err != nil:
		return nil, notANumber
	case e < 0:
		return nil, negative
	}
	return &e, nil
}

// power reads W; nil where the text is empty. It is below zero where power is given back: who books it refuses that by name.
func power(text string) (*energy.Power, error) {
	if text == "" {
		return nil, nil
	}
	p, err := energy.ReadPower(text, energy.UnitWatt)
	if err != nil {
		return nil, notANumber
	}
	return &p, nil
}

// thousandths reads °C or %; nil where the text is empty or no number.
func thousandths(text string) *int64 {
	n, ok := energy.ReadThousandths(text)
	if !ok {
		return nil
	}
	return &n
}

// whole reads ppm or persons; nil where the text is empty or no number.
func whole(text string) *int64 {
	n, ok := energy.ReadWhole(text)
	if !ok {
		return nil
	}
	return &n
}

// celsius reads a temperature in °C, or in °F where the device says so.
func celsius(text, unit string) *int64 {
	n := thousandths(text)
	if n != nil && strings.EqualFold(strings.TrimPrefix(unit, "°"), "F") {
		const zero, nine, five = 32_000, 9, 5
		c := (*n - zero) * five / nine
		return &c
	}
	return n
}

// stateOf reads ON, off, true …; empty where it is none of a state.
func stateOf(word string) conditions.State {
	switch strings.ToLower(word) {
	case "on", "true", "1":
		return conditions.On
	case "off", "false", "0":
		return conditions.Off
	case "standby", "idle":
		return conditions.Standby
	case "fault", "overpower", "error":
		return conditions.Fault
	}
	return ""
}

// says tells whether an observation says anything.
func says(o intake.Observation) bool {
	return o.Register != nil || o.Interval != nil || o.Power != nil || o.Plain.Given() || o.State != "" ||
		o.Temperature != nil || o.Humidity != nil || o.CO2 != nil || o.Occupancy != nil
}

// only gives an observation that says something, and none that says nothing.
func only(o intake.Observation) []intake.Observation {
	if !says(o) {
		return nil
	}
	return []intake.Observation{o}
}
