package database_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
)

// TestACommitThatAWorkerLostIsAnError makes the server warn as Citus does when a worker is lost at the commit: what was to be stored may not
// be, so the caller gets an error and sends again, and the next one does not.
func TestACommitThatAWorkerLostIsAnError(t *testing.T) {
	eachWay(t, func(t *testing.T, of func(schema string) database.Options) {
		options := of("cali")
		options.Connections = 1
		db, err := database.Open(t.Context(), options)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		const warn, silent = "DO $$ BEGIN RAISE WARNING 'failed to commit transaction on 127.0.0.1:9701'; END $$", "SELECT 1"
		for name, run := range map[string]func(statement string) error{
			"transaction": func(statement string) error {
				return db.Transact(t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement).Error })
			},
			"statement": func(statement string) error { return db.Write.Exec(statement).Error },
			"batch": func(statement string) error {
				return db.OnPostgres(t.Context(), func(conn *pgx.Conn) error {
					batch := &pgx.Batch{}
					batch.Queue("SELECT 1")
					batch.Queue(statement)
					return conn.SendBatch(t.Context(), batch).Close()
				})
			},
		} {
			err := run(warn)
			require.ErrorContains(t, err, "failed to commit transaction", name)
			require.True(t, database.IsUnavailable(err), name)
			require.NoError(t, run(silent), name)
		}
	})
}
