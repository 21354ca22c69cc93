package intake

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

func TestClockIsJudgedByInstants(t *testing.T) {
	const start = energy.Instant(1_767_243_600_000)
	clockAfter := func(offs []int64, every int64) int64 {
		p := &clockEstimate{since: start}
		for i, off := range offs {
			p.note(start.Add(int64(i)*every), off)
		}
		return p.clock
	}
	same := func(off int64, n int) []int64 {
		all := make([]int64, n)
		for i := range all {
			all[i] = off + int64(i%3)*10_000
		}
		return all
	}
	require.Zero(t, clockAfter(same(-2_000, 20), energy.MinuteMs))
	require.EqualValues(t, 3*energy.MinuteMs+20_000, clockAfter(same(3*energy.MinuteMs, 5), energy.MinuteMs), "ahead")
	require.Zero(t, clockAfter([]int64{3 * energy.MinuteMs}, energy.MinuteMs), "once is no clock")
	require.Less(t, clockAfter(same(-5*energy.HourMs, 20), energy.MinuteMs), -4*energy.HourMs, "five hours behind: a zone that was left out")
	require.Zero(t, clockAfter(same(-5*energy.HourMs, 20), 100), "an upload of the past, at once")
	late := []int64{-60 * energy.MinuteMs, -45 * energy.MinuteMs, -30 * energy.MinuteMs, -15 * energy.MinuteMs, 0, -60 * energy.MinuteMs, -45 * energy.MinuteMs}
	require.Zero(t, clockAfter(late, 3*energy.MinuteMs), "hourly batches are late, and right")
	require.Zero(t, clockAfter(append(same(3*energy.MinuteMs, 4), same(-1000, 3)...), 20*energy.MinuteMs), "set right again")
}

func TestHealth(t *testing.T) {
	const now = energy.Instant(1_767_243_600_000)
	readings := func(n int, every int64, used func(i int) energy.Energy) []energy.Reading {
		all := make([]energy.Reading, n)
		for i := range all {
			all[i] = energy.Reading{At: now.Add(-int64(i) * every), Kind: energy.Interval, Energy: used(i), Span: every}
		}
		return all
	}
	moving := func(i int) energy.Energy { return energy.Energy(1000 + i) }
	for name, c := range map[string]struct {
		last []energy.Reading
		v    Heartbeat
		at   energy.Instant
		want HealthStatus
	}{
		"never":               {want: Never, at: now},
		"well":                {last: readings(12, energy.QuarterMs, moving), at: now.Add(energy.QuarterMs), want: Healthy},
		"silent":              {last: readings(12, energy.QuarterMs, moving), at: now.Add(2 * energy.HourMs), want: Silent},
		"slow is no silence":  {last: readings(12, energy.DayMs, moving), at: now.Add(3 * energy.DayMs), want: Healthy},
		"heard, not booked":   {last: readings(12, energy.QuarterMs, moving), v: Heartbeat{Seen: now.Add(5 * energy.HourMs)}, at: now.Add(5 * energy.HourMs), want: Healthy},
		"by a clock set back": {last: readings(12, energy.QuarterMs, moving), v: Heartbeat{Seen: now.Add(energy.HourMs)}, at: now.Add(energy.MinuteMs), want: Healthy},
		"stuck":               {last: readings(12, energy.QuarterMs, func(int) energy.Energy { return 5 }), at: now, want: Stuck},
		"off is not stuck":    {last: readings(12, energy.QuarterMs, func(int) energy.Energy { return 0 }), at: now, want: Healthy},
		"few":                 {last: readings(2, energy.QuarterMs, moving), at: now.Add(20 * energy.HourMs), want: Healthy},
		"ahead":               {last: readings(12, energy.QuarterMs, moving), v: Heartbeat{Seen: now, Clock: 90_000}, at: now, want: ClockAhead},
		"never set":           {last: readings(12, energy.QuarterMs, moving), v: Heartbeat{Seen: now, Clock: -NeverSet}, at: now, want: ClockUnset},
		"behind":              {last: readings(12, energy.QuarterMs, moving), v: Heartbeat{Seen: now, Clock: -900_000}, at: now, want: ClockBehind},
	} {
		require.Equal(t, c.want, judge(campus.Device{}, c.last, c.v, c.at).Status, name)
	}
}

// memoryHeartbeats stores heartbeats in memory.
type memoryHeartbeats map[energy.DeviceID]Heartbeat

func (k memoryHeartbeats) StoreHeartbeats(_ context.Context, all []Heartbeat) error {
	for _, v := range all {
		k[v.Device] = v
	}
	return nil
}

func (k memoryHeartbeats) HeartbeatsOf(context.Context, []energy.DeviceID) (map[energy.DeviceID]Heartbeat, error) {
	return k, nil
}

func (k memoryHeartbeats) ClocksOff(context.Context) (map[energy.DeviceID]int64, error) {
	return nil, nil
}

type noMoments struct{ conditions.LatestValues }

func (noMoments) LastReadings(context.Context, []energy.DeviceID, int) (map[energy.DeviceID][]energy.Reading, error) {
	return nil, nil
}

type setClock energy.Instant

func (c *setClock) Now() energy.Instant { return energy.Instant(*c) }

// TestAClockThatWasNeverSetIsKnownAtOnce reports it from the first message, also after a restart, until the device sends a valid
// time.
func TestAClockThatWasNeverSetIsKnownAtOnce(t *testing.T) {
	const start = energy.Instant(1_767_243_600_000)
	ctx, kept, clock := context.Background(), memoryHeartbeats{}, setClock(start)
	status := func(f *Fleet) HealthStatus {
		t.Helper()
		health, err := f.HealthOf(ctx, []campus.Device{{ID: "a"}})
		require.NoError(t, err)
		return health["a"].Status
	}
	fleet := NewFleet(kept, noMoments{}, &clock)
	for _, untrue := range []energy.Instant{1, 250_000, -3 * 3_600_000, energy.EarliestInstant - 1} {
		fleet.RecordSeen("a", energy.Instant(clock), energy.ByDevice)
		require.Equal(t, Healthy, status(fleet))
		fleet.RecordSeen("a", untrue, energy.ByDeviceLocal)
		require.Equal(t, ClockUnset, status(fleet), "%d", untrue)
		fleet.RecordSeen("a", 0, energy.ByArrival)
		fleet.RecordSeen("a", energy.Instant(clock), energy.ByArrival)
		require.Equal(t, ClockUnset, status(fleet), "a message without a time changes nothing")
		clock += 60_000
	}
	require.NoError(t, fleet.Flush(ctx))

	clock += 60_000
	fleet = NewFleet(kept, noMoments{}, &clock)
	require.Equal(t, ClockUnset, status(fleet), "it survives a restart")
	fleet.RecordSeen("a", energy.Instant(clock), energy.ByArrival)
	require.NoError(t, fleet.Flush(ctx))
	require.Equal(t, ClockUnset, status(fleet))
	clock += 60_000
	fleet.RecordSeen("a", energy.Instant(clock)-2000, energy.ByDeviceLocal)
	require.Equal(t, Healthy, status(fleet))
	require.NoError(t, fleet.Flush(ctx))
	require.Zero(t, kept["a"].Clock)

	kept["a"] = Heartbeat{Device: "a", Seen: energy.Instant(clock), Clock: -3_600_000}
	clock += 60_000
	fleet = NewFleet(kept, noMoments{}, &clock)
	fleet.RecordSeen("a", energy.Instant(clock), energy.ByArrival)
	require.NoError(t, fleet.Flush(ctx))
	require.EqualValues(t, -3_600_000, kept["a"].Clock, "a clock that is off otherwise is not forgotten either")
	fleet.RecordSeen("b", 30_000, energy.ByAge)
	health, err := fleet.HealthOf(ctx, []campus.Device{{ID: "b"}})
	require.NoError(t, err)
	require.Equal(t, Healthy, health["b"].Status, "an age is no clock")
}

// TestLastSeenIsOfThisProcessAndTheOthers returns the later of what is stored and what this process received.
func TestLastSeenIsOfThisProcessAndTheOthers(t *testing.T) {
	ctx := context.Background()
	clock := setClock(1_767_243_600_000)
	stored := memoryHeartbeats{"a": {Device: "a", Seen: energy.Instant(clock) - 5}, "b": {Device: "b", Seen: energy.Instant(clock) - 7}}
	fleet := NewFleet(stored, noMoments{}, &clock)
	fleet.RecordSeen("a", 0, energy.ByArrival)
	fleet.RecordSeen("c", 0, energy.ByArrival)
	seen, err := fleet.LastSeen(ctx, []energy.DeviceID{"a", "b", "c", "d"})
	require.NoError(t, err)
	now := energy.Instant(clock)
	require.Equal(t, map[energy.DeviceID]energy.Instant{"a": now, "b": now - 7, "c": now}, seen)
}
