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

// Heartbeat is when a device last sent something and how far its clock is off.
type Heartbeat struct {
	Device energy.DeviceID
	Seen   energy.Instant
	// Clock is the device clock's offset in ms: positive is ahead, negative is behind, 0 is right or unknown. It is -NeverSet for
	// a clock that was never set.
	Clock int64
}

// NeverSet is the offset, in ms, of a clock that was never set: it shows a time before EarliestInstant.
const NeverSet = 10 * 366 * energy.DayMs

// Heartbeats stores when devices last sent something.
type Heartbeats interface {
	// StoreHeartbeats stores the newest heartbeat of each device.
	StoreHeartbeats(ctx context.Context, all []Heartbeat) error
	// HeartbeatsOf returns the heartbeats of devices, without devices that never sent anything.
	HeartbeatsOf(ctx context.Context, devices []energy.DeviceID) (map[energy.DeviceID]Heartbeat, error)
	// ClocksOff returns the clock offset, in ms, of each device whose clock is off.
	ClocksOff(ctx context.Context) (map[energy.DeviceID]int64, error)
}

// Fleet watches devices: which are silent, which are stuck, and which clocks are off.
type Fleet struct {
	heartbeats Heartbeats
	latest     conditions.LatestValues
	clock      energy.Clock

	mu        sync.Mutex
	estimates map[energy.DeviceID]*clockEstimate
	fresh     map[energy.DeviceID]bool // seen since the last Flush
}

// NewFleet returns a Fleet without any heartbeats in memory.
func NewFleet(vitals Heartbeats, moments conditions.LatestValues, clock energy.Clock) *Fleet {
	return &Fleet{heartbeats: vitals, latest: moments, clock: clock, estimates: make(map[energy.DeviceID]*clockEstimate), fresh: make(map[energy.DeviceID]bool)}
}

// clockEstimate estimates a device's clock offset from its timestamps within an hour.
type clockEstimate struct {
	seen, since          energy.Instant
	n                    int
	minOffset, maxOffset int64 // device time minus server time, ms
	clock                int64
	// sure is true if clock was judged in this process or read from the store; timed is true if the device sent a timestamp to
	// this process.
	sure, timed bool
}

// Limits for judging a clock. A timestamp in the future means a wrong clock. A timestamp in the past may just be late, unless all
// are late by the same amount.
const (
	clockWindow     = energy.HourMs
	minAhead        = energy.MinuteMs
	minAheadCount   = 3
	minBehind       = 2 * energy.MinuteMs
	minBehindCount  = 5
	minBehindTime   = 10 * energy.MinuteMs
	maxBehindSpread = 90 * energy.SecondMs
	// maxBehind means an upload of old data, not a wrong clock.
	maxBehind = 2 * energy.DayMs
)

// RecordSeen records that a device sent something now, with a timestamp by source's clock; 0 means no timestamp.
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
		p.clock, p.n, p.sure, p.timed = -NeverSet, 0, true, true // one message is enough, and the next may correct it
	case source == energy.ByDevice || source == energy.ByDeviceLocal:
		p.note(now, int64(at-now))
	}
}

func (p *clockEstimate) note(now energy.Instant, off int64) {
	p.timed = true
	if p.clock <= -NeverSet {
		p.clock = 0
	}
	if int64(now-p.since) > clockWindow {
		p.since, p.n = now, 0
	}
	if p.n == 0 {
		p.minOffset, p.maxOffset = off, off
	}
	p.n++
	p.minOffset, p.maxOffset = min(p.minOffset, off), max(p.maxOffset, off)
	switch {
	case p.maxOffset >= minAhead:
		if p.n >= minAheadCount {
			p.clock, p.sure = p.maxOffset, true
		}
	case p.n >= minBehindCount && int64(now-p.since) >= minBehindTime:
		p.clock, p.sure = 0, true
		if p.maxOffset <= -minBehind && p.maxOffset > -maxBehind && p.maxOffset-p.minOffset <= maxBehindSpread {
			p.clock = p.maxOffset
		}
	case p.maxOffset > -minBehind:
		p.clock, p.sure = 0, true
	}
}

// resume takes over the offset that an earlier process stored.
func (p *clockEstimate) resume(kept int64) {
	if p.sure {
		return
	}
	p.sure = true
	if !p.timed || kept > -NeverSet { // a clock that sends a valid time now was set
		p.clock = kept
	}
}

// resume reads the stored offsets of recently seen devices that are not judged yet.
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
	kept, err := f.heartbeats.HeartbeatsOf(ctx, unsure)
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

// Flush stores the heartbeats since the last Flush.
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
	err := f.heartbeats.StoreHeartbeats(ctx, all)
	if err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, v := range all {
			f.fresh[v.Device] = true
		}
	}
	return err
}

// Clocks returns the clock offset, in ms, of each device whose clock is off.
func (f *Fleet) Clocks(ctx context.Context) (map[energy.DeviceID]int64, error) {
	return f.heartbeats.ClocksOff(ctx)
}

// Health is the state of a device's reporting.
type Health struct {
	Status HealthStatus
	// LastSeen is when the device last sent something; 0 if never.
	LastSeen energy.Instant
	// Clock is the clock offset in ms: positive is ahead, negative is behind; 0 is right, unknown, or never set.
	Clock int64
}

// HealthStatus names a state of health.
type HealthStatus string

// The states of health, worst first.
const (
	Never       HealthStatus = "never" // never sent anything
	Silent      HealthStatus = "silent"
	Stuck       HealthStatus = "stuck" // repeats one number
	ClockAhead  HealthStatus = "clock_ahead"
	ClockBehind HealthStatus = "clock_behind"
	ClockUnset  HealthStatus = "clock_unset" // was never set
	Healthy     HealthStatus = "ok"
)

// Limits for judging a device by its last readings.
const (
	judgedReadings = 12
	// A device is silent after silentGaps times its usual gap between readings and at least minSilence, or after unknownSilence
	// if the gap is unknown.
	silentGaps     = 6
	minSilence     = energy.HourMs
	unknownSilence = energy.DayMs
)

// LastSeen returns when devices last sent something, without devices that never did. What other processes received in the last
// seconds may be missing.
func (f *Fleet) LastSeen(ctx context.Context, devices []energy.DeviceID) (map[energy.DeviceID]energy.Instant, error) {
	stored, err := f.heartbeats.HeartbeatsOf(ctx, devices)
	if err != nil {
		return nil, err
	}
	seen := make(map[energy.DeviceID]energy.Instant, len(stored))
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range devices {
		at := stored[id].Seen
		if p := f.estimates[id]; p != nil {
			at = max(at, p.seen)
		}
		if at > 0 {
			seen[id] = at
		}
	}
	return seen, nil
}

// HealthOf returns the health of devices.
func (f *Fleet) HealthOf(ctx context.Context, devices []campus.Device) (map[energy.DeviceID]Health, error) {
	ids := campus.IDsOf(devices)
	last, err := f.latest.LastReadings(ctx, ids, judgedReadings)
	if err != nil {
		return nil, err
	}
	vitals, err := f.heartbeats.HeartbeatsOf(ctx, ids)
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

// judge returns the health of a device by its last readings, newest first, and its heartbeat.
func judge(d campus.Device, last []energy.Reading, v Heartbeat, now energy.Instant) Health {
	h := Health{Status: Healthy, LastSeen: v.Seen, Clock: v.Clock}
	if len(last) > 0 {
		h.LastSeen = max(h.LastSeen, last[0].At)
	}
	h.LastSeen = min(h.LastSeen, now)
	if v.Clock <= -NeverSet {
		h.Clock = 0
	}
	switch {
	case h.LastSeen == 0:
		h.Status = Never
	case int64(now-h.LastSeen) > maxSilence(d, last):
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

// maxSilence returns how long a device may send nothing, ms.
func maxSilence(d campus.Device, last []energy.Reading) int64 {
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
	return max(silentGaps*usual, minSilence)
}

// isStuck reports whether all readings are the same number other than 0. A register that does not change is not stuck: the device
// may be idle.
func isStuck(last []energy.Reading) bool {
	if len(last) < judgedReadings || last[0].Kind == energy.Register || (last[0].Energy == 0 && last[0].Power == 0) {
		return false
	}
	return !slices.ContainsFunc(last[1:], func(r energy.Reading) bool {
		return r.Kind != last[0].Kind || r.Energy != last[0].Energy || r.Power != last[0].Power || r.Span != last[0].Span
	})
}
