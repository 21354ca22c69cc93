// Package databasetest gives tests fresh databases of both kinds, real ones. A test that cannot have its
// PostgreSQL fails; none is skipped.
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

	_ "github.com/jackc/pgx/v5/stdlib" // to make and drop databases
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/platform/random"
)

// ServerURL names the variable with a PostgreSQL whose user may make databases; unset, the test process starts
// a server of its own.
const ServerURL = "TEST_DB_URL"

// Each runs a test on a fresh SQLite file and on a fresh PostgreSQL database.
func Each(t *testing.T, run func(t *testing.T, db *database.Database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, open(t, SQLite(t))) })
	t.Run("postgres", func(t *testing.T) { run(t, open(t, Postgres(t))) })
}

func open(t *testing.T, url string) *database.Database {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	db, err := database.Open(ctx, database.Options{URL: url, Connections: 8})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// SQLite is the URL of a file that is not there yet.
func SQLite(t *testing.T) string {
	return "sqlite://" + filepath.Join(t.TempDir(), "holotwin.db")
}

// Postgres is the URL of an empty database, which is dropped when the test ends.
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

// serverURL is the given server's, or that of the one which this process starts once and ends with (see Main).
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

// Main is what a package's TestMain calls, so that a server which its tests started does not outlive them.
func Main(m *testing.M) {
	code := m.Run()
	if started != nil {
		_ = started.Stop()
	}
	os.Exit(code)
}
