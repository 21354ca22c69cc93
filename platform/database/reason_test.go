package database_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// TestReadOnlyDatabaseIsUnavailable writes to a read-only database: callers should retry later, and the operator gets the
// reason.
func TestReadOnlyDatabaseIsUnavailable(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		const write = "CREATE TABLE things (id BIGINT)"
		err := db.Read.WithContext(context.Background()).Transaction(func(tx *gorm.DB) error { return tx.Exec(write).Error }, &sql.TxOptions{ReadOnly: true})
		require.Error(t, err)
		require.True(t, database.IsUnavailable(err), "%v", err)
		want := "PostgreSQL is read-only"
		if db.Dialect == database.SQLite {
			want = "is not writable"
		}
		require.Contains(t, database.Reason(err), want)
		require.NoError(t, db.Write.Exec(write).Error)
		err = db.Write.Exec(write).Error
		require.False(t, database.IsUnavailable(err), "this error is permanent: %v", err)
	})
}
