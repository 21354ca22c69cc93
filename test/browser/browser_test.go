// Package browser drives the dashboard of the built binary in a real browser, on SQLite: the scripts are in adapters/web/test.
package browser

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// maxWait is far above what anything takes, also where every core is busy.
const maxWait = 10 * time.Minute

func TestMain(m *testing.M) { databasetest.Main(m) }

// start runs the program on an empty database until the test ends.
func start(t *testing.T, settings ...string) *program.Server {
	t.Helper()
	server, err := program.Start(context.Background(), t.TempDir(), databasetest.SQLite(t), append(settings, "RATE_LIMIT_PER_MIN=0"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Kill() })
	return server
}

// browse drives a browser on a server by a script, with further settings of the script (NAME=value).
func browse(t *testing.T, server *program.Server, provider, script string, settings ...string) {
	t.Helper()
	out, err := program.Browse(server, provider, script, settings...)
	t.Log(out)
	require.NoError(t, err)
}
