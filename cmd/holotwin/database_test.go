package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// TestEveryTableCanBeMoved looks for tables whose rows logical replication cannot find: Citus moves a campus to another worker with it, and
// refuses to if there is one.
func TestEveryTableCanBeMoved(t *testing.T) {
	db, err := database.Open(t.Context(), database.Options{URL: databasetest.Postgres(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, migrate(t.Context(), config.Config{Modules: []string{config.Auth, config.Energy, config.Advice}}, db))
	var tables []string
	require.NoError(t, db.Read.Raw(`SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
		AND relreplident <> 'f' AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisprimary)`).Scan(&tables).Error)
	require.Empty(t, tables, "give it a primary key, or REPLICA IDENTITY FULL")
}
