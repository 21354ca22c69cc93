package usage

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// TestProfile averages two Mondays in a zone that is off the hour; one quarter hour is a gap and one is estimated.
func TestProfile(t *testing.T) {
	zone := time.FixedZone("Kathmandu", (5*60+45)*60)
	monday := energy.InstantOf(time.Date(2026, 11, 2, 0, 0, 0, 0, zone))
	week := 7 * energy.Instant(energy.DayMs)
	totals := newQuarterTotals(monday, monday+week+energy.Instant(energy.DayMs))
	for i := range totals.span.quarters {
		totals.count[i], totals.expected[i] = 1, 1
	}
	put := func(at energy.Instant, q ledger.Quarter) {
		i := energy.QuarterOf(at) - totals.span.first
		totals.span.quarters[i], totals.measured[i] = q, float64(q.Measured)/float64(energy.QuarterMs)
	}
	nine := monday + 9*4*energy.Instant(energy.QuarterMs)
	for i := range energy.Instant(4) {
		put(nine+i*energy.Instant(energy.QuarterMs), ledger.Quarter{Energy: 250_000, Measured: energy.QuarterMs})
	}
	put(nine+week, ledger.Quarter{Energy: 500_000, Measured: energy.QuarterMs})
	put(nine+week+energy.Instant(energy.QuarterMs), ledger.Quarter{Energy: 500_000, Estimated: 500_000, Filled: energy.QuarterMs})

	p := profileOf(totals, zone, monday+week+energy.Instant(energy.DayMs))
	hour := p[time.Monday][9]
	require.True(t, hour.Known)
	require.Equal(t, energy.MeanPower(2_000_000, 6*energy.QuarterMs), hour.Mean, "2 kWh in an hour and a half")
	require.InDelta(t, 5.0/8, hour.Coverage, 1e-9)
	require.Equal(t, ProfileHour{}, p[time.Monday][10], "a gap is not a zero")
	require.Zero(t, profileOf(totals, zone, monday)[time.Monday][9], "the future is unknown")
}
