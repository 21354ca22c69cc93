package energy

import (
	"cmp"
	"maps"
	"slices"
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
	Device DeviceID
	Name   string
	// Share is the part of the expected energy of all that is missing here, 0 to 1.
	Share float64
}

// shortfall adds up what is missing in [from, to), of which only what is before now has passed.
type shortfall struct {
	from, to, now Instant
	expected      float64
	devices       map[DeviceID]*lack
}

// lack is what is missing of a device.
type lack struct {
	name    string
	missing float64
}

func newShortfall(from, to, now Instant) *shortfall {
	return &shortfall{from: from, to: to, now: min(to, now), devices: make(map[DeviceID]*lack)}
}

// add adds a day.
func (s *shortfall) add(day int32, w *weigher, gaps dayGaps) {
	first := int64(day) * QuartersPerDay
	begin, end := int(max(0, quarterOf(s.from)-first)), int(min(QuartersPerDay, quarterOf(s.now-1)+1-first))
	if s.now <= s.from || begin >= end {
		return
	}
	for n := range w.under {
		under := &w.under[n]
		lo, hi := under.topology.quartersOf(day)
		lo, hi = max(lo, begin), min(hi, end)
		for i := lo; i < hi; i++ {
			s.expected += under.whole.whole[weekHour(day)+i/slotsPerHour] * passed(quarterStart(first+int64(i)), s.now)
		}
		for _, one := range under.whole.all {
			one.lacks(gaps, day, lo, hi, func(i int, of *metered, weight float64) {
				future := 1 - passed(quarterStart(first+int64(i)), s.now)
				if weight -= future * of.weight[weekHour(day)+i/slotsPerHour]; weight > 0 {
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
func (s *shortfall) coverage() Coverage {
	missing := 0.0
	for _, id := range slices.Sorted(maps.Keys(s.devices)) {
		missing += s.devices[id].missing
	}
	return Coverage{Measured: shareOf(s.expected-missing, s.expected), Missing: missingOf(s.devices, s.expected)}
}

// missingOf tells what is missing, the greatest share first.
func missingOf(lacks map[DeviceID]*lack, expected float64) []Missing {
	list := make([]Missing, 0, len(lacks))
	for id, l := range lacks {
		list = append(list, Missing{Device: id, Name: l.name, Share: shareOf(l.missing, expected)})
	}
	slices.SortFunc(list, func(a, b Missing) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Device, b.Device)) })
	return list
}
