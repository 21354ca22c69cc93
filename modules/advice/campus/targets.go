package campus

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// SpaceOf returns the target's space, or the target itself if it is a space; "" if it no longer exists.
func (l *layout) SpaceOf(t advice.Target) string {
	if t.Level == advice.OfDevice {
		return l.devices[t.ID].Space
	}
	if l.spaces[t.ID].Kind == t.Level {
		return t.ID
	}
	return ""
}

// Find returns the target with an id; devices are searched before spaces.
func (l *layout) Find(id string) (advice.Target, bool) {
	if _, known := l.devices[id]; known {
		return advice.Target{Level: advice.OfDevice, ID: id}, true
	}
	s, known := l.spaces[id]
	return advice.Target{Level: s.Kind, ID: id}, known
}

// Targets returns everything that can be analysed, the inner targets first: devices, then the meters in front of them, then spaces, the
// innermost first.
func (l *layout) Targets() []advice.Target {
	var plain, meters, spaces []advice.Target
	for _, s := range l.Within("") {
		for _, d := range l.standing[s] {
			switch {
			case l.devices[d].Kind == "sensor":
			case len(l.behind[d]) > 0:
				meters = append(meters, advice.Target{Level: advice.OfDevice, ID: d})
			default:
				plain = append(plain, advice.Target{Level: advice.OfDevice, ID: d})
			}
		}
		if l.addsUp(s) {
			spaces = append(spaces, advice.Target{Level: l.spaces[s].Kind, ID: s})
		}
	}
	slices.SortStableFunc(spaces, func(a, b advice.Target) int { return cmp.Compare(len(l.Path(b.ID)), len(l.Path(a.ID))) })
	return slices.Concat(plain, meters, spaces)
}

// addsUp reports whether a space is worth an analysis beside its only meter: it has several meters, or an area for comparison.
func (l *layout) addsUp(space string) bool {
	roots := l.Roots(space)
	return len(roots) > 1 || (len(roots) == 1 && l.spaces[space].AreaM2 > 0)
}

// Roots returns the metered devices inside a space that are not behind another of them.
func (l *layout) Roots(space string) []string {
	var roots []string
	inside := l.Within(space)
	for _, s := range inside {
		for _, d := range l.standing[s] {
			device := l.devices[d]
			parent, metered := l.devices[device.Parent]
			if device.Kind != "sensor" && (!metered || !slices.Contains(inside, parent.Space)) {
				roots = append(roots, d)
			}
		}
	}
	return roots
}

// Inside returns the devices behind a meter, or all devices and spaces inside a space, without the target itself.
func (l *layout) Inside(t advice.Target) map[advice.Target]bool {
	inner := make(map[advice.Target]bool)
	if t.Level == advice.OfDevice {
		for _, d := range l.behind[t.ID] {
			inner[advice.Target{Level: advice.OfDevice, ID: d}] = true
			for deeper := range l.Inside(advice.Target{Level: advice.OfDevice, ID: d}) {
				inner[deeper] = true
			}
		}
		return inner
	}
	for _, s := range l.Within(t.ID) {
		if s != t.ID {
			inner[advice.Target{Level: l.spaces[s].Kind, ID: s}] = true
		}
		for _, d := range l.standing[s] {
			inner[advice.Target{Level: advice.OfDevice, ID: d}] = true
		}
	}
	return inner
}

// Facts returns a summary of a target's traits, which detects changes.
func (l *layout) Facts(t advice.Target) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.facts[t]; !known {
		l.facts[t] = l.sumUp(t)
	}
	return l.facts[t]
}

func (l *layout) sumUp(t advice.Target) string {
	d := history.NewDigest()
	space := l.SpaceOf(t)
	d.Add("space", space)
	d.Add("zone", l.Zone(space).String())
	if t.Level == advice.OfDevice {
		device := l.devices[t.ID]
		d.Add("kind", device.Kind)
		d.Add("parent", device.Parent)
		d.AddNumber("rated", device.RatedW)
		d.AddNumber("standby", device.StandbyW)
		d.Add("behind", strconv.Itoa(len(l.behind[t.ID])))
		if device.ClockOff != 0 {
			d.Add("clock", device.ClockOff.Truncate(time.Minute).String())
		}
		return d.Hex()
	}
	d.AddNumber("area", l.spaces[t.ID].AreaM2)
	for _, root := range l.Roots(t.ID) {
		d.Add("root", root)
	}
	return d.Hex()
}
