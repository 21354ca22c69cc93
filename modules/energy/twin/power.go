package twin

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// SpacePower is the power of a space, from the devices that reported at the same time.
type SpacePower struct {
	// Power is the sum of its devices' mean powers in one quarter hour. A device behind a meter is included in that meter and not
	// added again. PowerKnown is false if no power is known.
	Power      energy.Power
	PowerKnown bool
	// Until is the end of that quarter hour: the last that all recently reporting devices have reported.
	Until energy.Instant
	// Silent is the number of devices that reported nothing since; they do not count.
	Silent int
}

// maxReportGap is how far apart devices may report and still be added up: an hourly meter reports up to an hour after a quarter-hourly
// one.
const maxReportGap = 2 * energy.HourMs

// power adds up the powers of all devices in a space, each once, in the last quarter hour that all of them reported.
func (m *moment) power(s *Space) SpacePower {
	reporting := make(map[energy.DeviceID]*Device)
	s.gather(reporting)
	var newest energy.Instant
	for _, d := range reporting {
		newest = max(newest, d.Since)
	}
	var out SpacePower
	at := newest
	for id, d := range reporting {
		if d.Since < newest.Add(-maxReportGap) {
			out.Silent++
			delete(reporting, id)
		}
	}
	for id, d := range reporting {
		if !behindAny(m.campus, id, reporting) {
			at = min(at, d.Since)
		}
	}
	for id, d := range reporting {
		if behindAny(m.campus, id, reporting) {
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

// powerOf returns a device's mean power in the quarter hour that begins at an instant, if the caller may see it.
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
