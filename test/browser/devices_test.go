package browser

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestDevices sets up the devices of a small campus from the page alone, imports their readings, puts them behind their meter, and
// corrects what is wrong.
func TestDevices(t *testing.T) {
	server := start(t)
	c, err := program.Login(server.URL)
	require.NoError(t, err)
	place := func(name, kind, parent string) string {
		body := map[string]any{"name": name, "kind": kind}
		if parent != "" {
			body["parent_id"] = parent
		}
		answer, err := c.Send(http.MethodPost, "/api/espacios", body)
		require.NoError(t, err)
		require.Equal(t, http.StatusCreated, answer.Status, "%s", answer.Body)
		var made struct{ ID string }
		require.NoError(t, answer.JSON(&made))
		return made.ID
	}
	place("Sala 1", "room", place("Bloque 5", "building", place("Universidad", "site", "")))
	browse(t, server, "", "test/devices.mjs")
}
