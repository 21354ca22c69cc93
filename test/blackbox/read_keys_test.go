package blackbox

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/mqtttest"
	"github.com/holotwin/holotwin/test/program"
)

// TestReadKeys reads one building with a key, as a header and as a token, and nothing else; and the key ends.
func TestReadKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server, address := serveMQTT(t, databaseURL)
		admin := login(t, server)
		c := makeTwoBuildings(t, admin)
		send(t, admin, 400, http.MethodPost, "/auth/claves", map[string]any{"name": "x", "role": "admin"})
		send(t, admin, 400, http.MethodPost, "/auth/claves", map[string]any{"name": "x", "role": "viewer", "device_ids": []string{"da"}})
		made := send(t, admin, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "Grafana", "role": "viewer", "space_id": c.a})
		var key struct{ ID, Key, Role string }
		require.NoError(t, made.JSON(&key))
		require.Equal(t, "viewer", key.Role)
		asHeader := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check, Key: key.Key}
		asToken := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check, Token: key.Key}
		now := time.Now().UTC().Truncate(15 * time.Minute).Add(-time.Hour).Format(time.RFC3339)
		for _, device := range []string{"da", "db"} {
			send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": device, "kwh": 0.5, "interval_s": 900, "timestamp": now})
		}
		for _, client := range []*program.Client{asHeader, asToken} {
			seen := string(send(t, client, 200, http.MethodGet, "/api/dispositivos", nil).Body)
			require.Contains(t, seen, `"da"`)
			require.NotContains(t, seen, `"db"`)
			send(t, client, 404, http.MethodGet, "/api/dispositivos/db", nil)
			send(t, client, 403, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "kwh": 0.1})
			send(t, client, 403, http.MethodGet, "/auth/me", nil)
			send(t, client, 403, http.MethodGet, "/auth/claves", nil)
		}
		input, err := asHeader.Raw(http.MethodGet, "/input/post?node=da&json={power:1}&apikey="+key.Key, "", nil)
		require.NoError(t, err)
		require.Equal(t, 403, input.Status)
		_, code := rawConnect(t, address, mqtttest.ConnectPacket(5, "reads", "da", key.Key))
		require.Equal(t, packets.ErrBadUsernameOrPassword.Code, code)
		send(t, admin, 204, http.MethodDelete, "/auth/claves/"+key.ID, nil)
		send(t, asToken, 401, http.MethodGet, "/api/dispositivos", nil)
		lines := string(send(t, admin, 200, http.MethodGet, "/auth/auditoria?target="+key.ID, nil).Body)
		for _, action := range []string{"key.added", "key.first_used", "key.removed"} {
			require.Equal(t, 1, strings.Count(lines, `"action":"`+action+`"`), action)
		}
	})
}
