// Package blackbox tests the built binary over HTTP, on both databases, as its users meet it.
package blackbox

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// each runs a test on a fresh database of each kind.
func each(t *testing.T, run func(t *testing.T, databaseURL string)) {
	if databasetest.OnCitus() {
		t.Run("citus", func(t *testing.T) { run(t, databasetest.Postgres(t)) })
		return
	}
	databasetest.Beside(t, map[string]func(*testing.T){
		"sqlite":   func(t *testing.T) { run(t, databasetest.SQLite(t)) },
		"postgres": func(t *testing.T) { run(t, databasetest.Postgres(t)) },
	})
}

// everywhere runs a test as each does, and on a database behind PgBouncer, with the settings that this takes.
func everywhere(t *testing.T, run func(t *testing.T, databaseURL string, settings ...string)) {
	if databasetest.OnCitus() {
		t.Run("citus", func(t *testing.T) { run(t, databasetest.Postgres(t)) })
		return
	}
	databasetest.Beside(t, map[string]func(*testing.T){
		"sqlite":   func(t *testing.T) { run(t, databasetest.SQLite(t)) },
		"postgres": func(t *testing.T) { run(t, databasetest.Postgres(t)) },
		"pgbouncer": func(t *testing.T) {
			pooled, direct := databasetest.Pooled(t)
			run(t, pooled, "DIRECT_DB_URL="+direct)
		},
	})
}

// start runs the program until the test ends.
func start(t *testing.T, databaseURL string, settings ...string) *program.Server {
	t.Helper()
	server, err := program.Start(context.Background(), t.TempDir(), databaseURL, settings)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Kill() })
	return server
}

// login returns a client that checks every answer against the document that the server serves.
func login(t *testing.T, server *program.Server) *program.Client {
	t.Helper()
	client, err := program.Login(server.URL)
	require.NoError(t, err)
	client.Check = documentOf(t, server).contradicts
	return client
}

// send sends JSON and checks the status.
func send(t *testing.T, c *program.Client, status int, method, path string, body any) program.Answer {
	t.Helper()
	answer, err := c.Send(method, path, body)
	require.NoError(t, err)
	require.Equal(t, status, answer.Status, "%s %s: %s", method, path, answer.Body)
	return answer
}
