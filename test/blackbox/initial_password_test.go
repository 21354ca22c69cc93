package blackbox

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestInitialPassword says that the first administrator has the password of the first start, until they or another administrator change it.
func TestInitialPassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		admin := login(t, server)
		nobody := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check}
		type user struct {
			ID              string
			InitialPassword *bool `json:"initial_password"`
		}
		type grant struct {
			AccessToken  string `json:"access_token"`
			RefreshToken string `json:"refresh_token"`
			User         user
		}
		enter := func(password string) (g grant) {
			body := map[string]string{"email": program.AdminEmail, "password": password}
			require.NoError(t, send(t, nobody, 200, http.MethodPost, "/auth/login", body).JSON(&g))
			return g
		}
		me := func() (u user) {
			require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/me", nil).JSON(&u))
			return u
		}
		first := enter(program.AdminPassword)
		require.True(t, *first.User.InitialPassword)
		require.True(t, *me().InitialPassword)
		other := newUser(t, admin, "admin", "")
		require.Contains(t, string(send(t, other, 200, http.MethodGet, "/auth/me", nil).Body), `"initial_password":false`)

		send(t, admin, 400, http.MethodPut, "/auth/password", map[string]any{"current": program.AdminPassword, "new": program.AdminPassword})
		send(t, admin, 401, http.MethodPut, "/auth/password", map[string]any{"current": "otra cosa", "new": password})
		require.True(t, *me().InitialPassword)
		send(t, admin, 204, http.MethodPut, "/auth/password", map[string]any{"current": program.AdminPassword, "new": password})
		require.False(t, *me().InitialPassword)
		second := enter(password)
		require.False(t, *second.User.InitialPassword)
		var refreshed grant
		require.NoError(t, send(t, nobody, 200, http.MethodPost, "/auth/refresh", map[string]string{"refresh_token": second.RefreshToken}).JSON(&refreshed))
		require.False(t, *refreshed.User.InitialPassword)
		// As an old password may be chosen again, what it is compared with is not stored.
		send(t, admin, 204, http.MethodPut, "/auth/password", map[string]any{"current": password, "new": program.AdminPassword})
		require.False(t, *me().InitialPassword)
	})
}

// TestInitialPasswordIsReplaced replaces the password of the first start by the other ways.
func TestInitialPasswordIsReplaced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		admin := login(t, server)
		var me struct{ ID string }
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/me", nil).JSON(&me))
		require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/auth/usuarios/"+me.ID, nil).Body), `"initial_password":true`)
		require.NoError(t, server.Stop())
		changed := runCommand(t, databaseURL, true, "user", "password", program.AdminEmail)
		admin.URL = start(t, databaseURL).URL
		other := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check}
		var granted struct {
			AccessToken string `json:"access_token"`
		}
		answer := send(t, other, 200, http.MethodPost, "/auth/login", map[string]string{"email": program.AdminEmail, "password": strings.Fields(changed)[0]})
		require.NoError(t, answer.JSON(&granted))
		require.Contains(t, string(answer.Body), `"initial_password":false`)
	})
}
