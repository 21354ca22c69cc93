package energy

// Draft is a reading as it comes from outside: each of its fields was read once, and nothing of it is checked against the campus
// yet. JSON, tables, Green Button, messages of devices and the commands make drafts, so that all have the same rules.
type Draft struct {
	Device Field[DeviceID]
	// KWh is the energy used in the interval, Register what the meter has counted since it was made.
	KWh, Register Field[Energy]
	// KVArh and RegisterKVArh are in the place of KWh and Register where the device measures reactive energy, mvarh.
	KVArh, RegisterKVArh Field[Energy]
	// Power is drawn at the instant.
	Power Field[Power]
	// Span is the length of the interval, ms.
	Span Field[int64]
	// At is the instant; a local time is read in the zone of the device's site.
	At Field[WallTime]
	// Age is the time before the sending, ms, from devices without a clock.
	Age Field[int64]
	// Source is whose clock At is of where the way in knows better than the fields show; 0 where it does not.
	Source TimeSource
	// Flaws are what the way in found already, such as unknown members.
	Flaws []Flaw
}

// DraftOf is the draft of a reading of a device.
func DraftOf(r Reading, device Device) Draft {
	d := Draft{Device: Known(device.ID), At: Known(WallTimeAt(r.At)), Source: r.Source}
	amount, register := &d.KWh, &d.Register
	if device.IsReactive() {
		amount, register = &d.KVArh, &d.RegisterKVArh
	}
	switch r.Kind {
	case Sample:
		d.Power = Known(r.Power)
	case Register:
		*register = Known(r.Energy)
	case Interval, Refused:
		*amount = Known(r.Energy)
	}
	if r.Span > 0 {
		d.Span = Known(r.Span)
	}
	return d
}

// source is whose clock the draft's instant is of.
func (d Draft) source() TimeSource {
	at, _ := d.At.Value()
	switch {
	case d.Source != 0:
		return d.Source
	case d.Age.Given():
		return ByAge
	case !d.At.Given():
		return ByArrival
	case at.IsLocal():
		return ByDeviceLocal
	}
	return ByDevice
}
