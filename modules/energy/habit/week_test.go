package habit

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// TestWeekOfUnmeasuredHours uses the hour of the day, then all hours, then what was filled in.
func TestWeekOfUnmeasuredHours(t *testing.T) {
	measured := &ledger.Page{Day: 0}
	for i := range 4 {
		measured.Quarters[8*4+i] = ledger.Quarter{Energy: 250_000, Measured: energy.QuarterMs}
		measured.Quarters[9*4+i] = ledger.Quarter{Energy: 750_000, Measured: energy.QuarterMs}
	}
	var l learner
	l.add(measured)
	u := l.week()
	const kilowatt = float64(energy.Kilowatt)
	require.Equal(t, []float64{kilowatt, 3 * kilowatt}, []float64{u[8], u[9]})
	require.Equal(t, []float64{kilowatt, 3 * kilowatt}, []float64{u[2*24+8], u[2*24+9]}, "as on another day")
	require.Equal(t, 2*kilowatt, u[3], "the mean, for an hour that was never measured")

	filled := &ledger.Page{Day: 3}
	filled.Quarters[0] = ledger.Quarter{Energy: 500_000, Estimated: 500_000, Filled: energy.QuarterMs}
	l.add(filled)
	require.Equal(t, u, l.week(), "filled energy does not show its hour")
	var unknown, only learner
	only.add(filled)
	require.Equal(t, 2*kilowatt, only.week()[100])
	require.Nil(t, unknown.week())
	require.Equal(t, float64(MinWeight), constantWeek(0)[0], "without any data, time is weighed")
}

// TestPaceOfReadings checks that the pace tolerates lost readings, and is unknown for too few or monthly readings.
func TestPaceOfReadings(t *testing.T) {
	at := func(hours ...int64) (instants []energy.Instant) {
		for _, h := range hours {
			instants = append(instants, energy.Instant(h*energy.HourMs))
		}
		return instants
	}
	for _, c := range []struct {
		instants []energy.Instant
		i        int
		hours    int64
	}{
		{at(0, 1), 1, 0},
		{at(0, 1, 2), 1, 0},
		{at(0, 1, 2, 3), 1, 1},
		{at(0, 1, 2, 3), 3, 1},
		{at(0, 6, 12, 13), 1, 1}, // of two others the shorter
		{at(0, 1, 7, 8, 14, 15, 16), 2, 1},
		{at(0, 24, 48, 72, 96), 3, 24},
		{at(0, 720, 1440, 2160, 2880), 2, 0},
	} {
		require.Equal(t, c.hours*energy.HourMs, ledger.PaceAt(c.instants, c.i), "%v", c)
	}
}
