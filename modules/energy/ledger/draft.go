package ledger

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Draft is a reading as it comes from outside: each of its fields was read once, and nothing of it is checked against the campus
// yet. JSON, tables, Green Button, messages of devices and the commands make drafts, so that all have the same rules.
type Draft struct {
	Device energy.Field[energy.DeviceID]
	// KWh is the energy used in the interval, Register what the meter has counted since it was made.
	KWh, Register energy.Field[energy.Energy]
	// KVArh and RegisterKVArh are in the place of KWh and Register where the device measures reactive energy, mvarh.
	KVArh, RegisterKVArh energy.Field[energy.Energy]
	// Power is drawn at the instant.
	Power energy.Field[energy.Power]
	// Span is the length of the interval, ms.
	Span energy.Field[int64]
	// At is the instant; a local time is read in the zone of the device's site.
	At energy.Field[energy.WallTime]
	// Age is the time before the sending, ms, from devices without a clock.
	Age energy.Field[int64]
	// Source is whose clock At is of where the way in knows better than the fields show; 0 where it does not.
	Source energy.TimeSource
	// Flaws are what the way in found already, such as unknown members.
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

// ClockSource is whose clock the draft's instant is of.
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
