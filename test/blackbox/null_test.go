package blackbox

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNullClearsAMember sets the members of a site and a device that may be unknown, and clears each by null.
func TestNullClearsAMember(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		read := func(path string) (found map[string]any) {
			require.NoError(t, send(t, admin, 200, http.MethodGet, path, nil).JSON(&found))
			delete(found, "health")
			return found
		}
		send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "m", "kind": "meter", "space_id": campus.Site})
		for _, c := range []struct {
			path string
			set  map[string]any
		}{
			{"/api/dispositivos/d0", map[string]any{
				"parent_id": "m", "rated_w": 3000, "standby_w": 5, "interval_s": 60, "register_modulus_kwh": 100_000, "mqtt_topic": "a/b", "mqtt_unit": "Wh",
			}},
			{"/api/espacios/" + campus.Site, map[string]any{"area_m2": 900, "latitude": 3.4, "longitude": -76.5}},
		} {
			cleared := make(map[string]any)
			for member := range c.set {
				cleared[member] = nil
			}
			send(t, admin, 200, http.MethodPatch, c.path, cleared)
			before := read(c.path)
			send(t, admin, 200, http.MethodPatch, c.path, c.set)
			for member, value := range c.set {
				require.EqualValues(t, value, read(c.path)[member], member)
			}
			send(t, admin, 200, http.MethodPatch, c.path, map[string]any{"name": before["name"]})
			require.NotEqual(t, before, read(c.path), "absent is not null")
			send(t, admin, 200, http.MethodPatch, c.path, cleared)
			require.Equal(t, before, read(c.path))
		}
		require.Equal(t, []string{"latitude"}, fieldsOf(t, send(t, admin, 400, http.MethodPatch, "/api/espacios/"+campus.Site, map[string]any{"latitude": nil})))
		for member, value := range map[string]any{"rated_w": "mucho", "interval_s": 0, "mqtt_unit": "caballos", "parent_id": 7} {
			require.Equal(t, []string{member}, fieldsOf(t, send(t, admin, 400, http.MethodPatch, "/api/dispositivos/d0", map[string]any{member: value})))
		}
		answer, err := admin.Raw(http.MethodPatch, "/api/dispositivos/d0", "application/json", strings.NewReader(`{"rated_w":1e99}`))
		require.NoError(t, err)
		require.Equal(t, 400, answer.Status)
		require.Equal(t, []string{"rated_w"}, fieldsOf(t, answer))
	})
}
