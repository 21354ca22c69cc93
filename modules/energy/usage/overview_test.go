package usage

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// TestOverview reads an overview at noon of 31 March, after a constant kilowatt since 1 February.
func TestOverview(t *testing.T) {
	zone := time.FixedZone("Bogota", -5*60*60)
	begin := energy.InstantOf(time.Date(2026, 2, 1, 0, 0, 0, 0, zone))
	now := energy.InstantOf(time.Date(2026, 3, 31, 12, 0, 0, 0, zone))
	all := newQuarterTotals(begin, now)
	for i := range all.span.quarters {
		all.count[i] = 1
		all.span.quarters[i] = ledger.Quarter{Energy: 250_000, Measured: energy.QuarterMs}
	}
	const hours = 24 * energy.KilowattHour
	s := overviewBuilder{totals: all, zone: zone, now: now}.overview()
	require.Equal(t, 12*energy.KilowattHour, s.Today.Energy)
	require.Equal(t, 30*hours+12*energy.KilowattHour, s.MonthToDate.Energy)
	require.Equal(t, 28*hours, s.SameLastMonth.Energy, "February has no 31st: all of it")
	require.True(t, s.Projected)
	require.InDelta(t, float64(31*hours), float64(s.ProjectedMonth), float64(energy.KilowattHour)/4)
	require.True(t, s.LoadFactorKnown)
	require.InDelta(t, 1, s.LoadFactor, 1e-9)
	require.Equal(t, []any{energy.Kilowatt, true}, []any{s.BaseLoad, s.BaseLoadKnown})
}

// TestOverviewOfLittle checks that unknown figures are marked unknown.
func TestOverviewOfLittle(t *testing.T) {
	now := energy.InstantOf(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	empty := overviewBuilder{totals: newQuarterTotals(now.Add(-60*energy.DayMs), now), zone: time.UTC, now: now}.overview()
	require.False(t, empty.Today.Known || empty.MonthToDate.Known || empty.SameLastMonth.Known)
	require.False(t, empty.Projected || empty.LoadFactorKnown || empty.BaseLoadKnown)
}
