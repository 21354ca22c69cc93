package blackbox

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestEditsAtOnce changes a user's password, which takes long, while another field of the user is changed: what was answered 200 is
// stored.
func TestEditsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		for i, quick := range []map[string]any{
			{"disabled": true}, {"role": "manager"}, {"space_id": campus.Room}, {"email": "otra@usc.edu.co"},
		} {
			email := fmt.Sprintf("ana%d@usc.edu.co", i)
			var made struct{ ID string }
			require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": email, "password": password}).JSON(&made))
			var wait sync.WaitGroup
			for _, edit := range []map[string]any{{"password": password + "2"}, quick} {
				wait.Go(func() {
					answer, err := admin.Send(http.MethodPatch, "/auth/usuarios/"+made.ID, edit)
					if err != nil || answer.Status != 200 {
						t.Errorf("%v: %v %d %s", edit, err, answer.Status, answer.Body)
					}
				})
			}
			wait.Wait()
			var is map[string]any
			require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/usuarios/"+made.ID, nil).JSON(&is))
			for name, value := range quick {
				require.Equal(t, value, is[name], name)
			}
			status := 200
			if is["disabled"] == true {
				status = 401
			}
			nobody := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check}
			send(t, nobody, status, http.MethodPost, "/auth/login", map[string]any{"email": is["email"], "password": password + "2"})
			send(t, nobody, 401, http.MethodPost, "/auth/login", map[string]any{"email": is["email"], "password": password})
		}
	})
}

// TestLinkEndsWithThePassword creates a reset link, which becomes invalid once the password has changed.
func TestLinkEndsWithThePassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		var made struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "ana@usc.edu.co", "password": password}).JSON(&made))
		ana := enter(t, admin, "ana@usc.edu.co", password)
		nobody := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check}
		for _, change := range []func(){
			func() {
				send(t, ana, 204, http.MethodPut, "/auth/password", map[string]any{"current": password, "new": password + "2"})
			},
			func() {
				send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+made.ID, map[string]any{"password": password + "3"})
			},
			func() {
				send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+made.ID, map[string]any{"disabled": true})
				send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+made.ID, map[string]any{"disabled": false})
			},
		} {
			var link struct{ Token string }
			require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios/"+made.ID+"/enlace", nil).JSON(&link))
			change()
			send(t, nobody, 401, http.MethodPost, "/auth/restablecer", map[string]any{"token": link.Token, "new": password + "4"})
		}
	})
}
