package gormenergy_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/database/transfer"
)

// TestJournalledReadingsAreRestored backs up readings of several months of which some are not posted to their pages, and restores them
// into both kinds of database. SQLite has no journal.
func TestJournalledReadingsAreRestored(t *testing.T) {
	db := openPostgres(t)
	require.NoError(t, db.Migrate(t.Context(), "energy", gormenergy.Migrations()))
	store := gormenergy.New(db, energytest.Clock{})
	wanted := energy.Energy(0)
	add := func(from energy.Instant, n int) {
		for i := range n {
			reading := energytest.Interval("d", from.Add(int64(i)*energy.QuarterMs), energy.KilowattHour/7)
			_, err := store.Append(t.Context(), []energy.Reading{reading}, energytest.Traits)
			require.NoError(t, err)
			wanted += energy.KilowattHour / 7
		}
	}
	add(energytest.Start, 3)
	_, err := store.Post(t.Context())
	require.NoError(t, err)
	add(energytest.Start.Add(45*energy.DayMs), 100)
	require.Equal(t, wanted, energytest.Total(t, store, "d"))
	parts := []transfer.Part{{Name: "energy", Schema: gormenergy.Migrations(), Rules: gormenergy.Transfer()}}
	var file bytes.Buffer
	_, err = transfer.Save(t.Context(), db, parts, &file, transfer.SaveOptions{Now: func() time.Time { return energytest.Now.Time() }})
	require.NoError(t, err)
	for kind, url := range map[string]string{"sqlite": databasetest.SQLite(t), "postgres": databasetest.Postgres(t)} {
		_, err := transfer.Load(t.Context(), database.Options{URL: url}, parts, bytes.NewReader(file.Bytes()), transfer.LoadOptions{})
		require.NoError(t, err, kind)
		restored, err := database.Open(t.Context(), database.Options{URL: url})
		require.NoError(t, err, kind)
		again := gormenergy.New(restored, energytest.Clock{})
		require.Equal(t, wanted, energytest.Total(t, again, "d"), kind)
		require.Equal(t, firstDays(t, store), firstDays(t, again), kind)
		_, err = again.Post(t.Context())
		require.NoError(t, err, kind)
		require.Equal(t, wanted, energytest.Total(t, again, "d"), kind)
		require.NoError(t, restored.Close())
	}
}

func firstDays(t *testing.T, store *gormenergy.Store) (days map[energy.DeviceID]int32) {
	t.Helper()
	require.NoError(t, store.Snapshot(t.Context(), []energy.DeviceID{"d"}, func(books ledger.Books) (err error) {
		days, err = books.FirstDays()
		return err
	}))
	return days
}
