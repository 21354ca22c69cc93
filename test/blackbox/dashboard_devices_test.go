package blackbox

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestDevicesInTheBrowser sets up the devices of a small campus from the page alone, imports their readings, puts them behind their
// meter, and corrects what is wrong.
func TestDevicesInTheBrowser(t *testing.T) {
	server := start(t, databasetest.SQLite(t), "RATE_LIMIT_PER_MIN=0", "LOGIN_LIMIT_PER_MIN=1000")
	c := login(t, server)
	place := func(name, kind, parent string) string {
		body := map[string]any{"name": name, "kind": kind}
		if parent != "" {
			body["parent_id"] = parent
		}
		var made struct{ ID string }
		require.NoError(t, send(t, c, 201, http.MethodPost, "/api/espacios", body).JSON(&made))
		return made.ID
	}
	place("Sala 1", "room", place("Bloque 5", "building", place("Universidad", "site", "")))
	out, err := program.Browse(server, "", "test/devices.mjs")
	t.Log(out)
	require.NoError(t, err)
}
