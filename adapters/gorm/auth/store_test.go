package gormauth_test

import (
	"context"
	"fmt"
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
