package energytest

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// corrected changes, withdraws and restores a quarter of a mixed stream. The books must equal those of a store that received only
// the final values, where a withdrawn power is a refused one.
func corrected(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	chance := rand.New(rand.NewPCG(5, 8))
	stream := mixedStream(chance, 120)
	store := fresh(t)
	send(t, store, stream, 50)
	final := make(map[energy.Key]energy.Reading, len(stream))
	for _, r := range stream {
		final[r.Key()] = r
	}
	for range len(stream) / 4 {
		was := stream[chance.IntN(len(stream))]
		c := ledger.Correction{Key: was.Key(), Reason: "prueba", By: "us_1", Made: Now}
		if chance.IntN(3) > 0 {
			is := was
			is.Energy, is.Power = was.Energy*energy.Energy(chance.IntN(3)), was.Power/2
			c.After = &is
			final[was.Key()] = is
		} else {
			delete(final, was.Key())
		}
		_, err := store.Correct(context.Background(), c, Traits)
		require.NoError(t, err)
	}
	books := booksOf(t, store)
	send(t, store, stream, 50) // sending everything again changes nothing
	require.Equal(t, books, booksOf(t, store))

	var standing []energy.Reading
	for _, r := range stream {
		is, there := final[r.Key()]
		if !there && r.Kind == energy.Sample {
			is, there = energy.Reading{Device: r.Device, At: r.At, Kind: energy.Rejected}, true
		}
		if there {
			standing = append(standing, is)
		}
	}
	plain := fresh(t)
	send(t, plain, standing, 50)
	require.Equal(t, booksOf(t, plain), books)
}

func booksOf(t *testing.T, store ledger.Readings) []ledger.Page {
	t.Helper()
	var books []ledger.Page
	for _, d := range []energy.DeviceID{"interval", "register", "sampler"} {
		books = append(books, Pages(t, store, d)...)
	}
	return books
}

func kept(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	first := Stated("ac-1", Now-hour, 400, 15*minute)
	second := first
	second.Energy = 500
	_, err := store.Append(ctx, []energy.Reading{first}, Traits)
	require.NoError(t, err)
	correct := func(after *energy.Reading, reason string) ledger.Correction {
		c, err := store.Correct(ctx, ledger.Correction{Key: first.Key(), After: after, Reason: reason, By: "us_1", Made: Now}, Traits)
		require.NoError(t, err)
		return c
	}
	correct(&second, "leído mal")
	correct(&second, "nada cambia")
	correct(nil, "del equipo vecino")
	_, err = store.Reading(ctx, first.Key())
	require.ErrorAs(t, err, &energy.ErrNotFound{})
	require.Zero(t, Total(t, store, "ac-1"))
	outcomes, err := store.Append(ctx, []energy.Reading{first}, Traits)
	require.NoError(t, err)
	require.Equal(t, energy.Duplicate, outcomes[0].Result)
	require.Zero(t, Total(t, store, "ac-1"))
	correct(&first, "era suyo")
	require.Equal(t, energy.Energy(400), Total(t, store, "ac-1"))

	made, err := store.Corrections(ctx, first.Key())
	require.NoError(t, err)
	require.Equal(t, []ledger.Correction{
		{Key: first.Key(), Before: &first, After: &second, Reason: "leído mal", By: "us_1", Made: Now},
		{Key: first.Key(), Before: &second, Reason: "del equipo vecino", By: "us_1", Made: Now},
		{Key: first.Key(), After: &first, Reason: "era suyo", By: "us_1", Made: Now},
	}, made)
	_, err = store.Correct(ctx, ledger.Correction{Key: energy.Key{Device: "ac-1", At: 5}}, Traits)
	require.ErrorAs(t, err, &energy.ErrNotFound{})
}

func restated(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	late, live := Interval("late", Now-90*day, 7), Interval("live", Now, 7)
	_, err := store.Append(ctx, []energy.Reading{late, live}, Traits)
	require.NoError(t, err)
	devices := []energy.DeviceID{"late", "live"}
	days := func(since energy.Instant, after ledger.Restatement) []energy.DeviceID {
		found, err := store.Restated(ctx, devices, since, after, 10)
		require.NoError(t, err)
		var named []energy.DeviceID
		for _, r := range found {
			from, to := r.Span()
			require.True(t, from < to && r.Changed == Now)
			named = append(named, r.Page.Device)
		}
		return named
	}
	require.Equal(t, []energy.DeviceID{"late"}, days(0, ledger.Restatement{}))
	_, err = store.Correct(ctx, ledger.Correction{Key: live.Key(), Reason: "x", By: "us_1", Made: Now}, Traits)
	require.NoError(t, err)
	require.Equal(t, devices, days(Now, ledger.Restatement{}))
	require.Equal(t, devices[1:], days(0, ledger.Restatement{Page: ledger.PageKey{Device: "late", Day: 1 << 20}, Changed: Now}))
	require.Empty(t, days(Now+1, ledger.Restatement{}))
}
