package blackbox

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// invited is an invited user as the API shows them.
type invited struct {
	ID, Email, Role, Login string
	SpaceID                *string `json:"space_id"`
	Invited                bool
	Invitation             *struct {
		Token     string
		ExpiresAt string `json:"expires_at"`
	}
}

// TestInvitation invites a colleague, who sets their own password. No password works for them before.
func TestInvitation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		nobody := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check}
		use := func(status int, token, password string) {
			t.Helper()
			send(t, nobody, status, http.MethodPost, "/auth/restablecer", map[string]any{"token": token, "new": password})
		}
		invite := func(by *program.Client, body map[string]any) (user invited) {
			t.Helper()
			answer := send(t, by, 201, http.MethodPost, "/auth/usuarios", body)
			require.NoError(t, answer.JSON(&user))
			require.Equal(t, "/auth/usuarios/"+user.ID, answer.Header.Get("Location"))
			require.True(t, user.Invited)
			return user
		}
		eva := invite(admin, map[string]any{"email": "Eva@USC.edu.co", "role": "manager", "space_id": c.a})
		require.Equal(t, []string{"eva@usc.edu.co", "manager", "password", c.a}, []string{eva.Email, eva.Role, eva.Login, *eva.SpaceID})
		send(t, admin, 409, http.MethodPost, "/auth/usuarios", map[string]any{"email": "eva@usc.edu.co"})
		listed := string(send(t, admin, 200, http.MethodGet, "/auth/usuarios", nil).Body)
		require.Contains(t, listed, `"invited":true`)
		require.NotContains(t, listed, eva.Invitation.Token)
		requireNoPasswordLogin(t, admin, eva.Email, password, " ", "password", eva.Invitation.Token)

		use(400, eva.Invitation.Token, "corta")
		use(401, "htp_nada", password)
		use(204, eva.Invitation.Token, password)
		use(401, eva.Invitation.Token, password+"2")
		her := enter(t, admin, eva.Email, password)
		send(t, her, 404, http.MethodGet, "/api/espacios/"+c.b, nil)
		send(t, her, 200, http.MethodGet, "/api/espacios/"+c.a, nil)
		require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/auth/usuarios/"+eva.ID, nil).Body), `"invited":false`)

		// Another link replaces the first; disabling ends it.
		leo := invite(admin, map[string]any{"email": "leo@usc.edu.co", "password": nil})
		var link struct{ Token string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios/"+leo.ID+"/enlace", nil).JSON(&link))
		use(401, leo.Invitation.Token, password)
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+leo.ID, map[string]any{"disabled": true})
		use(401, link.Token, password)
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+leo.ID, map[string]any{"disabled": false})
		use(401, link.Token, password)
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios/"+leo.ID+"/enlace", nil).JSON(&link))
		use(204, link.Token, password)
		enter(t, admin, leo.Email, password)

		// With a password all is as before.
		plain := send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "ana@usc.edu.co", "password": password})
		require.NotContains(t, string(plain.Body), `"invitation"`)
		send(t, admin, 400, http.MethodPost, "/auth/usuarios", map[string]any{"email": "iris@usc.edu.co", "password": ""})

		ofA := newUser(t, admin, "admin", c.a)
		send(t, ofA, 400, http.MethodPost, "/auth/usuarios", map[string]any{"email": "iris@usc.edu.co"})
		send(t, ofA, 400, http.MethodPost, "/auth/usuarios", map[string]any{"email": "iris@usc.edu.co", "space_id": c.b})
		invite(ofA, map[string]any{"email": "iris@usc.edu.co", "space_id": c.roomA})
		send(t, ofA, 404, http.MethodPost, "/auth/usuarios/"+leo.ID+"/enlace", nil)
		send(t, her, 403, http.MethodPost, "/auth/usuarios", map[string]any{"email": "otra@usc.edu.co", "space_id": c.a})
		for _, action := range []string{"user.added", "reset.given", "reset.used"} {
			require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/auth/auditoria?action="+action+"&target="+eva.ID, nil).Body), eva.ID, action)
		}
	})
}
