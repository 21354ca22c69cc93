package ledger

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Draft is a reading as it arrives from outside. Each field is parsed once, and nothing is checked against the campus yet. JSON,
// tables, Green Button, device messages and commands all make drafts, so that the same rules apply to all.
type Draft struct {
	Device energy.Field[energy.DeviceID]
	// KWh is the energy used in the interval. Register is the meter's cumulative counter.
	KWh, Register energy.Field[energy.Energy]
	// KVArh and RegisterKVArh replace KWh and Register if the device measures reactive energy, mvarh.
	KVArh, RegisterKVArh energy.Field[energy.Energy]
	// Power is the power at the instant.
	Power energy.Field[energy.Power]
	// Span is the length of the interval, ms.
	Span energy.Field[int64]
	// At is the instant; a local time is read in the zone of the device's site.
	At energy.Field[energy.WallTime]
	// Age is the time between the measurement and the sending, ms, from devices without a clock.
	Age energy.Field[int64]
	// Source is the clock that At was read from, if the adapter knows better than the fields show; 0 if it does not.
	Source energy.TimeSource
	// Flaws are the flaws that the adapter found already, such as unknown members.
	Flaws []energy.Flaw
}

// DraftOf is the draft of a reading of a device.
func DraftOf(r energy.Reading, device campus.Device) Draft {
	d := Draft{Device: energy.Known(device.ID), At: energy.Known(energy.WallTimeAt(r.At)), Source: r.Source}
	amount, register := &d.KWh, &d.Register
	if device.IsReactive() {
		amount, register = &d.KVArh, &d.RegisterKVArh
	}
	switch r.Kind {
	case energy.Sample:
		d.Power = energy.Known(r.Power)
	case energy.Register:
		*register = energy.Known(r.Energy)
	case energy.Interval, energy.Rejected:
		*amount = energy.Known(r.Energy)
	}
	if r.Span > 0 {
		d.Span = energy.Known(r.Span)
	}
	return d
}

// ClockSource is the clock that the draft's instant was read from.
func (d Draft) ClockSource() energy.TimeSource {
	at, _ := d.At.Value()
	switch {
	case d.Source != 0:
		return d.Source
	case d.Age.Given():
		return energy.ByAge
	case !d.At.Given():
		return energy.ByArrival
	case at.IsLocal():
		return energy.ByDeviceLocal
	}
	return energy.ByDevice
}
