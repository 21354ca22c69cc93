package energytest

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// refusedPowers sends powers, some of them refused, in any order and repeatedly: the time around a refused one is a gap.
func refusedPowers(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	ctx := context.Background()
	chance := rand.New(rand.NewPCG(8, 1))
	for _, begin := range []energy.Instant{Start, Now - 5*hour} {
		var all []energy.Reading
		for i := range energy.Instant(13) {
			r := Sample("m", begin+i*minute, 600*energy.Watt)
			if i > 0 && i < 7 {
				r = energy.Reading{Device: "m", At: r.At, Kind: energy.Rejected}
			}
			all = append(all, r)
		}
		for round := range 6 {
			store := fresh(t)
			if round > 0 {
				chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			}
			for range 2 {
				send(t, store, all, []int{13, 1, 4}[round%3])
				require.Equal(t, "0.05", Total(t, store, "m").KWh(), "five minutes of 600 W")
			}
			var measured int64
			for _, page := range Pages(t, store, "m") {
				for _, q := range page.Quarters {
					measured += q.Measured
				}
			}
			require.Equal(t, int64(5*minute), measured)
			list, err := store.List(ctx, []energy.DeviceID{"m"}, 0, Now, energy.Key{}, 100)
			require.NoError(t, err)
			require.Len(t, list, 7, "what was refused is no reading")
			_, err = store.Reading(ctx, energy.Key{Device: "m", At: begin + 2*minute})
			require.ErrorAs(t, err, &energy.ErrNotFound{})
		}
		store := fresh(t)
		send(t, store, all, 13)
		outcomes, err := store.Append(ctx, []energy.Reading{Sample("m", begin+3*minute, 0)}, Traits)
		require.NoError(t, err)
		require.Equal(t, energy.Conflict, outcomes[0].Result, "another value was sent for that instant")
		given := Sample("m", begin+minute, 600*energy.Watt)
		_, err = store.Correct(ctx, ledger.Correction{Key: given.Key(), After: &given, Reason: "r", By: "b", Made: Now}, Traits)
		require.NoError(t, err)
		require.Equal(t, "0.06", Total(t, store, "m").KWh(), "a person may say what it was")
	}
}

// withdrawnPowers withdraws a power: the time before and after it becomes unknown.
func withdrawnPowers(t *testing.T, store ledger.Readings) {
	var all []energy.Reading
	for i := range energy.Instant(5) {
		all = append(all, Sample("m", Start+i*minute, 600*energy.Watt))
	}
	send(t, store, all, 5)
	correct := func(after *energy.Reading, want string) {
		_, err := store.Correct(context.Background(), ledger.Correction{Key: all[2].Key(), After: after, Reason: "r", By: "b", Made: Now}, Traits)
		require.NoError(t, err)
		require.Equal(t, want, Total(t, store, "m").KWh())
	}
	correct(nil, "0.02")
	correct(&all[2], "0.04")
	correct(nil, "0.02")
	send(t, store, all, 1)
	require.Equal(t, "0.02", Total(t, store, "m").KWh())
}
