package ledger

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
)

func TestSharesAddUpToTheEnergyAndTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := energy.Instant(rapid.Int64Range(int64(energy.EarliestInstant), 2_000_000_000_000).Draw(t, "from"))
		span := rapid.Int64Range(1, 3*energy.DayMs).Draw(t, "span")
		e := energy.Energy(rapid.Int64Range(0, 1<<45).Draw(t, "energy"))
		var sum energy.Energy
		var ms int64
		last := int64(-1)
		spread(from, from.Add(span), e, func(s Share) {
			require.GreaterOrEqual(t, s.Energy, energy.Energy(0))
			require.Greater(t, s.Quarter, last)
			sum, ms, last = sum+s.Energy, ms+s.Ms, s.Quarter
		})
		require.Equal(t, e, sum)
		require.Equal(t, span, ms)
	})
}

func TestAnIntervalUpToMidnightBelongsToTheDayBefore(t *testing.T) {
	midnight := energy.QuarterStart(96 * 20_000)
	spread(midnight.Add(-energy.QuarterMs), midnight, 1000, func(s Share) {
		require.Equal(t, Share{Quarter: 96*20_000 - 1, Energy: 1000, Ms: energy.QuarterMs}, s)
	})
}

func TestAPageIsReadBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var page, back Page
		for range rapid.IntRange(0, 96).Draw(t, "n") {
			page.Quarters[rapid.IntRange(0, 95).Draw(t, "i")] = Quarter{
				Energy: energy.Energy(rapid.Int64().Draw(t, "energy")), Estimated: energy.Energy(rapid.Int64().Draw(t, "estimated")),
				Measured: rapid.OneOf(rapid.Just(energy.QuarterMs), rapid.Int64()).Draw(t, "measured"), Filled: rapid.Int64().Draw(t, "filled"),
			}
		}
		require.NoError(t, back.DecodeQuarters(page.EncodeQuarters()))
		require.Equal(t, page.Quarters, back.Quarters)
	})
}

func FuzzDecodeQuarters(f *testing.F) {
	f.Add([]byte{1, 2, 31, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var page, back Page
		if page.DecodeQuarters(b) != nil {
			return
		}
		require.NoError(t, back.DecodeQuarters(page.EncodeQuarters()))
		require.Equal(t, page.Quarters, back.Quarters)
	})
}
