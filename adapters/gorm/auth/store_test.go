package gormauth_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/authtest"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestStore(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "auth", gormauth.Migrations()))
		authtest.Run(t, gormauth.New(db))
	})
}

// before are the migrations of the dialect up to one.
type before struct {
	fs.FS
	version string
}

func (b before) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(b.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() >= b.version }), err
}

// TestUsersAndKeysOfAnOlderVersion migrates a database with users and keys. A server of the version before may still add some: keys
// never expire, and no user has the password of the first start.
func TestUsersAndKeysOfAnOlderVersion(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "auth", before{gormauth.Migrations(), "00030"}))
		add := func(id string) {
			require.NoError(t, db.Write.Exec("INSERT INTO auth_users (id, email, role, login, password_hash, created_at) VALUES (?, ?, 'admin', 'password', 'h', 1)", id, id).Error)
			require.NoError(t, db.Write.Exec("INSERT INTO auth_keys (id, name, digest, devices, created_at) VALUES (?, 'Sala', ?, '[\"ac-1\"]', 1)", id, id).Error)
		}
		add("former")
		before := time.Now().Truncate(time.Second)
		require.NoError(t, db.Migrate(ctx, "auth", gormauth.Migrations()))
		add("late")
		store := gormauth.New(db)
		for _, id := range []string{"former", "late"} {
			user, found, err := store.User(ctx, id)
			require.NoError(t, err)
			require.True(t, found)
			require.False(t, user.InitialPassword)
			key, found, err := store.Key(ctx, id)
			require.NoError(t, err)
			require.True(t, found)
			require.Zero(t, key.Expires)
		}
		changes, err := store.ChangedSince(ctx, time.Now())
		require.NoError(t, err)
		require.False(t, changes.RecordedFrom.Before(before), "%v", changes.RecordedFrom)
		require.False(t, changes.RecordedFrom.After(time.Now().Add(time.Second)), "%v", changes.RecordedFrom)
	})
}

// TestThrottleStaysSmall takes tries of many accounts from one network, as fast as passwords are compared: expired rows are
// deleted along the way.
func TestThrottleStaysSmall(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "auth", gormauth.Migrations()))
		store := gormauth.New(db)
		now := time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)
		for i := range 400 {
			account := fmt.Sprintf("account %d", i)
			_, err := store.Take(ctx, now.Add(time.Duration(i)*150*time.Millisecond), auth.Allowance{Key: "network", PerMinute: 100},
				auth.Allowance{Key: account + " from network", PerMinute: 10}, auth.Allowance{Key: account, PerMinute: 30})
			require.NoError(t, err)
		}
		var rows int
		require.NoError(t, db.Read.Raw("SELECT COUNT(*) FROM auth_throttle").Scan(&rows).Error)
		require.Less(t, rows, 60)
	})
}
