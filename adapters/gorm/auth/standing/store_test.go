package gormstanding_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	gormstanding "github.com/holotwin/holotwin/adapters/gorm/auth/standing"
	"github.com/holotwin/holotwin/modules/auth/standing/standingtest"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestStore(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "standing", gormstanding.Migrations()))
		standingtest.Run(t, gormstanding.New(db))
	})
}
