package energytest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

var errRefused = errors.New("refused")

// changedEntry changes a calendar entry and moves it to another space.
func changedEntry(t *testing.T, store CampusStore) {
	ctx := context.Background()
	entry := calendar.Entry{ID: "cal_c", Space: "sp_c", Name: "Cierre", Kind: calendar.Closed, From: "2026-01-20", To: "2026-01-30"}
	require.NoError(t, store.AddCalendarEntry(ctx, entry))
	want := calendar.Entry{ID: "cal_c", Space: "sp_d", Name: "Horario", Kind: calendar.Opening, Hours: []calendar.Hours{{Days: []calendar.Day{"mon"}, From: 420, To: 1200}}}
	changed, err := store.ChangeCalendarEntry(ctx, "cal_c", func(e calendar.Entry) (calendar.Entry, error) {
		require.Equal(t, entry, e)
		return want, nil
	})
	require.NoError(t, err)
	require.Equal(t, want, changed)
	_, err = store.ChangeCalendarEntry(ctx, "cal_c", func(e calendar.Entry) (calendar.Entry, error) { return entry, errRefused })
	require.ErrorIs(t, err, errRefused)
	_, err = store.ChangeCalendarEntry(ctx, "cal_x", func(e calendar.Entry) (calendar.Entry, error) { return e, nil })
	require.ErrorAs(t, err, &energy.ErrNotFound{})
	entries, err := store.CalendarEntries(ctx)
	require.NoError(t, err)
	require.Equal(t, []calendar.Entry{want}, entries)
	requireChanged(t, store, "sp_c", "sp_d")
	require.NoError(t, store.DropCalendarEntry(ctx, "cal_c"))
}

// changedTariff changes a tariff, moves it to another space, and counts up in many changes at once.
func changedTariff(t *testing.T, store CampusStore) {
	ctx := context.Background()
	tariff := tariffs.Tariff{
		ID: "tf_c", Space: "sp_e", Name: "T", Currency: "COP", ValidFrom: "2026-01-01", Price: decimal.RequireFromString("800.5"),
		Reactive: &tariffs.ReactiveRule{Price: decimal.RequireFromString("120.5"), Multiplier: decimal.RequireFromString("1")},
	}
	other := tariffs.Tariff{ID: "tf_o", Space: "sp_e", Name: "O", Currency: "COP", ValidFrom: "2025-01-01"}
	require.NoError(t, store.AddTariff(ctx, tariff))
	require.NoError(t, store.AddTariff(ctx, other))
	_, err := store.ChangeTariff(ctx, "tf_c", func(t tariffs.Tariff) (tariffs.Tariff, error) {
		t.ValidFrom = other.ValidFrom
		return t, nil
	})
	require.ErrorAs(t, err, &energy.ErrTaken{}, "a space has at most one tariff from a day")
	_, err = store.ChangeTariff(ctx, "tf_c", func(t tariffs.Tariff) (tariffs.Tariff, error) { return t, errRefused })
	require.ErrorIs(t, err, errRefused)
	_, err = store.ChangeTariff(ctx, "tf_x", func(t tariffs.Tariff) (tariffs.Tariff, error) { return t, nil })
	require.ErrorAs(t, err, &energy.ErrNotFound{})
	_, err = store.ChangeTariff(ctx, "tf_c", func(t tariffs.Tariff) (tariffs.Tariff, error) {
		t.Space, t.Reactive, t.ValidFrom = "sp_f", nil, other.ValidFrom
		return t, nil
	})
	require.NoError(t, err)
	const changes = 8
	var running sync.WaitGroup
	for range changes {
		running.Go(func() {
			_, err := store.ChangeTariff(ctx, "tf_c", func(t tariffs.Tariff) (tariffs.Tariff, error) {
				t.Price = t.Price.Add(decimal.NewFromInt(1))
				return t, nil
			})
			assert.NoError(t, err)
		})
	}
	running.Wait()
	all, err := store.Tariffs(ctx)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, []any{energy.SpaceID("sp_f"), "808.5", "2025-01-01", true}, []any{all[1].Space, all[1].Price.String(), all[1].ValidFrom, all[1].Reactive == nil}, "no change is lost")
	requireChanged(t, store, "sp_e", "sp_f")
	require.NoError(t, store.DropTariff(ctx, "tf_c"))
	require.NoError(t, store.DropTariff(ctx, "tf_o"))
}

// requireChanged checks that the past of spaces is recorded as changed.
func requireChanged(t *testing.T, store CampusStore, spaces ...energy.SpaceID) {
	t.Helper()
	changes, err := store.PastChanges(context.Background(), Now)
	require.NoError(t, err)
	for _, space := range spaces {
		require.Contains(t, changes, ledger.Changed{Space: space, At: Now})
	}
}
