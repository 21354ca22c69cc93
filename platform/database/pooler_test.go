package database_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// TestATransactionPoolerIsBorne opens several pools, as several processes do, behind PgBouncer with fewer connections than they open, so
// that each statement may run on a connection that another client used before.
func TestATransactionPoolerIsBorne(t *testing.T) {
	pooled, direct := databasetest.Pooled(t)
	pools := make([]*database.Database, 3)
	for i := range pools {
		db, err := database.Open(t.Context(), database.Options{URL: pooled, DirectURL: direct, Connections: 8})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		pools[i] = db
	}
	require.NoError(t, pools[0].Write.Exec("CREATE TABLE counted (id bigint PRIMARY KEY, n bigint NOT NULL)").Error)
	require.NoError(t, pools[0].Write.Exec("INSERT INTO counted VALUES (1, 0)").Error)
	var all sync.WaitGroup
	failed := make(chan error, 3*8*20)
	for _, db := range pools {
		for range 8 {
			all.Go(func() {
				for range 20 {
					failed <- countOne(t.Context(), db)
				}
			})
		}
	}
	all.Wait()
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
	var n int
	require.NoError(t, pools[1].Read.Raw("SELECT n FROM counted WHERE id = ?", 1).Scan(&n).Error)
	require.Equal(t, 3*8*20, n)
}

func countOne(ctx context.Context, db *database.Database) error {
	return db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE counted SET n = n + ? WHERE id = ?", 1, 1).Error
	})
}

// TestAPoolerWithoutADirectAddressIsNamed shows what an operator reads who sets the pooler's address alone.
func TestAPoolerWithoutADirectAddressIsNamed(t *testing.T) {
	pooled, _ := databasetest.Pooled(t)
	_, err := database.Open(t.Context(), database.Options{URL: pooled})
	require.ErrorContains(t, err, "set the address of PostgreSQL itself in DIRECT_DB_URL")
}

// TestTransactionsBehindAPoolerAreBounded shows that a transaction has the limits that a pooler does not pass on from the connection's
// start, also one that the URL sets, and that they end with it: the next client of the connection does not inherit them.
func TestTransactionsBehindAPoolerAreBounded(t *testing.T) {
	pooled, direct := databasetest.Pooled(t)
	db, err := database.Open(t.Context(), database.Options{URL: pooled + "&lock_timeout=7s", DirectURL: direct, Connections: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	limits := func(tx *gorm.DB) (statement, lock, idle string) {
		require.NoError(t, tx.Raw("SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')").
			Row().Scan(&statement, &lock, &idle))
		return statement, lock, idle
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	require.NoError(t, db.Transact(ctx, func(tx *gorm.DB) error {
		statement, lock, idle := limits(tx)
		require.Equal(t, []string{"1min", "7s", "1min"}, []string{statement, lock, idle})
		return nil
	}))
	statement, lock, idle := limits(db.Read)
	require.Equal(t, []string{"0", "0", "0"}, []string{statement, lock, idle})
}
