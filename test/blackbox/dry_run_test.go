package blackbox

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// removal is the answer of a dry run.
type removal struct {
	Deletes   map[string]int
	BlockedBy []struct{ Kind string } `json:"blocked_by"`
	UsedBy    struct {
		DevicesReportingToday int     `json:"devices_reporting_today"`
		LastUsedAt            *string `json:"last_used_at"`
	} `json:"used_by"`
}

// dryRun asks what a removal would take along.
func dryRun(t *testing.T, by *program.Client, path string) (r removal) {
	t.Helper()
	answer := send(t, by, 200, http.MethodDelete, path+"?dry_run=true", nil)
	require.NoError(t, answer.JSON(&r))
	require.NotContains(t, string(answer.Body), `"blocked_by":null`)
	return r
}

// TestRemovalOfAUserIsPreviewed says how many sessions would end and who is the last administrator, and changes nothing.
func TestRemovalOfAUserIsPreviewed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		var me, ana struct{ ID string }
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/me", nil).JSON(&me))
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "ana@usc.edu.co", "password": password, "space_id": c.a}).JSON(&ana))
		path := "/auth/usuarios/" + ana.ID
		require.Equal(t, map[string]int{"user": 1, "session": 0}, dryRun(t, admin, path).Deletes)
		first, second := enter(t, admin, "ana@usc.edu.co", password), enter(t, admin, "ana@usc.edu.co", password)
		send(t, admin, 201, http.MethodPost, path+"/enlace", nil)
		for range 2 {
			r := dryRun(t, admin, path)
			require.Equal(t, map[string]int{"user": 1, "session": 2, "reset_link": 1}, r.Deletes)
			require.Empty(t, r.BlockedBy)
		}
		send(t, second, 204, http.MethodPost, "/auth/logout", nil)
		require.Equal(t, 1, dryRun(t, admin, path).Deletes["session"])
		send(t, first, 200, http.MethodGet, "/auth/me", nil)
		send(t, admin, 404, http.MethodDelete, path+"/vinculo?dry_run=true", nil)

		last := dryRun(t, admin, "/auth/usuarios/"+me.ID)
		require.Equal(t, "last_administrator", last.BlockedBy[0].Kind)
		send(t, admin, 409, http.MethodDelete, "/auth/usuarios/"+me.ID, nil)
		newUser(t, admin, "admin", "")
		require.Empty(t, dryRun(t, admin, "/auth/usuarios/"+me.ID).BlockedBy)

		send(t, admin, 404, http.MethodDelete, "/auth/usuarios/us_nada?dry_run=true", nil)
		send(t, newUser(t, admin, "admin", c.b), 404, http.MethodDelete, path+"?dry_run=true", nil)
		dryRun(t, newUser(t, admin, "admin", c.a), path)
		send(t, newUser(t, admin, "manager", ""), 403, http.MethodDelete, path+"?dry_run=true", nil)
		send(t, first, 403, http.MethodDelete, path+"?dry_run=true", nil)
		send(t, admin, 400, http.MethodDelete, path+"?dry_run=quizá", nil)
		require.NotContains(t, string(send(t, admin, 200, http.MethodGet, "/auth/auditoria?action=user.removed", nil).Body), ana.ID)
		send(t, admin, 204, http.MethodDelete, path+"?dry_run=false", nil)
		send(t, admin, 404, http.MethodGet, path, nil)
		send(t, first, 401, http.MethodGet, "/auth/me", nil)
	})
}

// TestRemovalOfAKeyIsPreviewed counts the devices in the key's reach that reported today, if the key was used.
func TestRemovalOfAKeyIsPreviewed(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		one, site := newKey(t, admin, map[string]any{"name": "da", "device_ids": []string{"da"}}), newKey(t, admin, map[string]any{"name": "Todo", "space_id": c.site})
		path := "/auth/claves/" + one.ID
		client := func(k madeKey) *program.Client {
			return &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check, Key: k.Key}
		}
		send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "power_w": 1})
		r := dryRun(t, admin, path)
		require.Equal(t, map[string]int{"key": 1}, r.Deletes)
		require.Empty(t, r.BlockedBy)
		require.Zero(t, r.UsedBy.DevicesReportingToday, "the device reported, but not by a key that nobody used")
		require.Nil(t, r.UsedBy.LastUsedAt)

		send(t, client(one), 201, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "power_w": 2})
		send(t, client(site), 400, http.MethodPost, "/consumo", map[string]any{"device_id": "nada", "power_w": 2})
		r = dryRun(t, admin, path)
		require.Equal(t, 1, r.UsedBy.DevicesReportingToday)
		require.NotNil(t, r.UsedBy.LastUsedAt)
		require.Equal(t, 1, dryRun(t, admin, "/auth/claves/"+site.ID).UsedBy.DevicesReportingToday)
		send(t, client(site), 201, http.MethodPost, "/consumo", map[string]any{"device_id": "db", "power_w": 2})
		require.Equal(t, 2, dryRun(t, admin, "/auth/claves/"+site.ID).UsedBy.DevicesReportingToday)
		require.Equal(t, 1, dryRun(t, admin, path).UsedBy.DevicesReportingToday)

		send(t, admin, 404, http.MethodDelete, "/auth/claves/key_nada?dry_run=true", nil)
		send(t, newUser(t, admin, "admin", c.b), 404, http.MethodDelete, path+"?dry_run=true", nil)
		send(t, newUser(t, admin, "viewer", ""), 403, http.MethodDelete, path+"?dry_run=true", nil)
		send(t, client(one), 201, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "power_w": 2})
		send(t, admin, 204, http.MethodDelete, path, nil)
		send(t, client(one), 401, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "power_w": 2})
	})
}
