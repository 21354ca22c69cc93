package gormenergy_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// before are the migrations of the dialect up to one.
type before struct {
	fs.FS
	version string
	not     string
}

func (b before) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(b.FS, name)
	var kept []fs.DirEntry
	for _, e := range entries {
		if e.Name() < b.version && !strings.HasSuffix(e.Name(), b.not) {
			kept = append(kept, e)
		}
	}
	return kept, err
}

// TestNewcomersOfAnOlderVersion keeps the rows of an older version: those that are there when the schema changes, and those that a server
// of that version still writes while both run. It also goes back.
func TestNewcomersOfAnOlderVersion(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "energy", before{gormenergy.Migrations(), "00140", "none"}))
		formerly := func(address, space string, at ...int) {
			require.NoError(t, db.Write.Exec(`INSERT INTO energy_newcomers (address, dialect, space_id, first_seen, last_seen, messages, said, kept) VALUES (?, 'x', ?, 1, 2, ?, 1, ?)`,
				address, space, len(at), len(at)).Error)
			for _, one := range at {
				require.NoError(t, db.Write.Exec(`INSERT INTO energy_newcomer_measures (address, at, source, kind, value, span) VALUES (?, ?, 1, 2, ?, 0)`, address, one, one).Error)
			}
		}
		formerly("one", "sp_a", 10, 20, 30)
		formerly("two", "")
		require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
		store := gormenergy.New(db, energytest.Clock{})
		formerly("one", "sp_a", 20, 40)
		formerly("three", "sp_b", 5)
		require.NoError(t, store.MoveFormer(ctx))
		require.NoError(t, store.MoveFormer(ctx))
		all, err := store.Discovered(ctx)
		require.NoError(t, err)
		held := map[intake.DiscoveredKey]int64{}
		for _, n := range all {
			held[n.Key()] = n.Held
		}
		require.Equal(t, map[intake.DiscoveredKey]int64{{Space: "sp_a", Address: "one"}: 5, {Address: "two"}: 0, {Space: "sp_b", Address: "three"}: 1}, held)
		var kept []intake.BufferedMeasurement
		_, left, err := store.Settle(ctx, intake.DiscoveredKey{Space: "sp_a", Address: "one"}, 10, intake.Settlement{
			Readings: func(_ intake.DiscoveredDevice, some []intake.BufferedMeasurement) ([]energy.Reading, bool) {
				kept = some
				return nil, true
			},
		})
		require.NoError(t, err)
		require.False(t, left)
		require.Equal(t, []energy.Instant{10, 20, 20, 30, 40}, []energy.Instant{kept[0].At, kept[1].At, kept[2].At, kept[3].At, kept[4].At})

		pool, err := db.Write.DB()
		require.NoError(t, err)
		dialect, not := goose.DialectSQLite3, "_postgres.sql"
		if db.Dialect == database.Postgres {
			dialect, not = goose.DialectPostgres, "_sqlite.sql"
		}
		provider, err := goose.NewProvider(dialect, pool, before{gormenergy.Migrations(), "99999", not}, goose.WithTableName("goose_energy"), goose.WithDisableGlobalRegistry(true))
		require.NoError(t, err)
		_, err = provider.DownTo(ctx, 130)
		require.NoError(t, err)
		var n, measures int64
		require.NoError(t, db.Read.Raw("SELECT count(*) FROM energy_newcomers").Scan(&n).Error)
		require.NoError(t, db.Read.Raw("SELECT count(*) FROM energy_newcomer_measures").Scan(&measures).Error)
		require.Equal(t, []int64{3, 5}, []int64{n, measures}, "of one instant the first stays")
	})
}
