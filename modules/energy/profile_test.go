package energy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestProfile averages two Mondays in a zone off the hour, of which one quarter hour is a gap and one estimated.
func TestProfile(t *testing.T) {
	zone := time.FixedZone("Kathmandu", (5*60+45)*60)
	monday := InstantOf(time.Date(2026, 11, 2, 0, 0, 0, 0, zone))
	week := 7 * Instant(dayMs)
	tally := newTally(monday, monday+week+Instant(dayMs))
	for i := range tally.span.quarters {
		tally.count[i], tally.expected[i] = 1, 1
	}
	put := func(at Instant, q Quarter) {
		i := quarterOf(at) - tally.span.first
		tally.span.quarters[i], tally.measured[i] = q, float64(q.Measured)/float64(quarterMs)
	}
	nine := monday + 9*4*Instant(quarterMs)
	for i := range Instant(4) {
		put(nine+i*Instant(quarterMs), Quarter{Energy: 250_000, Measured: quarterMs})
	}
	put(nine+week, Quarter{Energy: 500_000, Measured: quarterMs})
	put(nine+week+Instant(quarterMs), Quarter{Energy: 500_000, Estimated: 500_000, Filled: quarterMs})

	p := profileOf(tally, zone, monday+week+Instant(dayMs))
	hour := p[time.Monday][9]
	require.True(t, hour.Known)
	require.Equal(t, MeanPower(2_000_000, 6*quarterMs), hour.Mean, "2 kWh in an hour and a half")
	require.InDelta(t, 5.0/8, hour.Coverage, 1e-9)
	require.Equal(t, ProfileHour{}, p[time.Monday][10], "a gap is not a zero")
	require.Zero(t, profileOf(tally, zone, monday)[time.Monday][9], "what is to come is not known")
}
