package energy

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClockIsJudgedByInstants(t *testing.T) {
	const start = Instant(1_767_243_600_000)
	clockAfter := func(offs []int64, every int64) int64 {
		p := &pulse{since: start}
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
	require.Zero(t, clockAfter(same(-2_000, 20), minuteMs))
	require.EqualValues(t, 3*minuteMs+20_000, clockAfter(same(3*minuteMs, 5), minuteMs), "ahead")
	require.Zero(t, clockAfter([]int64{3 * minuteMs}, minuteMs), "once is no clock")
	require.Less(t, clockAfter(same(-5*hourMs, 20), minuteMs), -4*hourMs, "five hours behind: a zone that was left out")
	require.Zero(t, clockAfter(same(-5*hourMs, 20), 100), "an upload of the past, at once")
	late := []int64{-60 * minuteMs, -45 * minuteMs, -30 * minuteMs, -15 * minuteMs, 0, -60 * minuteMs, -45 * minuteMs}
	require.Zero(t, clockAfter(late, 3*minuteMs), "hourly batches are late, and right")
	require.Zero(t, clockAfter(append(same(3*minuteMs, 4), same(-1000, 3)...), 20*minuteMs), "set right again")
}

func TestHealth(t *testing.T) {
	const now = Instant(1_767_243_600_000)
	readings := func(n int, every int64, energy func(i int) Energy) []Reading {
		all := make([]Reading, n)
		for i := range all {
			all[i] = Reading{At: now.Add(-int64(i) * every), Kind: Interval, Energy: energy(i), Span: every}
		}
		return all
	}
	moving := func(i int) Energy { return Energy(1000 + i) }
	for name, c := range map[string]struct {
		last []Reading
		v    Vital
		at   Instant
		want HealthStatus
	}{
		"never":               {want: Never, at: now},
		"well":                {last: readings(12, quarterMs, moving), at: now.Add(quarterMs), want: Healthy},
		"silent":              {last: readings(12, quarterMs, moving), at: now.Add(2 * hourMs), want: Silent},
		"slow is no silence":  {last: readings(12, dayMs, moving), at: now.Add(3 * dayMs), want: Healthy},
		"heard, not booked":   {last: readings(12, quarterMs, moving), v: Vital{Heard: now.Add(5 * hourMs)}, at: now.Add(5 * hourMs), want: Healthy},
		"by a clock set back": {last: readings(12, quarterMs, moving), v: Vital{Heard: now.Add(hourMs)}, at: now.Add(minuteMs), want: Healthy},
		"stuck":               {last: readings(12, quarterMs, func(int) Energy { return 5 }), at: now, want: Stuck},
		"off is not stuck":    {last: readings(12, quarterMs, func(int) Energy { return 0 }), at: now, want: Healthy},
		"few":                 {last: readings(2, quarterMs, moving), at: now.Add(20 * hourMs), want: Healthy},
		"ahead":               {last: readings(12, quarterMs, moving), v: Vital{Heard: now, Clock: 90_000}, at: now, want: ClockAhead},
		"never set":           {last: readings(12, quarterMs, moving), v: Vital{Heard: now, Clock: -NeverSet}, at: now, want: ClockUnset},
		"behind":              {last: readings(12, quarterMs, moving), v: Vital{Heard: now, Clock: -900_000}, at: now, want: ClockBehind},
	} {
		require.Equal(t, c.want, judge(Device{}, c.last, c.v, c.at).Status, name)
	}
}

// keptVitals keeps vitals in memory.
type keptVitals map[DeviceID]Vital

func (k keptVitals) KeepVitals(_ context.Context, all []Vital) error {
	for _, v := range all {
		k[v.Device] = v
	}
	return nil
}

func (k keptVitals) VitalsOf(context.Context, []DeviceID) (map[DeviceID]Vital, error) { return k, nil }

func (k keptVitals) ClocksOff(context.Context) (map[DeviceID]int64, error) { return nil, nil }

type noMoments struct{ Moments }

func (noMoments) LastReadings(context.Context, []DeviceID, int) (map[DeviceID][]Reading, error) {
	return nil, nil
}

type setClock Instant

func (c *setClock) Now() Instant { return Instant(*c) }

// TestAClockThatWasNeverSetIsKnownAtOnce is known from the first message, after a restart too, until the device tells a time.
func TestAClockThatWasNeverSetIsKnownAtOnce(t *testing.T) {
	const start = Instant(1_767_243_600_000)
	ctx, kept, clock := context.Background(), keptVitals{}, setClock(start)
	status := func(f *Fleet) HealthStatus {
		t.Helper()
		health, err := f.HealthOf(ctx, []Device{{ID: "a"}})
		require.NoError(t, err)
		return health["a"].Status
	}
	fleet := NewFleet(kept, noMoments{}, &clock)
	for _, untrue := range []Instant{1, 250_000, -3 * 3_600_000, EarliestInstant - 1} {
		fleet.Heard("a", Instant(clock), ByDevice)
		require.Equal(t, Healthy, status(fleet))
		fleet.Heard("a", untrue, ByDeviceLocal)
		require.Equal(t, ClockUnset, status(fleet), "%d", untrue)
		fleet.Heard("a", 0, ByArrival)
		fleet.Heard("a", Instant(clock), ByArrival)
		require.Equal(t, ClockUnset, status(fleet), "what tells no time mends nothing")
		clock += 60_000
	}
	require.NoError(t, fleet.Keep(ctx))

	clock += 60_000
	fleet = NewFleet(kept, noMoments{}, &clock)
	require.Equal(t, ClockUnset, status(fleet), "it survives a restart")
	fleet.Heard("a", Instant(clock), ByArrival)
	require.NoError(t, fleet.Keep(ctx))
	require.Equal(t, ClockUnset, status(fleet))
	clock += 60_000
	fleet.Heard("a", Instant(clock)-2000, ByDeviceLocal)
	require.Equal(t, Healthy, status(fleet))
	require.NoError(t, fleet.Keep(ctx))
	require.Zero(t, kept["a"].Clock)

	kept["a"] = Vital{Device: "a", Heard: Instant(clock), Clock: -3_600_000}
	clock += 60_000
	fleet = NewFleet(kept, noMoments{}, &clock)
	fleet.Heard("a", Instant(clock), ByArrival)
	require.NoError(t, fleet.Keep(ctx))
	require.EqualValues(t, -3_600_000, kept["a"].Clock, "a clock that is off otherwise is not forgotten either")
	fleet.Heard("b", 30_000, ByAge)
	health, err := fleet.HealthOf(ctx, []Device{{ID: "b"}})
	require.NoError(t, err)
	require.Equal(t, Healthy, health["b"].Status, "an age is no clock")
}
