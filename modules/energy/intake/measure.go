package intake

import (
	"errors"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// sensed takes a plain number that measures no electricity for what it measures.
func (o Observation) sensed() Observation {
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

// errNoUnit is a plain number of which nobody has said what it counts.
var errNoUnit = errors.New("a number without a unit")

// measureOf is what an observation measured; any is false where it measured nothing for the books.
func measureOf(o Observation, device campus.Device) (r energy.Reading, any bool, err error) {
	switch {
	case o.Register != nil:
		return energy.Reading{Kind: energy.Register, Energy: *o.Register}, true, nil
	case o.Interval != nil:
		return energy.Reading{Kind: energy.Interval, Energy: *o.Interval, Span: o.Span}, true, nil
	case o.Power != nil:
		return energy.Reading{Kind: energy.Sample, Power: *o.Power}, !o.Counts, nil
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
	return energy.Reading{}, false, nil // a number of something that is not for the books
}
