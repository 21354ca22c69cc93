// Package databasetest gives tests fresh databases of both kinds. Without PostgreSQL the tests fail; none is skipped.
package databasetest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to create and drop databases
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/platform/database/databasetest/pooler"
	"github.com/holotwin/holotwin/platform/random"
)

// ServerURL is the environment variable with the URL of a PostgreSQL server whose user may create databases. If it is not set,
// the test process starts a server.
const ServerURL = "TEST_DB_URL"

// CitusURL is the environment variable with the URL of a database on the coordinator of a Citus cluster, whose user may create schemas. If it
// is set, each test has a schema of that database, which is on one worker, in place of a database.
const CitusURL = "CITUS_URL"

// OnCitus returns true if the tests run on Citus. Then they run on nothing else.
func OnCitus() bool { return os.Getenv(CitusURL) != "" }

// Each runs a test with a fresh SQLite file and with a fresh PostgreSQL database, beside each other.
func Each(t *testing.T, run func(t *testing.T, db *database.Database)) {
	t.Helper()
	beside(t, kinds(), run)
}

// Everywhere runs a test as Each does, and with a schema of a PostgreSQL database behind PgBouncer, which differs most from one without either.
func Everywhere(t *testing.T, run func(t *testing.T, db *database.Database)) {
	t.Helper()
	all := kinds()
	if !OnCitus() {
		all["pgbouncer"] = pooledSchema
	}
	beside(t, all, run)
}

// EachPooled runs a test as Everywhere does, without PostgreSQL alone: for a long test that runs there in another form.
func EachPooled(t *testing.T, run func(t *testing.T, db *database.Database)) {
	t.Helper()
	all := kinds()
	if !OnCitus() {
		delete(all, "postgres")
		all["pgbouncer"] = pooledSchema
	}
	beside(t, all, run)
}

func pooledSchema(t *testing.T) database.Options {
	pooled, direct := Pooled(t)
	return database.Options{URL: InSchema(t, pooled, "cali"), DirectURL: direct}
}

// kinds are the kinds of databases by name, each a fresh one.
func kinds() map[string]func(*testing.T) database.Options {
	postgres := func(t *testing.T) database.Options { return database.Options{URL: Postgres(t)} }
	if OnCitus() {
		return map[string]func(*testing.T) database.Options{"citus": postgres}
	}
	return map[string]func(*testing.T) database.Options{
		"sqlite": func(t *testing.T) database.Options { return database.Options{URL: SQLite(t)} }, "postgres": postgres,
	}
}

func beside(t *testing.T, all map[string]func(*testing.T) database.Options, run func(t *testing.T, db *database.Database)) {
	t.Helper()
	tests := make(map[string]func(*testing.T), len(all))
	for name, options := range all {
		tests[name] = func(t *testing.T) { run(t, open(t, options(t))) }
	}
	Beside(t, tests)
}

// Beside runs tests beside each other and waits for all of them: most of their time is waiting.
func Beside(t *testing.T, tests map[string]func(*testing.T)) {
	t.Helper()
	t.Run("on", func(t *testing.T) {
		for name, run := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				run(t)
			})
		}
	})
}

func open(t *testing.T, options database.Options) *database.Database {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	options.Connections = 8
	db, err := database.Open(ctx, options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// SQLite returns the URL of a file that does not exist yet.
func SQLite(t *testing.T) string {
	return "sqlite://" + filepath.Join(t.TempDir(), "holotwin.db")
}

// Postgres returns the URL of an empty database. It is dropped when the test ends.
func Postgres(t *testing.T) string {
	t.Helper()
	if OnCitus() {
		return citusSchema(t, os.Getenv(CitusURL), random.ID("test"))
	}
	server, err := serverURL()
	require.NoError(t, err)
	admin, err := sql.Open("pgx", server)
	require.NoError(t, err)
	name := random.ID("test")
	_, err = admin.Exec("CREATE DATABASE " + name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	return withDatabase(t, server, name)
}

// citusSchema returns the URL of a schema of a Citus database. It is dropped when the test ends.
func citusSchema(t *testing.T, databaseURL, schema string) string {
	t.Helper()
	admin, err := sql.Open("pgx", os.Getenv(CitusURL))
	require.NoError(t, err)
	var divides bool
	err = admin.QueryRow("SELECT coalesce(current_setting('citus.enable_schema_based_sharding', true), 'off')::boolean").Scan(&divides)
	require.NoError(t, err)
	require.True(t, divides, "the database of CITUS_URL is not Citus, or does not set citus.enable_schema_based_sharding")
	t.Cleanup(func() {
		_, err := admin.Exec("DROP SCHEMA IF EXISTS " + schema + " CASCADE")
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	return withSchema(t, databaseURL, schema)
}

// InSchema returns the URL of a schema of a database. The schema need not exist.
func InSchema(t *testing.T, databaseURL, schema string) string {
	t.Helper()
	if OnCitus() { // all tests share a database
		schema = random.ID("test") + "_" + schema
		return citusSchema(t, databaseURL, schema)
	}
	return withSchema(t, databaseURL, schema)
}

func withSchema(t *testing.T, databaseURL, schema string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	require.NoError(t, err)
	parameters := u.Query()
	parameters.Set("search_path", schema)
	u.RawQuery = parameters.Encode()
	return u.String()
}

// Pooled returns an empty database behind PgBouncer in transaction mode: the URL through the pooler, and the one of the server. The
// database is dropped when the test ends. settings are further ones of the pooler.
func Pooled(t *testing.T, settings ...string) (pooledURL, directURL string) {
	t.Helper()
	directURL = Postgres(t)
	started, err := pooler.Start(directURL, settings...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, started.Stop()) }) // before the database is dropped
	pooledURL, err = started.URL(directURL)
	require.NoError(t, err)
	if OnCitus() { // the schema is that of the pooled URL
		directURL = os.Getenv(CitusURL)
	}
	return pooledURL, directURL
}

// Replicated returns an empty database on a server that a standby follows: the URL of the primary, and the one of the standby. Both servers
// are started once for a test process. The database is dropped when the test ends.
func Replicated(t *testing.T) (primaryURL, standbyURL string) {
	t.Helper()
	both, err := replicatedServers()
	require.NoError(t, err)
	name := random.ID("test")
	admin, err := sql.Open("pgx", both.primary.URL)
	require.NoError(t, err)
	_, err = admin.Exec("CREATE DATABASE " + name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	return withDatabase(t, both.primary.URL, name), withDatabase(t, both.standby.URL, name)
}

func withDatabase(t *testing.T, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

// WithReplica runs a test with a fresh PostgreSQL database and a read replica that follows it, which must answer some of the test's reads.
func WithReplica(t *testing.T, run func(t *testing.T, db *database.Database)) {
	t.Helper()
	primary, standby := Replicated(t)
	db := open(t, database.Options{URL: primary, ReadURL: standby})
	AwaitReplica(t, db, database.Following)
	run(t, db)
	state, _ := db.Replica()
	require.NotZero(t, state.Reads[database.Answer{ByReplica: true, Reason: string(database.Following)}], "%v", state)
}

// AwaitReplica waits until the read replica is in a condition.
func AwaitReplica(t *testing.T, db *database.Database, wanted database.Condition) {
	t.Helper()
	require.Eventually(t, func() bool {
		state, _ := db.Replica()
		return state.Condition == wanted
	}, time.Minute, 20*time.Millisecond, "the replica is not %s", wanted)
}

type replicated struct{ primary, standby *pgserver.Server }

var replicatedServers = sync.OnceValues(func() (both replicated, err error) {
	if both.primary, err = pgserver.Start(context.Background()); err != nil {
		return both, err
	}
	startedServers = append(startedServers, both.primary)
	if both.standby, err = both.primary.StartReplica(context.Background()); err == nil {
		startedServers = append(startedServers, both.standby)
	}
	return both, err
})

// serverURL returns the URL of the given server, or of the one that this process starts once. Main stops it.
var serverURL = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(ServerURL); given != "" {
		return given, nil
	}
	server, err := pgserver.Start(context.Background())
	if err != nil {
		return "", err
	}
	startedServers = append(startedServers, server)
	return server.URL, nil
})

// startedServers are stopped when the tests of the package end.
var startedServers []*pgserver.Server

// Main runs the tests of a package, and then stops the server that they started. A package's TestMain calls it.
func Main(m *testing.M) {
	code := m.Run()
	for _, server := range startedServers {
		_ = server.Stop()
	}
	os.Exit(code)
}
