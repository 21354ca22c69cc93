package usage

import (
	"cmp"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Cause is why devices behind a meter may have counted more than the meter.
type Cause string

// The causes, the likeliest is the first that fits.
const (
	// PartEstimated: one of the two was filled in over a gap, and says little about when the energy was used.
	PartEstimated Cause = "part_estimated"
	// MeterStopped: the meter counted nothing while the devices behind it did.
	MeterStopped Cause = "meter_stopped"
	// WithinAccuracy: the difference is what a meter of class 1 and submeters of class 2 may differ by.
	WithinAccuracy Cause = "within_accuracy"
	// ClocksApart: the steps before and after make up for it; the two do not agree on the time.
	ClocksApart Cause = "clocks_apart"
	// NotBehind: one device alone used more than the meter counted: it is not behind it, or one of the two has a wrong
	// unit or transformer ratio.
	NotBehind Cause = "not_behind"
	// CountedTwice: some device is not behind the meter, or is counted twice.
	CountedTwice Cause = "counted_twice"
)

// Excess is a step in which the devices behind a meter counted more than the meter itself: a remainder that cannot be.
type Excess struct {
	Meter  energy.DeviceID
	Energy energy.Energy // of the devices beyond the meter's, positive
	Cause  Cause
	// Device is the one that the cause is about; empty where it is about none.
	Device energy.DeviceID
}

// meterDay is a meter's day beside what the devices behind it used, in the quarters that the meter knows.
type meterDay struct {
	own, below, estimated [energy.QuartersPerDay]energy.Energy
	// greatest is the device behind it that used most on the day, and its energy.
	greatest       energy.DeviceID
	greatestEnergy energy.Energy
}

func (m *meterDay) note(i int, own, below ledger.Quarter) {
	m.own[i], m.below[i] = own.Energy, below.Energy
	m.estimated[i] = own.Estimated + below.Estimated
}

func (m *meterDay) offer(device energy.DeviceID, used energy.Energy) {
	if m.greatest == "" || used > m.greatestEnergy {
		m.greatest, m.greatestEnergy = device, used
	}
}

// meterSum is a meter's step beside what the devices behind it used.
type meterSum struct {
	own, below, estimated energy.Energy
	// most is what each device used that was the greatest on one of the step's days.
	most map[energy.DeviceID]energy.Energy
}

func (s meterSum) excess() energy.Energy { return s.below - s.own }

// excesses finds the steps in which meters counted less than what is behind them.
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

// addGreatest notes the day's greatest device in the step that holds the whole day, if one does.
func (e *excesses) addGreatest(steps []meterSum, day int32, m *meterDay) {
	noon := energy.QuarterStart(int64(day)*energy.QuartersPerDay + energy.QuartersPerDay/2)
	if m.greatest == "" || noon < e.edges[0] || noon >= e.edges[len(e.edges)-1] {
		return
	}
	s := &steps[stepOf(e.edges, noon)]
	if s.most == nil {
		s.most = make(map[energy.DeviceID]energy.Energy, 1)
	}
	s.most[m.greatest] += m.greatestEnergy
}

// stepOf is the step that holds an instant within the edges.
func stepOf(edges []energy.Instant, at energy.Instant) int {
	i, exact := slices.BinarySearch(edges, at)
	if exact {
		return i
	}
	return i - 1
}

// mark writes what was found into the steps of the unmetered series.
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

// accuracyPart is the part of a meter's energy, one in so many, by which it and its submeters may differ: 1 % and 2 %
// (IEC 62053-21, classes 1 and 2).
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
	for device, energy := range s.most {
		if energy > s.own {
			return NotBehind, device
		}
	}
	return CountedTwice, ""
}

// evenedOut tells whether the step before or after makes up for an excess.
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
