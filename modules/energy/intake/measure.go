package intake

import (
	"errors"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// withAmbientValue moves a plain number that is not electricity to the field of its unit.
func (o Observation) withAmbientValue() Observation {
	n, ok := o.Plain.Thousandths()
	if !ok {
		return o
	}
	switch o.Unit {
	case energy.UnitCelsius:
		o.Temperature = &n
	case energy.UnitFahrenheit:
		celsius := energy.DivideHalfEven(n-32_000, 5, 9)
		o.Temperature = &celsius
	case energy.UnitPercent:
		o.Humidity = &n
	case energy.UnitPPM:
		ppm := energy.DivideHalfEven(n, 1, 1000)
		o.CO2 = &ppm
	default:
		return o
	}
	o.Plain, o.Unit = energy.Number{}, ""
	return o
}

// errNoUnit reports a plain number whose unit is unknown.
var errNoUnit = errors.New("a number without a unit")

// measureOf returns the measurement of an observation; any is false if there is nothing to store in the ledger.
func measureOf(o Observation, device campus.Device) (r energy.Reading, any bool, err error) {
	switch {
	case o.Register != nil:
		return energy.Reading{Kind: energy.Register, Energy: *o.Register}, true, nil
	case o.Interval != nil:
		return energy.Reading{Kind: energy.Interval, Energy: *o.Interval, Span: o.Span}, true, nil
	case o.Power != nil:
		return energy.Reading{Kind: energy.Sample, Power: *o.Power}, !o.HasCounter, nil
	case o.Plain.Given():
		return plainMeasure(o, device)
	}
	return energy.Reading{}, false, nil
}

func plainMeasure(o Observation, device campus.Device) (r energy.Reading, any bool, err error) {
	unit := device.Plain.Unit
	if unit == "" {
		unit = o.Unit
	}
	switch {
	case unit.IsPower():
		p, err := o.Plain.Power(unit)
		return energy.Reading{Kind: energy.Sample, Power: p}, true, err
	case unit.IsEnergy() && device.Plain.Interval:
		e, err := o.Plain.Energy(unit)
		return energy.Reading{Kind: energy.Interval, Energy: e}, true, err
	case unit.IsEnergy():
		e, err := o.Plain.Energy(unit)
		return energy.Reading{Kind: energy.Register, Energy: e}, true, err
	case unit == "":
		return energy.Reading{}, false, errNoUnit
	}
	return energy.Reading{}, false, nil // not a measure of electricity
}
