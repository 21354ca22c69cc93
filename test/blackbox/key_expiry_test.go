package blackbox

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/mqtttest"
	"github.com/holotwin/holotwin/test/program"
)

// shownKey is a key as the API shows it.
type shownKey struct {
	ID        string
	Name      string
	ExpiresAt *string `json:"expires_at"`
}

// TestKeysChange creates, reads and changes keys with and without an expiry.
func TestKeysChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		send(t, admin, 200, http.MethodPatch, "/api/espacios/"+c.site, map[string]any{"time_zone": "Europe/Madrid"})
		for _, bad := range []any{"2020-01-01T00:00:00Z", "mañana", "2030-03-31T02:30:00", "", 5} {
			answer := send(t, admin, 400, http.MethodPost, "/auth/claves", map[string]any{"name": "da", "device_ids": []string{"da"}, "expires_at": bad})
			require.Contains(t, string(answer.Body), `"field":"expires_at"`, bad)
		}
		both := send(t, admin, 400, http.MethodPost, "/auth/claves", map[string]any{"name": " ", "device_ids": []string{"nada"}, "expires_at": "mañana"})
		for _, field := range []string{"name", "expires_at", "device_ids[0]"} {
			require.Contains(t, string(both.Body), `"field":"`+field+`"`, "every bad field is named")
		}

		var key shownKey
		made := send(t, admin, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "da", "device_ids": []string{"da"}, "expires_at": "2030-06-01T00:00:00"})
		require.NoError(t, made.JSON(&key))
		require.Equal(t, "2030-05-31T22:00:00Z", *key.ExpiresAt, "without a zone it is read in the site's")
		path := made.Header.Get("Location")
		shown := func() (is shownKey) {
			require.NoError(t, send(t, admin, 200, http.MethodGet, path, nil).JSON(&is))
			return is
		}
		require.Equal(t, key, shown())
		require.NotContains(t, string(send(t, admin, 200, http.MethodGet, path, nil).Body), "htk_")
		require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/auth/claves", nil).Body), `"expires_at":"2030-05-31T22:00:00Z"`)

		change := func(body map[string]any) (is shownKey) {
			require.NoError(t, send(t, admin, 200, http.MethodPatch, path, body).JSON(&is))
			require.Equal(t, is, shown())
			return is
		}
		key.Name = "Sala"
		require.Equal(t, key, change(map[string]any{"name": "Sala"}), "what is not given stays")
		require.Equal(t, key, change(map[string]any{}))
		key.ExpiresAt = nil
		require.Equal(t, key, change(map[string]any{"expires_at": nil}), "null: never")
		require.Equal(t, "2031-01-01T00:00:00Z", *change(map[string]any{"expires_at": "2031-01-01T01:00:00+01:00"}).ExpiresAt)
		for _, bad := range []map[string]any{
			{"name": ""}, {"name": strings.Repeat("x", 201)}, {"expires_at": "ayer"}, {"expires_at": 1}, {"expires_at": "1999-01-01T00:00:00Z"}, {"space_id": c.a}, {"id": "x"},
		} {
			send(t, admin, 400, http.MethodPatch, path, bad)
		}
		require.Equal(t, "2031-01-01T00:00:00Z", *shown().ExpiresAt)
		send(t, admin, 404, http.MethodGet, "/auth/claves/key_nada", nil)
		send(t, admin, 404, http.MethodPatch, "/auth/claves/key_nada", map[string]any{"name": "x"})

		ofB, ofA := newUser(t, admin, "admin", c.b), newUser(t, admin, "admin", c.a)
		send(t, ofB, 404, http.MethodGet, path, nil)
		send(t, ofB, 404, http.MethodPatch, path, map[string]any{"expires_at": nil})
		send(t, ofA, 200, http.MethodPatch, path, map[string]any{"name": "De A"})
		for _, role := range []string{"manager", "viewer"} {
			send(t, newUser(t, admin, role, ""), 403, http.MethodPatch, path, map[string]any{"name": "x"})
		}
		require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/auth/auditoria?action=key.changed&target="+key.ID, nil).Body), `"detail":"De A: 1 devices until 2031-01-01T00:00:00Z"`)
	})
}

// TestKeysExpire lets a key expire: it is refused by HTTP, by the calls that take a key as a parameter, and by MQTT, on every server, and
// connections that are open end.
func TestKeysExpire(t *testing.T) {
	t.Parallel()
	databaseURL := databasetest.Postgres(t)
	b := startBroker(t, databaseURL)
	other, there := serveMQTT(t, databaseURL)
	key, elsewhere := &program.Client{URL: b.admin.URL, HTTP: b.admin.HTTP, Check: b.admin.Check, Key: b.keys[0].Key}, login(t, other)
	elsewhere.Token, elsewhere.Key = "", b.keys[0].Key
	remote := b
	remote.address = there
	connected := []*mqtttest.Device{b.listens(t, 5, "a", "d0", key.Key), remote.listens(t, 5, "b", "d0", key.Key)}
	stays := b.listens(t, 5, "s", "d1", b.keys[1].Key)
	for _, c := range []*program.Client{key, elsewhere} {
		send(t, c, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "power_w": 1})
	}

	soon := time.Now().Add(2 * time.Second).UTC().Format(time.RFC3339Nano)
	send(t, b.admin, 200, http.MethodPatch, "/auth/claves/"+b.keys[0].ID, map[string]any{"expires_at": soon})
	for _, d := range connected {
		require.Equal(t, packets.ErrNotAuthorized.Code, isEnded(t, d).ReasonCode)
	}
	hearsNothing(t, stays)
	for _, c := range []*program.Client{key, elsewhere} {
		eventually(t, "the key is refused", func() bool {
			answer, err := c.Send(http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "power_w": 1})
			return err == nil && answer.Status == 401
		})
		nobody := &program.Client{URL: c.URL, HTTP: c.HTTP}
		answer, err := nobody.Raw(http.MethodGet, "/input/post?node=d0&json={power:1}&apikey="+key.Key, "", nil)
		require.NoError(t, err)
		require.Equal(t, 401, answer.Status)
	}
	for _, address := range []string{b.address, there} {
		_, code := rawConnect(t, address, mqtttest.ConnectPacket(5, "again", "d0", key.Key))
		require.Equal(t, packets.ErrBadUsernameOrPassword.Code, code)
	}

	send(t, b.admin, 200, http.MethodPatch, "/auth/claves/"+b.keys[0].ID, map[string]any{"expires_at": nil})
	send(t, key, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "power_w": 1})
	b.listens(t, 5, "a", "d0", key.Key)
}
