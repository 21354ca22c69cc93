package twin

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// SpacePower is what a space draws, by what its devices told together.
type SpacePower struct {
	// Power is the sum of its devices' powers in one quarter hour, of which those behind a meter that tells its own count with that;
	// PowerKnown is false where none is known.
	Power      energy.Power
	PowerKnown bool
	// Until is the end of that quarter hour: the last that all of them told who told anything lately.
	Until energy.Instant
	// Silent is how many told nothing since, and do not count.
	Silent int
}

// lately is how far apart devices may tell and still count together: an hourly meter tells an hour after a quarter-hourly one.
const lately = 2 * energy.HourMs

// power adds up the powers of all devices within, each once, in the last quarter hour that all of them told.
func (m *moment) power(s *Space) SpacePower {
	told := make(map[energy.DeviceID]*Device)
	s.gather(told)
	var newest energy.Instant
	for _, d := range told {
		newest = max(newest, d.Since)
	}
	var out SpacePower
	at := newest
	for id, d := range told {
		if d.Since < newest.Add(-lately) {
			out.Silent++
			delete(told, id)
		}
	}
	for id, d := range told {
		if !behindAny(m.campus, id, told) {
			at = min(at, d.Since)
		}
	}
	for id, d := range told {
		if behindAny(m.campus, id, told) {
			continue
		}
		power, known := m.powerOf(d.Device, at)
		if !known {
			power = d.Power
		}
		out.Power, out.PowerKnown = out.Power+power, true
	}
	if out.PowerKnown {
		out.Until = at.Add(energy.QuarterMs)
	}
	return out
}

func (s *Space) gather(into map[energy.DeviceID]*Device) {
	for i := range s.Devices {
		if d := &s.Devices[i]; d.PowerKnown && !d.Device.IsReactive() {
			into[d.Device.ID] = d
		}
	}
	for i := range s.Spaces {
		s.Spaces[i].gather(into)
	}
}

// powerOf is a device's mean power in the quarter hour that begins at an instant, as far as the caller may see it.
func (m *moment) powerOf(d campus.Device, at energy.Instant) (energy.Power, bool) {
	page := m.yesterday[d.ID]
	if i := int(energy.DayOf(at) - m.first); i >= 0 && i < len(m.days) {
		page = m.days[i][d.ID]
	}
	if page == nil || page.Day != energy.DayOf(at) || !m.campus.SeesReading(m.caller, d, at.Add(energy.QuarterMs)) {
		return 0, false
	}
	q := page.Quarters[energy.QuarterOf(at)-int64(page.Day)*energy.QuartersPerDay]
	return energy.MeanPower(q.Energy, q.Measured+q.Filled), q.Known()
}
