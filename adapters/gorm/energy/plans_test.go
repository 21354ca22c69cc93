package gormenergy

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// TestNeighboursAreLookedUpByTheKey reads the plan of the query for overlaps in a month without statistics: without the settings,
// PostgreSQL may read and sort all later readings of the device, for each reading that is stored.
func TestNeighboursAreLookedUpByTheKey(t *testing.T) {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Options{URL: databasetest.Postgres(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.Migrate(ctx, "energy", Migrations()))
	for _, statement := range []string{
		"CREATE TABLE energy_readings_2026_01 PARTITION OF energy_readings FOR VALUES FROM (1767225600000) TO (1769904000000) WITH (autovacuum_enabled = false)",
		"INSERT INTO energy_readings (device_id, at, kind, value, span) SELECT 'd' || n % 64, 1767225600000 + n * 1000, 1, 1, 1000 FROM generate_series(1, 64000) AS n",
	} {
		require.NoError(t, db.Write.Exec(statement).Error)
	}
	// A cached plan does not know the bounds.
	look := strings.NewReplacer("$8", "$4", "$9", "$5").Replace(isClaimed)
	look = "PREPARE look (text[], bigint[], bigint[], bigint, bigint) AS SELECT " + look + " FROM unnest($1, $2, $3) AS n (device_id, at, span)"
	plan := func(before string) (lines []string) {
		require.NoError(t, db.Transact(ctx, func(tx *gorm.DB) error {
			for _, statement := range []string{before, "SET LOCAL random_page_cost = 100", "SET LOCAL plan_cache_mode = force_generic_plan", look} {
				if err := tx.Exec(statement).Error; err != nil {
					return err
				}
			}
			if err := tx.Raw("EXPLAIN EXECUTE look ('{d1}', '{1767225700000}', '{1000}', 1767225600000, 1769904000000)").Scan(&lines).Error; err != nil {
				return err
			}
			return tx.Exec("DEALLOCATE look").Error
		}))
		return lines
	}
	byKey := strings.Join(plan(byIndex), "\n")
	require.Contains(t, byKey, "Index Scan using energy_readings_2026_01_pkey")
	require.NotContains(t, byKey, "Sort")
}
