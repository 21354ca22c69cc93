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

// Each runs a test with a fresh SQLite file and with a fresh PostgreSQL database.
func Each(t *testing.T, run func(t *testing.T, db *database.Database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, open(t, database.Options{URL: SQLite(t)})) })
	t.Run("postgres", func(t *testing.T) { run(t, open(t, database.Options{URL: Postgres(t)})) })
}

// Everywhere runs a test as Each does, and with a PostgreSQL database behind PgBouncer.
func Everywhere(t *testing.T, run func(t *testing.T, db *database.Database)) {
	t.Helper()
	Each(t, run)
	t.Run("pgbouncer", func(t *testing.T) {
		pooled, direct := Pooled(t)
		run(t, open(t, database.Options{URL: pooled, DirectURL: direct}))
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
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

// Pooled returns an empty database behind PgBouncer in transaction mode: the URL through the pooler, and the one of the server. The
// database is dropped when the test ends.
func Pooled(t *testing.T) (pooledURL, directURL string) {
	t.Helper()
	server, err := serverURL()
	require.NoError(t, err)
	started, err := pooler.Start(server)
	require.NoError(t, err)
	directURL = Postgres(t)
	t.Cleanup(func() { require.NoError(t, started.Stop()) }) // before the database is dropped
	pooledURL, err = started.URL(directURL)
	require.NoError(t, err)
	return pooledURL, directURL
}

// serverURL returns the URL of the given server, or of the one that this process starts once. Main stops it.
var serverURL = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(ServerURL); given != "" {
		return given, nil
	}
	server, err := pgserver.Start(context.Background())
	if err != nil {
		return "", err
	}
	started = server
	return server.URL, nil
})

var started *pgserver.Server

// Main runs the tests of a package, and then stops the server that they started. A package's TestMain calls it.
func Main(m *testing.M) {
	code := m.Run()
	if started != nil {
		_ = started.Stop()
	}
	os.Exit(code)
}
