package usage

import (
	"cmp"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Cause is why devices behind a meter may have counted more than the meter.
type Cause string

// The causes; the first that fits is used, so the most likely ones come first.
const (
	// PartEstimated: one of the two was filled in over a gap, so its time of use is uncertain.
	PartEstimated Cause = "part_estimated"
	// MeterStopped: the meter counted nothing while the devices behind it did.
	MeterStopped Cause = "meter_stopped"
	// WithinAccuracy: the difference is within the accuracy of a class 1 meter and class 2 submeters.
	WithinAccuracy Cause = "within_accuracy"
	// ClocksApart: the step before or after makes up for it; the two clocks differ.
	ClocksApart Cause = "clocks_apart"
	// NotBehind: one device alone used more than the meter counted. It is not behind the meter, or one of the two has a wrong unit
	// or transformer ratio.
	NotBehind Cause = "not_behind"
	// CountedTwice: some device is not behind the meter, or is counted twice.
	CountedTwice Cause = "counted_twice"
)

// Excess is a step in which the devices behind a meter counted more than the meter: an impossible remainder.
type Excess struct {
	Meter  energy.DeviceID
	Energy energy.Energy // energy of the devices minus energy of the meter, positive
	Cause  Cause
	// Device is the device that the cause is about; empty if there is none.
	Device energy.DeviceID
}

// meterDay is a meter's day and the energy of the devices behind it, in the quarters that the meter knows.
type meterDay struct {
	own, below, estimated [energy.QuartersPerDay]energy.Energy
	// greatest is the device behind it with the most energy on the day.
	greatest       energy.DeviceID
	greatestEnergy energy.Energy
}

func (m *meterDay) note(i int, own, below ledger.Quarter) {
	m.own[i], m.below[i] = own.Energy, below.Energy
	m.estimated[i] = own.Estimated + below.Estimated
}

func (m *meterDay) noteGreatest(device energy.DeviceID, used energy.Energy) {
	if m.greatest == "" || used > m.greatestEnergy {
		m.greatest, m.greatestEnergy = device, used
	}
}

// meterSum is a meter's step and the energy of the devices behind it.
type meterSum struct {
	own, below, estimated energy.Energy
	// greatest has, for each device with the most energy on one of the step's days, its energy on those days.
	greatest map[energy.DeviceID]energy.Energy
}

func (s meterSum) excess() energy.Energy { return s.below - s.own }

// excesses finds the steps in which meters counted less than the devices behind them.
type excesses struct {
	edges  []energy.Instant
	meters map[energy.DeviceID][]meterSum
}

func newExcesses(edges []energy.Instant) *excesses {
	return &excesses{edges: edges, meters: make(map[energy.DeviceID][]meterSum)}
}

func (e *excesses) add(day int32, meters map[energy.DeviceID]*meterDay) {
	for id, m := range meters {
		steps := e.meters[id]
		if steps == nil {
			steps = make([]meterSum, len(e.edges)-1)
			e.meters[id] = steps
		}
		e.addDay(steps, day, m)
		e.addGreatest(steps, day, m)
	}
}

func (e *excesses) addDay(steps []meterSum, day int32, m *meterDay) {
	first := int64(day) * energy.QuartersPerDay
	lo, hi := max(first, energy.QuarterOf(e.edges[0])), min(first+energy.QuartersPerDay, energy.QuarterOf(e.edges[len(e.edges)-1]))
	for at := lo; at < hi; {
		i := stepOf(e.edges, energy.QuarterStart(at))
		s := &steps[i]
		for end := min(hi, energy.QuarterOf(e.edges[i+1])); at < end; at++ {
			q := at - first
			s.own, s.below, s.estimated = s.own+m.own[q], s.below+m.below[q], s.estimated+m.estimated[q]
		}
	}
}

// addGreatest records the day's greatest device in the step that contains the day's noon, if there is one.
func (e *excesses) addGreatest(steps []meterSum, day int32, m *meterDay) {
	noon := energy.QuarterStart(int64(day)*energy.QuartersPerDay + energy.QuartersPerDay/2)
	if m.greatest == "" || noon < e.edges[0] || noon >= e.edges[len(e.edges)-1] {
		return
	}
	s := &steps[stepOf(e.edges, noon)]
	if s.greatest == nil {
		s.greatest = make(map[energy.DeviceID]energy.Energy, 1)
	}
	s.greatest[m.greatest] += m.greatestEnergy
}

// stepOf is the index of the step that contains an instant within the edges.
func stepOf(edges []energy.Instant, at energy.Instant) int {
	i, exact := slices.BinarySearch(edges, at)
	if exact {
		return i
	}
	return i - 1
}

// mark adds the excesses to the steps of the unmetered series.
func (e *excesses) mark(steps []Step) {
	for id, sums := range e.meters {
		for i, s := range sums {
			if s.excess() <= 0 {
				continue
			}
			cause, device := likelyCause(sums, i)
			steps[i].Excesses = append(steps[i].Excesses, Excess{Meter: id, Energy: s.excess(), Cause: cause, Device: device})
		}
	}
	for i := range steps {
		slices.SortFunc(steps[i].Excesses, func(a, b Excess) int { return cmp.Compare(a.Meter, b.Meter) })
	}
}

// accuracyPart: a meter and its submeters may differ by one part in this many of the meter's energy: 1 % and 2 % (IEC 62053-21,
// classes 1 and 2).
const accuracyPart = 33

func likelyCause(sums []meterSum, i int) (Cause, energy.DeviceID) {
	s := sums[i]
	switch {
	case s.estimated > 0:
		return PartEstimated, ""
	case s.own == 0:
		return MeterStopped, ""
	case s.excess() <= s.own/accuracyPart:
		return WithinAccuracy, ""
	case evenedOut(sums, i):
		return ClocksApart, ""
	}
	for device, energy := range s.greatest {
		if energy > s.own {
			return NotBehind, device
		}
	}
	return CountedTwice, ""
}

// evenedOut reports whether the step before or after makes up for an excess.
func evenedOut(sums []meterSum, i int) bool {
	before, after := energy.Energy(0), energy.Energy(0)
	if i > 0 {
		before = min(0, sums[i-1].excess())
	}
	if i+1 < len(sums) {
		after = min(0, sums[i+1].excess())
	}
	return sums[i].excess()+min(before, after) <= 0
}
