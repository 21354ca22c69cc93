package gormenergy_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestReadings(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
		energytest.RunReadings(t, func(t *testing.T) energy.Readings {
			empty(t, db)
			return gormenergy.New(db, energytest.Clock{})
		})
	})
}

// empty takes all readings out; a fresh database a case would cost more than the case.
func empty(t *testing.T, db *database.Database) {
	t.Helper()
	tables := []string{"energy_readings", "energy_pages", "energy_past_changes"}
	if db.Dialect == database.Postgres {
		tables = append(tables, "energy_chains")
	}
	for _, table := range tables {
		require.NoError(t, db.Write.Exec("DELETE FROM "+table).Error)
	}
}

func TestCampus(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
		energytest.RunCampus(t, gormenergy.New(db, energytest.Clock{}))
	})
}
