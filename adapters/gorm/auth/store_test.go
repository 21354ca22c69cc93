package gormauth_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	"github.com/holotwin/holotwin/modules/auth/authtest"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestStore(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "auth", gormauth.Migrations()))
		authtest.Run(t, gormauth.New(db))
	})
}
