package database_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// eachWay runs a test with the options of a database: directly, and behind PgBouncer with fewer connections than the test uses.
func eachWay(t *testing.T, run func(t *testing.T, of func(schema string) database.Options)) {
	t.Run("direct", func(t *testing.T) {
		databaseURL := databasetest.Postgres(t)
		run(t, func(schema string) database.Options {
			return database.Options{URL: databasetest.InSchema(t, databaseURL, schema)}
		})
	})
	t.Run("pgbouncer", func(t *testing.T) {
		pooled, direct := databasetest.Pooled(t)
		run(t, func(schema string) database.Options {
			return database.Options{URL: databasetest.InSchema(t, pooled, schema), DirectURL: direct}
		})
	})
}

// TestCampusesOfADatabaseDoNotSeeEachOther keeps two campuses in one database, and uses both at the same time in every way: single
// statements, transactions, and statements past database/sql.
func TestCampusesOfADatabaseDoNotSeeEachOther(t *testing.T) {
	eachWay(t, func(t *testing.T, of func(schema string) database.Options) {
		var all sync.WaitGroup
		failed := make(chan error, 100)
		for n, schema := range []string{"cali", "user"} { // a word of SQL is a name as well
			db, err := database.Open(t.Context(), of(schema))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			pending, err := db.Pending(t.Context(), "things", migrations)
			require.NoError(t, err)
			require.True(t, pending, "what another campus has is not here")
			var migrating sync.WaitGroup
			for range 3 { // several processes start at the same time
				migrating.Go(func() { failed <- db.Migrate(t.Context(), "things", migrations) })
			}
			migrating.Wait()
			pending, err = db.Pending(t.Context(), "things", migrations)
			require.NoError(t, err)
			require.False(t, pending)
			for i := range 8 {
				all.Go(func() { failed <- useThings(t.Context(), db, fmt.Sprint(i), int64(n+1)) })
			}
		}
		all.Wait()
		close(failed)
		for err := range failed {
			require.NoError(t, err)
		}
	})
}

// useThings changes a thing in each of three ways, and reads its own changes only.
func useThings(ctx context.Context, db *database.Database, id string, step int64) error {
	if err := db.Write.Exec("INSERT INTO things VALUES (?, 0)", id).Error; err != nil {
		return err
	}
	for i := range int64(20) {
		var before, after int64
		err := db.OnPostgres(ctx, func(conn *pgx.Conn) error {
			return conn.QueryRow(ctx, "UPDATE things SET n = n + $1 WHERE id = $2 RETURNING n", step, id).Scan(&before)
		})
		if err != nil {
			return err
		}
		err = db.Transact(ctx, func(tx *gorm.DB) error { return tx.Exec("UPDATE things SET n = n + ? WHERE id = ?", step, id).Error })
		if err != nil {
			return err
		}
		if err := db.Write.Raw("UPDATE things SET n = n + ? WHERE id = ? RETURNING n", step, id).Row().Scan(&after); err != nil {
			return err
		}
		if before != (3*i+1)*step || after != (3*i+3)*step {
			return fmt.Errorf("thing %s has %d and then %d", id, before, after)
		}
	}
	return nil
}

// TestAFailedStatementInASchemaLeavesTheConnectionUsable fails single statements in each way: the next one of the same connection works, and
// nothing of what failed is stored.
func TestAFailedStatementInASchemaLeavesTheConnectionUsable(t *testing.T) {
	eachWay(t, func(t *testing.T, of func(schema string) database.Options) {
		options := of("cali")
		options.Connections = 1
		db, err := database.Open(t.Context(), options)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		require.NoError(t, db.Migrate(t.Context(), "things", migrations))
		require.NoError(t, db.Write.Exec("INSERT INTO things VALUES ('a', 1)").Error)
		for range 3 {
			require.True(t, database.IsUnique(db.Write.Exec("INSERT INTO things VALUES ('a', 2)").Error))
			var n int
			require.Error(t, db.Write.Raw("SELECT 1 / (n - 1) FROM things").Row().Scan(&n), "fails at its first row")
			require.Error(t, db.Write.Raw("SELECT 1 / (3 - g) FROM generate_series(1, 9) g").Scan(&[]int{}).Error, "fails at a later row")
			require.Error(t, db.OnPostgres(t.Context(), func(conn *pgx.Conn) error {
				_, err := conn.Exec(t.Context(), "INSERT INTO things SELECT 'b', 1 / (n - n) FROM things")
				return err
			}))
			rows, err := db.Read.Raw("SELECT g FROM generate_series(1, 1000) g").Rows()
			require.NoError(t, err)
			require.True(t, rows.Next())
			require.NoError(t, rows.Close(), "the rest is not read")
			require.NoError(t, db.Read.Raw("SELECT count(*) FROM things").Row().Scan(&n))
			require.Equal(t, 1, n)
		}
	})
}

// TestLocksOfCampusesDiffer takes the same lock in two campuses, which share the numbers of advisory locks.
func TestLocksOfCampusesDiffer(t *testing.T) {
	lock := func(schema string) int64 { return (&database.Database{Schema: schema}).Lock(4_820_020) }
	require.EqualValues(t, 4_820_020, lock(""), "a version before schemas has the same")
	require.EqualValues(t, 4_820_020, lock("public"))
	require.NotEqual(t, lock(""), lock("cali"))
	require.NotEqual(t, lock("cali"), lock("palmira"))
}

// TestOtherSearchPathsAreRefused shows what an operator reads who sets something else than the name of one schema.
func TestOtherSearchPathsAreRefused(t *testing.T) {
	const server = "postgresql://postgres@127.0.0.1:1/holotwin"
	for _, path := range []string{"cali,public", `"cali"`, "'cali'", "Cali", "campus-cali", "1st", "cali;", "", "cali public", "$user", "año"} {
		_, err := database.Open(t.Context(), database.Options{URL: databasetest.InSchema(t, server, path)})
		require.ErrorContains(t, err, "DB_URL: search_path must be the name of one schema", path)
	}
	_, err := database.Open(t.Context(), database.Options{URL: server + "?search_path=pg_toast"})
	require.ErrorContains(t, err, "DB_URL: search_path: PostgreSQL keeps names that start with pg_ for itself")
	_, err = database.Open(t.Context(), database.Options{URL: server + "?search_path=cali", DirectURL: server + "?search_path=palmira"})
	require.ErrorContains(t, err, "DIRECT_DB_URL: its search_path must be that of DB_URL, or be left out")
	_, err = database.Open(t.Context(), database.Options{URL: server, DirectURL: server + "?search_path=cali"})
	require.ErrorContains(t, err, "DIRECT_DB_URL: its search_path must be that of DB_URL, or be left out")
}

// TestAPoolerThatIgnoresTheSchemaIsNamed shows what an operator reads whose pooler drops the parameters that it does not know: else, all
// campuses would be in the same schema.
func TestAPoolerThatIgnoresTheSchemaIsNamed(t *testing.T) {
	pooled, _ := databasetest.Pooled(t, "ignore_startup_parameters = search_path, statement_timeout, lock_timeout, idle_in_transaction_session_timeout")
	_, err := database.Open(t.Context(), database.Options{URL: databasetest.InSchema(t, pooled, "cali")})
	require.ErrorContains(t, err, "DB_URL is a connection pooler that ignores search_path")
}
