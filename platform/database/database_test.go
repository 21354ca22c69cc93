package database_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var migrations = fstest.MapFS{
	"00001_things.sql":        {Data: []byte("-- +goose Up\nCREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT NOT NULL);\n-- +goose Down\nDROP TABLE things;\n")},
	"00002_more_sqlite.sql":   {Data: []byte("-- +goose Up\nCREATE TABLE only_sqlite (id INTEGER PRIMARY KEY) STRICT;\n")},
	"00002_more_postgres.sql": {Data: []byte("-- +goose Up\nCREATE TABLE only_postgres (ids BIGINT[]);\n")},
}

type thing struct {
	ID string `gorm:"primaryKey"`
	N  int64
}

func TestTransactionsCommitWholeOrNotAtAll(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "things", migrations))
		require.NoError(t, db.Migrate(ctx, "things", migrations), "migrating again changes nothing")
		pending, err := db.Pending(ctx, "things", migrations)
		require.NoError(t, err)
		require.False(t, pending)

		failed := errors.New("no")
		err = db.Transact(ctx, func(tx *gorm.DB) error {
			require.NoError(t, tx.Create(&thing{ID: "a", N: 1}).Error)
			return failed
		})
		require.ErrorIs(t, err, failed)
		var n int64
		require.NoError(t, db.Read.Model(&thing{}).Count(&n).Error)
		require.Zero(t, n)

		require.NoError(t, db.Write.Create(&thing{ID: "a", N: 1}).Error)
		require.True(t, database.IsUnique(db.Write.Create(&thing{ID: "a", N: 2}).Error))
		var list []thing
		require.NoError(t, db.Read.Order("id").Offset(1).Find(&list).Error)
		require.Empty(t, list)
	})
}

func TestConcurrentWritersAllCommit(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "things", migrations))
		require.NoError(t, db.Write.Create(&thing{ID: "a"}).Error)
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				err := db.Transact(ctx, func(tx *gorm.DB) error {
					return tx.Exec("UPDATE things SET n = n + 1 WHERE id = 'a'").Error
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		var a thing
		require.NoError(t, db.Read.Take(&a, "id = ?", "a").Error)
		require.EqualValues(t, 20, a.N)
	})
}

func TestThreeProcessesMigrateAtOnce(t *testing.T) {
	url := databasetest.Postgres(t)
	ctx := context.Background()
	var wait sync.WaitGroup
	for range 3 {
		db, err := database.Open(ctx, database.Options{URL: url, Connections: 4})
		require.NoError(t, err)
		wait.Go(func() {
			if err := db.Migrate(ctx, "things", migrations); err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestSecondProcessCannotOpenSQLiteFile(t *testing.T) {
	url := databasetest.SQLite(t)
	db, err := database.Open(context.Background(), database.Options{URL: url})
	require.NoError(t, err)
	_, err = database.Open(context.Background(), database.Options{URL: url})
	require.ErrorIs(t, err, database.ErrInUse)
	require.NoError(t, db.Close())
	db, err = database.Open(context.Background(), database.Options{URL: url})
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

// TestAChangeAndItsEntryAreOne checks that the first committed transaction of a context writes its audit entry.
func TestAChangeAndItsEntryAreOne(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "things", migrations))
		unavailable := errors.New("the audit is unavailable")
		var refused error
		db.Audit(func(tx *gorm.DB, e audit.Entry) error {
			return errors.Join(tx.Create(&thing{ID: "entry of " + e.Target, N: 1}).Error, refused)
		})
		audited := 0
		db.OnAudited(func() { audited++ })
		ids := func() (ids []string) {
			require.NoError(t, db.Read.Model(&thing{}).Order("id").Pluck("id", &ids).Error)
			return ids
		}
		ctx := audit.Begin(context.Background(), audit.Entry{Target: "a"})
		add := func(ctx context.Context, id string, failed error) error {
			return db.Transact(ctx, func(tx *gorm.DB) error { return errors.Join(tx.Create(&thing{ID: id}).Error, failed) })
		}
		refused = unavailable
		require.ErrorIs(t, add(ctx, "a", nil), unavailable)
		require.Empty(t, ids(), "without its entry nothing is changed")
		refused = nil
		require.Error(t, add(ctx, "a", errors.New("no")))
		require.Empty(t, ids(), "without its change no entry is written")
		require.NotNil(t, audit.PendingOf(ctx))
		require.NoError(t, add(audit.Without(ctx), "0", nil))
		require.Zero(t, audited)
		require.NoError(t, add(ctx, "a", nil))
		require.NoError(t, add(ctx, "b", nil), "the second transaction writes no second entry")
		require.NoError(t, add(context.Background(), "c", nil))
		require.Nil(t, audit.PendingOf(ctx))
		require.Equal(t, 1, audited)
		require.Equal(t, []string{"0", "a", "b", "c", "entry of a"}, ids())
	})
}
