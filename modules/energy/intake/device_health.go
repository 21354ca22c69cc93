package intake

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

// Heartbeat is when a device was last heard and how its clock goes.
type Heartbeat struct {
	Device energy.DeviceID
	Seen   energy.Instant
	// Clock is by how many ms its clock is ahead; behind where it is negative; 0 where it is right or was not told. It is
	// -NeverSet where the clock was never set.
	Clock int64
}

// NeverSet stands for by how many ms a clock is behind that was never set, and so tells of before EarliestInstant.
const NeverSet = 10 * 366 * energy.DayMs

// Heartbeats keeps the signs of life of devices.
type Heartbeats interface {
	// StoreHeartbeats keeps the newest of each device.
	StoreHeartbeats(ctx context.Context, all []Heartbeat) error
	// HeartbeatsOf gives those of devices; a device that was never heard is not in it.
	HeartbeatsOf(ctx context.Context, devices []energy.DeviceID) (map[energy.DeviceID]Heartbeat, error)
	// ClocksOff tells by how many ms the clocks of devices are ahead, of those that are not right.
	ClocksOff(ctx context.Context) (map[energy.DeviceID]int64, error)
}

// Fleet watches over devices: which are silent, stuck, or have a clock that is off.
type Fleet struct {
	vitals  Heartbeats
	moments conditions.LatestValues
	clock   energy.Clock

	mu        sync.Mutex
	estimates map[energy.DeviceID]*clockEstimate
	fresh     map[energy.DeviceID]bool // heard since they were last kept
}

// NewFleet makes the watch.
func NewFleet(vitals Heartbeats, moments conditions.LatestValues, clock energy.Clock) *Fleet {
	return &Fleet{vitals: vitals, moments: moments, clock: clock, estimates: make(map[energy.DeviceID]*clockEstimate), fresh: make(map[energy.DeviceID]bool)}
}

// clockEstimate is what a device's own instants say of its clock, within an hour.
type clockEstimate struct {
	seen, since energy.Instant
	n           int
	least, most int64 // its instants less ours, ms
	clock       int64
	// sure is set where clock was judged in this process or is what was kept before; told where an instant was told in this process.
	sure, told bool
}

// Of judging a clock. Instants of the future are wrong, whatever way they take; those of the past may only be late, unless all of
// them are by the same.
const (
	pulseWindow  = energy.HourMs
	surelyAhead  = energy.MinuteMs
	aheadOften   = 3
	surelyBehind = 2 * energy.MinuteMs
	behindOften  = 5
	behindFor    = 10 * energy.MinuteMs
	behindSpread = 90 * energy.SecondMs
	// farBehind is an upload of the past and no clock.
	farBehind = 2 * energy.DayMs
)

// RecordSeen notes that a device spoke now, of an instant that its clock or another told; an instant of 0 is none.
func (f *Fleet) RecordSeen(device energy.DeviceID, at energy.Instant, source energy.TimeSource) {
	now := f.clock.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.estimates[device]
	if p == nil {
		p = &clockEstimate{since: now}
		f.estimates[device] = p
	}
	p.seen, f.fresh[device] = now, true
	switch {
	case at == 0 || source == energy.ByAge:
	case at < energy.EarliestInstant:
		p.clock, p.n, p.sure, p.told = -NeverSet, 0, true, true // one message says it, and the next may say another
	case source == energy.ByDevice || source == energy.ByDeviceLocal:
		p.note(now, int64(at-now))
	}
}

func (p *clockEstimate) note(now energy.Instant, off int64) {
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
func (p *clockEstimate) resume(kept int64) {
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
	var unsure []energy.DeviceID
	for id := range f.fresh {
		if !f.estimates[id].sure {
			unsure = append(unsure, id)
		}
	}
	f.mu.Unlock()
	if len(unsure) == 0 {
		return nil
	}
	kept, err := f.vitals.HeartbeatsOf(ctx, unsure)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range unsure {
		f.estimates[id].resume(kept[id].Clock)
	}
	return nil
}

// Flush keeps what was heard since it was last kept.
func (f *Fleet) Flush(ctx context.Context) error {
	if err := f.resume(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	all := make([]Heartbeat, 0, len(f.fresh))
	for _, id := range slices.Sorted(maps.Keys(f.fresh)) {
		all = append(all, Heartbeat{Device: id, Seen: f.estimates[id].seen, Clock: f.estimates[id].clock})
	}
	f.fresh = make(map[energy.DeviceID]bool)
	f.mu.Unlock()
	if len(all) == 0 {
		return nil
	}
	err := f.vitals.StoreHeartbeats(ctx, all)
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
func (f *Fleet) Clocks(ctx context.Context) (map[energy.DeviceID]int64, error) {
	return f.vitals.ClocksOff(ctx)
}

// Health is how a device is.
type Health struct {
	Status HealthStatus
	// Heard is when it last spoke; 0 where it never did.
	Heard energy.Instant
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
	leastSilence   = energy.HourMs
	unknownSilence = energy.DayMs
)

// HealthOf tells how devices are.
func (f *Fleet) HealthOf(ctx context.Context, devices []campus.Device) (map[energy.DeviceID]Health, error) {
	ids := campus.IDsOf(devices)
	last, err := f.moments.LastReadings(ctx, ids, judgedReadings)
	if err != nil {
		return nil, err
	}
	vitals, err := f.vitals.HeartbeatsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	now := f.clock.Now()
	health := make(map[energy.DeviceID]Health, len(devices))
	for _, d := range devices {
		v := vitals[d.ID]
		f.mu.Lock()
		if p := f.estimates[d.ID]; p != nil && p.seen > v.Seen {
			p.resume(v.Clock)
			v.Seen, v.Clock = p.seen, p.clock
		}
		f.mu.Unlock()
		health[d.ID] = judge(d, last[d.ID], v, now)
	}
	return health, nil
}

// judge judges a device by its last readings, newest first, and its signs of life.
func judge(d campus.Device, last []energy.Reading, v Heartbeat, now energy.Instant) Health {
	h := Health{Status: Healthy, Heard: v.Seen, Clock: v.Clock}
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
func longestSilence(d campus.Device, last []energy.Reading) int64 {
	usual := int64(d.IntervalS) * energy.SecondMs
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
func isStuck(last []energy.Reading) bool {
	if len(last) < judgedReadings || last[0].Kind == energy.Register || (last[0].Energy == 0 && last[0].Power == 0) {
		return false
	}
	return !slices.ContainsFunc(last[1:], func(r energy.Reading) bool {
		return r.Kind != last[0].Kind || r.Energy != last[0].Energy || r.Power != last[0].Power || r.Span != last[0].Span
	})
}
