package gormadvice_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestStore(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "advice", gormadvice.Migrations()))
		advicetest.RunStore(t, func(t *testing.T) advicetest.Store {
			// A fresh database a case would cost more than the case.
			for _, table := range []string{"advice_events", "advice_recommendations", "advice_analyses", "advice_reports", "advice_scenarios", "advice_jobs", "advice_wordings", "advice_runs", "advice_day_answers"} {
				require.NoError(t, db.Write.Exec("DELETE FROM "+table).Error)
			}
			return gormadvice.New(db)
		})
	})
}
