package dialect

import (
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// register reads the value of a counter; nil if the text is empty.
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

// power reads W; nil if the text is empty. It is negative if power is returned; the ledger rejects that with its own reason.
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

// thousandths reads °C or %; nil if the text is empty or not a number.
func thousandths(text string) *int64 {
	n, ok := energy.ReadThousandths(text)
	if !ok {
		return nil
	}
	return &n
}

// integer reads ppm or persons; nil if the text is empty or not a number.
func integer(text string) *int64 {
	n, ok := energy.ReadWhole(text)
	if !ok {
		return nil
	}
	return &n
}

// celsius reads a temperature in °C, or in °F if the device uses it.
func celsius(text, unit string) *int64 {
	n := thousandths(text)
	if n != nil && strings.EqualFold(strings.TrimPrefix(unit, "°"), "F") {
		const zero, nine, five = 32_000, 9, 5
		c := (*n - zero) * five / nine
		return &c
	}
	return n
}

// stateOf reads ON, off, true …; empty if the word is not a state.
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

// hasContent reports whether an observation holds any value.
func hasContent(o intake.Observation) bool {
	return o.Register != nil || o.Interval != nil || o.Power != nil || o.Plain.Given() || o.State != "" ||
		o.Temperature != nil || o.Humidity != nil || o.CO2 != nil || o.Occupancy != nil
}

// nonEmpty returns an observation that holds a value, and nothing for any other.
func nonEmpty(o intake.Observation) []intake.Observation {
	if !hasContent(o) {
		return nil
	}
	return []intake.Observation{o}
}
