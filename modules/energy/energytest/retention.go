package energytest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// forgotten drops old readings. The totals stay, and so does the value that the first kept reading was subtracted from.
func forgotten(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	february := Start + 31*day - 5*hour // of UTC
	var batch []energy.Reading
	for i := energy.Instant(-3); i < 3; i++ {
		at := february + i*15*minute
		batch = append(batch, Register("m", at, kwh("100")+energy.Energy(i)*energy.KilowattHour), Interval("i", at, energy.KilowattHour))
	}
	_, err := store.Append(ctx, batch, Traits)
	require.NoError(t, err)
	key := energy.Key{Device: "i", At: february - 15*minute}
	_, err = store.Correct(ctx, ledger.Correction{Key: key, Reason: "r", By: "b", Made: Now}, Traits)
	require.NoError(t, err)
	before := [][]ledger.Page{Pages(t, store, "m"), Pages(t, store, "i")}

	n, err := store.ForgetReadings(ctx, february)
	require.NoError(t, err)
	require.EqualValues(t, 6, n)
	require.Equal(t, before, [][]ledger.Page{Pages(t, store, "m"), Pages(t, store, "i")})
	left, err := store.List(ctx, []energy.DeviceID{"m", "i"}, 0, Now, energy.Key{}, 100)
	require.NoError(t, err)
	require.Len(t, left, 6)
	made, err := store.Corrections(ctx, key)
	require.NoError(t, err)
	require.Empty(t, made)

	first := Register("m", february, kwh("100.5"))
	_, err = store.Correct(ctx, ledger.Correction{Key: first.Key(), After: &first, Reason: "r", By: "b", Made: Now}, Traits)
	require.NoError(t, err)
	require.Equal(t, "5", Total(t, store, "m").KWh(), "from 97 to 102, whatever lies between")
	n, err = store.ForgetReadings(ctx, february)
	require.NoError(t, err)
	require.Zero(t, n)

	require.NoError(t, store.ForgetTotals(ctx, int32(february/day)))
	require.Equal(t, "1.5", Total(t, store, "m").KWh(), "from 100.5 to 102")
	require.NoError(t, store.Snapshot(ctx, []energy.DeviceID{"m"}, func(books ledger.Books) error {
		begun, err := books.FirstDays()
		require.Equal(t, map[energy.DeviceID]int32{"m": int32(february / day)}, begun)
		return err
	}))
}
