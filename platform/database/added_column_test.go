package database_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// TestAColumnOfTheNextVersionDisturbsNoReader reads a table on one connection before and after a column is added to it, as a running
// server does while the next version migrates.
func TestAColumnOfTheNextVersionDisturbsNoReader(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		first := fstest.MapFS{"00001_lamps.sql": {Data: []byte("-- +goose Up\nCREATE TABLE lamps (id TEXT PRIMARY KEY);\n")}}
		require.NoError(t, db.Migrate(t.Context(), "lamps", first))
		require.NoError(t, db.Write.Exec("INSERT INTO lamps (id) VALUES ('a')").Error)
		type lamp struct{ ID string }
		for _, column := range []string{"", "colour", "watts"} {
			if column != "" {
				require.NoError(t, db.Write.Exec("ALTER TABLE lamps ADD COLUMN "+column+" TEXT NOT NULL DEFAULT ''").Error)
			}
			for range 20 { // each connection of the pool
				var lamps []lamp
				require.NoError(t, db.Read.Table("lamps").Find(&lamps).Error)
				require.Equal(t, []lamp{{ID: "a"}}, lamps)
			}
		}
	})
}
