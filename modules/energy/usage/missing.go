package usage

import (
	"cmp"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/habit"
)

// Coverage is how much of what should have been measured was, over a range of time as far as it has passed.
type Coverage struct {
	// Measured is the measured part, 0 to 1: of the devices that the total is made of, each quarter hour weighed by what
	// its device usually draws at that time.
	Measured float64
	// Missing are the devices that lack anything, the greatest share first.
	Missing []Missing
}

// Missing is a device that lacks measurements.
type Missing struct {
	Device energy.DeviceID
	Name   string
	// Share is the part of the expected energy of all that is missing here, 0 to 1.
	Share float64
}

// shortfall adds up what is missing in [from, to), of which only what is before now has passed.
type shortfall struct {
	from, to, now energy.Instant
	Expected      float64
	devices       map[energy.DeviceID]*lack
}

// lack is what is missing of a device.
type lack struct {
	name    string
	missing float64
}

// NewShortfall makes one for [from, to), of which what lies after now does not count.
func NewShortfall(from, to, now energy.Instant) *shortfall {
	return &shortfall{from: from, to: to, now: min(to, now), devices: make(map[energy.DeviceID]*lack)}
}

// add adds a day.
func (s *shortfall) Add(day int32, w *weigher, gaps dayGaps) {
	first := int64(day) * energy.QuartersPerDay
	begin, end := int(max(0, energy.QuarterOf(s.from)-first)), int(min(energy.QuartersPerDay, energy.QuarterOf(s.now-1)+1-first))
	if s.now <= s.from || begin >= end {
		return
	}
	for n := range w.under {
		under := &w.under[n]
		lo, hi := under.topology.quartersOf(day)
		lo, hi = max(lo, begin), min(hi, end)
		for i := lo; i < hi; i++ {
			s.Expected += under.whole.whole[habit.WeekHour(day)+i/habit.SlotsPerHour] * passed(energy.QuarterStart(first+int64(i)), s.now)
		}
		for _, one := range under.whole.all {
			one.lacks(gaps, day, lo, hi, func(i int, of *metered, weight float64) {
				future := 1 - passed(energy.QuarterStart(first+int64(i)), s.now)
				if weight -= future * of.weight[habit.WeekHour(day)+i/habit.SlotsPerHour]; weight > 0 {
					s.of(of).missing += weight
				}
			})
		}
	}
}

func (s *shortfall) of(m *metered) *lack {
	l := s.devices[m.device]
	if l == nil {
		l = &lack{name: m.name}
		s.devices[m.device] = l
	}
	return l
}

// coverage tells what is missing.
func (s *shortfall) Coverage() Coverage {
	missing := 0.0
	for _, id := range slices.Sorted(maps.Keys(s.devices)) {
		missing += s.devices[id].missing
	}
	return Coverage{Measured: habit.ShareOf(s.Expected-missing, s.Expected), Missing: missingOf(s.devices, s.Expected)}
}

// missingOf tells what is missing, the greatest share first.
func missingOf(lacks map[energy.DeviceID]*lack, expected float64) []Missing {
	list := make([]Missing, 0, len(lacks))
	for id, l := range lacks {
		list = append(list, Missing{Device: id, Name: l.name, Share: habit.ShareOf(l.missing, expected)})
	}
	slices.SortFunc(list, func(a, b Missing) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Device, b.Device)) })
	return list
}
