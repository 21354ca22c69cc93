package usage

import (
	"cmp"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/habit"
)

// Coverage is the measured part of a range, as far as the range has passed.
type Coverage struct {
	// Measured is the measured part, 0 to 1, of the devices that make up the total. Each quarter hour is weighed by what its device
	// usually draws at that time.
	Measured float64
	// Missing are the devices with gaps, the greatest share first.
	Missing []Missing
}

// Missing is a device that lacks measurements.
type Missing struct {
	Device energy.DeviceID
	Name   string
	// Share is the missing part of this device, relative to the expected energy of all devices, 0 to 1.
	Share float64
}

// shortfall adds up what is missing in [from, to), up to now.
type shortfall struct {
	from, to, now energy.Instant
	Expected      float64
	devices       map[energy.DeviceID]*deviceGap
}

// deviceGap is the missing weight of a device.
type deviceGap struct {
	name    string
	missing float64
}

// NewShortfall returns the shortfall of [from, to); the time after now does not count.
func NewShortfall(from, to, now energy.Instant) *shortfall {
	return &shortfall{from: from, to: to, now: min(to, now), devices: make(map[energy.DeviceID]*deviceGap)}
}

// clear makes it as new.
func (s *shortfall) clear() { *s = *NewShortfall(s.from, s.to, s.now) }

// Add adds a day.
func (s *shortfall) Add(day int32, w *weigher, gaps dayGaps) {
	first := int64(day) * energy.QuartersPerDay
	begin, end := int(max(0, energy.QuarterOf(s.from)-first)), int(min(energy.QuartersPerDay, energy.QuarterOf(s.now-1)+1-first))
	if s.now <= s.from || begin >= end {
		return
	}
	for n := range w.topologies {
		weighed := &w.topologies[n]
		lo, hi := weighed.topology.quartersOf(day)
		lo, hi = max(lo, begin), min(hi, end)
		for i := lo; i < hi; i++ {
			s.Expected += weighed.all.total[habit.FirstHourOf(day)+i/habit.SlotsPerHour] * passed(energy.QuarterStart(first+int64(i)), s.now)
		}
		for _, one := range weighed.all.meters {
			one.eachGap(gaps, day, lo, hi, func(i int, node *meterNode, weight float64) {
				future := 1 - passed(energy.QuarterStart(first+int64(i)), s.now)
				if weight -= future * node.weight[habit.FirstHourOf(day)+i/habit.SlotsPerHour]; weight > 0 {
					s.gapOf(node).missing += weight
				}
			})
		}
	}
}

func (s *shortfall) gapOf(m *meterNode) *deviceGap {
	l := s.devices[m.device]
	if l == nil {
		l = &deviceGap{name: m.name}
		s.devices[m.device] = l
	}
	return l
}

// Coverage returns the measured part and what is missing.
func (s *shortfall) Coverage() Coverage {
	missing := 0.0
	for _, id := range slices.Sorted(maps.Keys(s.devices)) {
		missing += s.devices[id].missing
	}
	return Coverage{Measured: habit.ShareOf(s.Expected-missing, s.Expected), Missing: missingOf(s.devices, s.Expected)}
}

// missingOf lists what is missing, the greatest share first.
func missingOf(gaps map[energy.DeviceID]*deviceGap, expected float64) []Missing {
	list := make([]Missing, 0, len(gaps))
	for id, l := range gaps {
		list = append(list, Missing{Device: id, Name: l.name, Share: habit.ShareOf(l.missing, expected)})
	}
	slices.SortFunc(list, func(a, b Missing) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Device, b.Device)) })
	return list
}
