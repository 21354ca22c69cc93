package blackbox

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestAUserIsChanged changes each field of a user: it holds in their open session at once.
func TestAUserIsChanged(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		const email = "ana@usc.edu.co"
		var ana struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": email, "password": password, "space_id": c.a}).JSON(&ana))
		path := "/auth/usuarios/" + ana.ID
		her := enter(t, admin, email, password)
		patch := func(by *program.Client, status int, body map[string]any) (user invited) {
			t.Helper()
			answer := send(t, by, status, http.MethodPatch, path, body)
			if status == 200 {
				require.NoError(t, answer.JSON(&user))
			}
			return user
		}
		sees := func(a, b int) {
			t.Helper()
			send(t, her, a, http.MethodGet, "/api/espacios/"+c.a, nil)
			send(t, her, b, http.MethodGet, "/api/espacios/"+c.b, nil)
		}
		sees(200, 404)
		require.Equal(t, c.b, *patch(admin, 200, map[string]any{"space_id": c.b}).SpaceID)
		sees(404, 200)
		require.Equal(t, c.b, *patch(admin, 200, map[string]any{"role": "viewer"}).SpaceID, "what is not given stays")
		for _, whole := range []any{nil, ""} {
			require.Nil(t, patch(admin, 200, map[string]any{"space_id": whole}).SpaceID)
			sees(200, 200)
			patch(admin, 200, map[string]any{"space_id": c.roomA})
			sees(404, 404)
		}
		for _, bad := range []any{"sp_nada", 5, "da"} {
			answer := send(t, admin, 400, http.MethodPatch, path, map[string]any{"space_id": bad})
			require.Contains(t, string(answer.Body), `"field":"space_id"`)
		}
		patch(admin, 400, map[string]any{"role": "device"})
		patch(admin, 400, map[string]any{"email": "no"})

		send(t, her, 403, http.MethodPost, "/api/espacios", map[string]any{"name": "x", "kind": "room", "parent_id": c.roomA})
		require.Equal(t, "manager", patch(admin, 200, map[string]any{"role": "manager", "space_id": c.a}).Role)
		send(t, her, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "x", "kind": "room", "parent_id": c.a})
		send(t, her, 403, http.MethodGet, "/auth/usuarios", nil)
		patch(admin, 200, map[string]any{"role": "viewer"})
		send(t, her, 403, http.MethodPost, "/api/espacios", map[string]any{"name": "x", "kind": "room", "parent_id": c.a})

		require.Equal(t, "ana.maria@usc.edu.co", patch(admin, 200, map[string]any{"email": "Ana.Maria@usc.edu.co"}).Email)
		require.Contains(t, string(send(t, her, 200, http.MethodGet, "/auth/me", nil).Body), "ana.maria@usc.edu.co")
		patch(admin, 200, map[string]any{"disabled": true})
		send(t, her, 401, http.MethodGet, "/auth/me", nil)
		patch(admin, 200, map[string]any{"disabled": false})
		send(t, her, 401, http.MethodGet, "/auth/me", nil)
		enter(t, admin, "ana.maria@usc.edu.co", password)
	})
}

// TestALimitedAdministratorChangesTheirOwn lets an administrator of a building change the users of that building, and give them no more
// than the building.
func TestALimitedAdministratorChangesTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		ofA := newUser(t, admin, "admin", c.a)
		add := func(email string, space any) string {
			var made struct{ ID string }
			body := map[string]any{"email": email, "password": password, "role": "viewer", "space_id": space}
			require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", body).JSON(&made))
			return "/auth/usuarios/" + made.ID
		}
		own := add("a@usc.edu.co", c.a)
		for _, foreign := range []string{add("b@usc.edu.co", c.b), add("site@usc.edu.co", c.site), add("todo@usc.edu.co", nil)} {
			for _, body := range []map[string]any{{"space_id": c.a}, {"role": "viewer"}, {"disabled": true}, {"email": "x@usc.edu.co"}, {"password": password + "2"}, {}} {
				send(t, ofA, 404, http.MethodPatch, foreign, body)
			}
			send(t, ofA, 404, http.MethodDelete, foreign, nil)
		}
		for _, more := range []any{c.b, c.site, nil, "", "sp_nada"} {
			answer := send(t, ofA, 400, http.MethodPatch, own, map[string]any{"space_id": more})
			require.Contains(t, string(answer.Body), `"field":"space_id"`)
		}
		for _, body := range []map[string]any{{"space_id": c.roomA}, {"role": "manager"}, {"role": "admin"}, {"disabled": true}, {"disabled": false}, {"email": "otra@usc.edu.co"}, {"space_id": c.a}} {
			send(t, ofA, 200, http.MethodPatch, own, body)
		}
		her := enter(t, admin, "otra@usc.edu.co", password)
		send(t, her, 400, http.MethodPatch, own, map[string]any{"space_id": nil})
		send(t, her, 403, http.MethodGet, "/auth/auditoria", nil)
		for _, role := range []string{"manager", "viewer"} {
			send(t, newUser(t, admin, role, c.a), 403, http.MethodPatch, own, map[string]any{"role": "admin"})
		}
		// Once moved away, they are out of reach.
		send(t, admin, 200, http.MethodPatch, own, map[string]any{"space_id": c.b})
		send(t, ofA, 404, http.MethodPatch, own, map[string]any{"disabled": true})
		send(t, her, 404, http.MethodGet, "/api/espacios/"+c.a, nil)
	})
}
