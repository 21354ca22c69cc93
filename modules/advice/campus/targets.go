package campus

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// SpaceOf is where a target stands, or itself; "" if the target no longer exists.
func (l *layout) SpaceOf(t advice.Target) string {
	if t.Level == advice.OfDevice {
		return l.devices[t.ID].Space
	}
	if l.spaces[t.ID].Kind == t.Level {
		return t.ID
	}
	return ""
}

// Find returns the target of an id; a device is found before a space.
func (l *layout) Find(id string) (advice.Target, bool) {
	if _, known := l.devices[id]; known {
		return advice.Target{Level: advice.OfDevice, ID: id}, true
	}
	s, known := l.spaces[id]
	return advice.Target{Level: s.Kind, ID: id}, known
}

// Targets are all that can be analysed, what lies inside before what lies around it: devices before meters that
// others sit behind, and then spaces, the innermost first.
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

// addsUp reports whether a space is more than its only meter: it has several, or a size to be compared by.
func (l *layout) addsUp(space string) bool {
	roots := l.Roots(space)
	return len(roots) > 1 || (len(roots) == 1 && l.spaces[space].AreaM2 > 0)
}

// Roots are the metered devices within a space that sit behind no other of them.
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

// Inside are the devices behind a meter, or all within a space, and the spaces within it; not the target itself.
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

// Facts sums up what a target is, so that a change of it is seen.
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
