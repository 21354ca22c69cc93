package energy

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// Vital is when a device was last heard and how its clock goes.
type Vital struct {
	Device DeviceID
	Heard  Instant
	// Clock is by how many ms its clock is ahead; behind where it is negative; 0 where it is right or was not told. It is
	// -NeverSet where the clock was never set.
	Clock int64
}

// NeverSet stands for by how many ms a clock is behind that was never set, and so tells of before EarliestInstant.
const NeverSet = 10 * 366 * dayMs

// Vitals keeps the signs of life of devices.
type Vitals interface {
	// KeepVitals keeps the newest of each device.
	KeepVitals(ctx context.Context, all []Vital) error
	// VitalsOf gives those of devices; a device that was never heard is not in it.
	VitalsOf(ctx context.Context, devices []DeviceID) (map[DeviceID]Vital, error)
	// ClocksOff tells by how many ms the clocks of devices are ahead, of those that are not right.
	ClocksOff(ctx context.Context) (map[DeviceID]int64, error)
}

// Fleet watches over devices: which are silent, stuck, or have a clock that is off.
type Fleet struct {
	vitals  Vitals
	moments Moments
	clock   Clock

	mu     sync.Mutex
	pulses map[DeviceID]*pulse
	fresh  map[DeviceID]bool // heard since they were last kept
}

// NewFleet makes the watch.
func NewFleet(vitals Vitals, moments Moments, clock Clock) *Fleet {
	return &Fleet{vitals: vitals, moments: moments, clock: clock, pulses: make(map[DeviceID]*pulse), fresh: make(map[DeviceID]bool)}
}

// pulse is what a device's own instants say of its clock, within an hour.
type pulse struct {
	heard, since Instant
	n            int
	least, most  int64 // its instants less ours, ms
	clock        int64
	// sure is set where clock was judged in this process or is what was kept before; told where an instant was told in this process.
	sure, told bool
}

// Of judging a clock. Instants of the future are wrong, whatever way they take; those of the past may only be late, unless all of
// them are by the same.
const (
	pulseWindow  = hourMs
	surelyAhead  = minuteMs
	aheadOften   = 3
	surelyBehind = 2 * minuteMs
	behindOften  = 5
	behindFor    = 10 * minuteMs
	behindSpread = 90 * secondMs
	// farBehind is an upload of the past and no clock.
	farBehind = 2 * dayMs
)

// Heard notes that a device spoke now, of an instant that its clock or another told; an instant of 0 is none.
func (f *Fleet) Heard(device DeviceID, at Instant, source TimeSource) {
	now := f.clock.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.pulses[device]
	if p == nil {
		p = &pulse{since: now}
		f.pulses[device] = p
	}
	p.heard, f.fresh[device] = now, true
	switch {
	case at == 0 || source == ByAge:
	case at < EarliestInstant:
		p.clock, p.n, p.sure, p.told = -NeverSet, 0, true, true // one message says it, and the next may say another
	case source == ByDevice || source == ByDeviceLocal:
		p.note(now, int64(at-now))
	}
}

func (p *pulse) note(now Instant, off int64) {
	p.told = true
	if p.clock <= -NeverSet {
		p.clock = 0
	}
	if int64(now-p.since) > pulseWindow {
		p.since, p.n = now, 0
	}
	if p.n == 0 {
		p.least, p.most = off, off
	}
	p.n++
	p.least, p.most = min(p.least, off), max(p.most, off)
	switch {
	case p.most >= surelyAhead:
		if p.n >= aheadOften {
			p.clock, p.sure = p.most, true
		}
	case p.n >= behindOften && int64(now-p.since) >= behindFor:
		p.clock, p.sure = 0, true
		if p.most <= -surelyBehind && p.most > -farBehind && p.most-p.least <= behindSpread {
			p.clock = p.most
		}
	case p.most > -surelyBehind:
		p.clock, p.sure = 0, true
	}
}

// resume takes over what was kept of a clock before this process began.
func (p *pulse) resume(kept int64) {
	if p.sure {
		return
	}
	p.sure = true
	if !p.told || kept > -NeverSet { // one that tells a time by now was set
		p.clock = kept
	}
}

// resume takes over what was kept of the clocks of devices that were heard, and did not tell how theirs go yet.
func (f *Fleet) resume(ctx context.Context) error {
	f.mu.Lock()
	var unsure []DeviceID
	for id := range f.fresh {
		if !f.pulses[id].sure {
			unsure = append(unsure, id)
		}
	}
	f.mu.Unlock()
	if len(unsure) == 0 {
		return nil
	}
	kept, err := f.vitals.VitalsOf(ctx, unsure)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range unsure {
		f.pulses[id].resume(kept[id].Clock)
	}
	return nil
}

// Keep keeps what was heard since it was last kept.
func (f *Fleet) Keep(ctx context.Context) error {
	if err := f.resume(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	all := make([]Vital, 0, len(f.fresh))
	for _, id := range slices.Sorted(maps.Keys(f.fresh)) {
		all = append(all, Vital{Device: id, Heard: f.pulses[id].heard, Clock: f.pulses[id].clock})
	}
	f.fresh = make(map[DeviceID]bool)
	f.mu.Unlock()
	if len(all) == 0 {
		return nil
	}
	err := f.vitals.KeepVitals(ctx, all)
	if err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, v := range all {
			f.fresh[v.Device] = true
		}
	}
	return err
}

// Clocks tells by how many ms the clocks of devices are ahead, of those that are not right.
func (f *Fleet) Clocks(ctx context.Context) (map[DeviceID]int64, error) {
	return f.vitals.ClocksOff(ctx)
}

// Health is how a device is.
type Health struct {
	Status HealthStatus
	// Heard is when it last spoke; 0 where it never did.
	Heard Instant
	// Clock is by how many ms its clock is ahead, behind where it is negative; 0 where it is right, is not told, or was never set.
	Clock int64
}

// HealthStatus is a word for it.
type HealthStatus string

// The states of health, the worst first.
const (
	Never       HealthStatus = "never" // it never spoke
	Silent      HealthStatus = "silent"
	Stuck       HealthStatus = "stuck" // it says one and the same number
	ClockAhead  HealthStatus = "clock_ahead"
	ClockBehind HealthStatus = "clock_behind"
	ClockUnset  HealthStatus = "clock_unset" // it was never set
	Healthy     HealthStatus = "ok"
)

// Of judging a device by its last readings.
const (
	judgedReadings = 12
	// silentGaps of the usual gap between readings, and at least leastSilence, make a silence; unknownSilence where the gap is
	// not known.
	silentGaps     = 6
	leastSilence   = hourMs
	unknownSilence = dayMs
)

// HealthOf tells how devices are.
func (f *Fleet) HealthOf(ctx context.Context, devices []Device) (map[DeviceID]Health, error) {
	ids := idsOf(devices)
	last, err := f.moments.LastReadings(ctx, ids, judgedReadings)
	if err != nil {
		return nil, err
	}
	vitals, err := f.vitals.VitalsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	now := f.clock.Now()
	health := make(map[DeviceID]Health, len(devices))
	for _, d := range devices {
		v := vitals[d.ID]
		f.mu.Lock()
		if p := f.pulses[d.ID]; p != nil && p.heard > v.Heard {
			p.resume(v.Clock)
			v.Heard, v.Clock = p.heard, p.clock
		}
		f.mu.Unlock()
		health[d.ID] = judge(d, last[d.ID], v, now)
	}
	return health, nil
}

// judge judges a device by its last readings, newest first, and its signs of life.
func judge(d Device, last []Reading, v Vital, now Instant) Health {
	h := Health{Status: Healthy, Heard: v.Heard, Clock: v.Clock}
	if len(last) > 0 {
		h.Heard = max(h.Heard, last[0].At)
	}
	h.Heard = min(h.Heard, now)
	if v.Clock <= -NeverSet {
		h.Clock = 0
	}
	switch {
	case h.Heard == 0:
		h.Status = Never
	case int64(now-h.Heard) > longestSilence(d, last):
		h.Status = Silent
	case isStuck(last):
		h.Status = Stuck
	case v.Clock <= -NeverSet:
		h.Status = ClockUnset
	case v.Clock > 0:
		h.Status = ClockAhead
	case v.Clock < 0:
		h.Status = ClockBehind
	}
	return h
}

// longestSilence is how long a device may say nothing, ms.
func longestSilence(d Device, last []Reading) int64 {
	usual := int64(d.IntervalS) * secondMs
	if n := len(last); usual == 0 && n >= 3 {
		gaps := make([]int64, n-1)
		for i := range gaps {
			gaps[i] = int64(last[i].At - last[i+1].At)
		}
		slices.Sort(gaps)
		usual = gaps[len(gaps)/2]
	}
	if usual == 0 {
		return unknownSilence
	}
	return max(silentGaps*usual, leastSilence)
}

// isStuck tells whether all readings are one number, and not 0. A counter that stands may be of a device that rests.
func isStuck(last []Reading) bool {
	if len(last) < judgedReadings || last[0].Kind == Register || (last[0].Energy == 0 && last[0].Power == 0) {
		return false
	}
	return !slices.ContainsFunc(last[1:], func(r Reading) bool {
		return r.Kind != last[0].Kind || r.Energy != last[0].Energy || r.Power != last[0].Power || r.Span != last[0].Span
	})
}
