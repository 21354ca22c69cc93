package simulate

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func week(t *testing.T, seed uint64) [][]Message {
	t.Helper()
	zone, err := time.LoadLocation("America/Bogota")
	require.NoError(t, err)
	rooms := Campus(Options{Rooms: 20, Seed: seed, Zone: zone})
	at := time.Date(2026, 5, 4, 0, 0, 0, 0, zone) // a Monday
	var all [][]Message
	for range 7 * 24 * 12 {
		at = at.Add(5 * time.Minute)
		all = append(all, Messages(rooms, at, 5*time.Minute))
	}
	return all
}

func TestSameSeedSameMessages(t *testing.T) {
	require.Equal(t, week(t, 1), week(t, 1))
	require.NotEqual(t, week(t, 1), week(t, 2))
}

// TestTheCampusIsPlausible checks a week: counters only grow, working hours use more than nights, and faults are visible.
func TestTheCampusIsPlausible(t *testing.T) {
	last := make(map[string]float64)
	day, night := make(map[string]float64), make(map[string]float64)
	muted := make(map[string]bool)
	for i, step := range week(t, 1) {
		hour := i / 12 % 24
		sent := make(map[string]bool)
		for _, m := range step {
			sent[m.Device] = true
			value := m.KWh
			if m.Register != "" {
				value = m.Register
			}
			if value == "" {
				temperature, err := strconv.ParseFloat(m.Temperature, 64)
				require.NoError(t, err)
				require.InDelta(t, 25, temperature, 8)
				continue
			}
			kwh, err := strconv.ParseFloat(value, 64)
			require.NoError(t, err)
			if m.Register != "" {
				before, found := last[m.Device]
				require.GreaterOrEqual(t, kwh, before)
				last[m.Device] = kwh
				if kwh -= before; !found {
					continue
				}
			}
			switch {
			case hour >= 9 && hour < 17 && i/12/24 < 5:
				day[m.Device] += kwh
			case hour < 5:
				night[m.Device] += kwh
			}
		}
		for device := range last {
			muted[device] = muted[device] || !sent[device]
		}
	}
	for i := range 20 {
		name := (&Room{Name: "sim-" + strconv.Itoa(101 + i)[1:]}).Device(AC)
		if i == 3 || i == 19 { // left on
			require.Greater(t, night[name], 0.15*day[name], name)
			continue
		}
		require.Less(t, night[name], 0.1*day[name], name)
	}
	require.True(t, muted["sim-16-lighting"])
	require.False(t, muted["sim-01-lighting"])
	require.Greater(t, night["sim-12-computer"], 3*night["sim-11-computer"])
}

func TestWattMinutes(t *testing.T) {
	require.Equal(t, "72000.000", wattMinutes("1.2"))
	require.Equal(t, "0.060", wattMinutes("0.000001"))
}
