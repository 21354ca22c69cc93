package energytest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// settled quarantines an impossible step of a register, and a step after a silence of years, until a person rules on them; each
// ruling can be replaced by another.
func settled(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	at := Start + 15*minute
	long := Start + 500*day
	batch := []energy.Reading{
		Register("m", Start, kwh("100")), Register("m", at, kwh("5100")), Register("m", at+15*minute, kwh("5101")),
		Register("s", Start, kwh("100")), Register("s", long, kwh("150")), Register("s", long+15*minute, kwh("151")),
	}
	_, err := store.Append(ctx, batch, Traits)
	require.NoError(t, err)
	held, err := store.Quarantined(ctx, []energy.DeviceID{"m", "s"}, energy.Key{}, 10)
	require.NoError(t, err)
	require.Equal(t, []ledger.QuarantinedReading{
		{Reading: batch[1], Before: ledger.Base{At: Start, Value: int64(kwh("100")), Known: true}},
		{Reading: batch[4], Before: ledger.Base{At: Start, Value: int64(kwh("100")), Known: true}},
	}, held)
	held, err = store.Quarantined(ctx, []energy.DeviceID{"m", "s"}, batch[1].Key(), 1)
	require.NoError(t, err)
	require.Len(t, held, 1)
	require.Equal(t, []string{"1", "1"}, []string{Total(t, store, "m").KWh(), Total(t, store, "s").KWh()})

	rule := func(key energy.Key, ruling ledger.Ruling) {
		c, err := store.Correct(ctx, ledger.Correction{Key: key, Ruling: ruling, Reason: "r", By: "b", Made: Now}, Traits)
		require.NoError(t, err)
		require.Equal(t, c.Before, c.After)
	}
	rule(batch[1].Key(), ledger.AcceptStep)
	rule(batch[4].Key(), ledger.AcceptStep)
	require.Equal(t, []string{"5001", "51"}, []string{Total(t, store, "m").KWh(), Total(t, store, "s").KWh()})
	held, err = store.Quarantined(ctx, []energy.DeviceID{"m", "s"}, energy.Key{}, 10)
	require.NoError(t, err)
	require.Empty(t, held)
	rule(batch[1].Key(), ledger.RestartCounter)
	require.Equal(t, "1", Total(t, store, "m").KWh())
	made, err := store.Corrections(ctx, batch[1].Key())
	require.NoError(t, err)
	require.Equal(t, []ledger.Ruling{ledger.AcceptStep, ledger.RestartCounter}, []ledger.Ruling{made[0].Ruling, made[1].Ruling})
	outcomes, err := store.Append(ctx, batch, Traits)
	require.NoError(t, err)
	require.Equal(t, energy.Duplicate, outcomes[1].Result, "what is settled may be sent again")
}
