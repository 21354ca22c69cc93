package blackbox

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestForgetting takes a person's data out and forgets the person: what they did stays, under a pseudonym.
func TestForgetting(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		makeTwoBuildings(t, admin)
		const email = "eva.unica@usc.edu.co"
		var made, me struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": email, "password": password, "role": "manager"}).JSON(&made))
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/me", nil).JSON(&me))
		eva := enter(t, admin, email, password)
		at := time.Now().UTC().Truncate(time.Hour).Format(time.RFC3339)
		place := send(t, eva, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "kwh": 1, "timestamp": at}).Header.Get("Location")
		send(t, eva, 200, http.MethodPut, place, map[string]any{"kwh": 2, "reason": "lo revisó Eva.Unica@usc.edu.co"})

		path := "/auth/datos/" + made.ID
		send(t, eva, 403, http.MethodGet, path, nil)
		send(t, admin, 404, http.MethodGet, "/auth/datos/us_nada", nil)
		answer := send(t, admin, 200, http.MethodGet, path, nil)
		require.Contains(t, answer.Header.Get("Content-Disposition"), "attachment")
		var data struct {
			Addresses []string
			User      struct{ Email, Role string }
			Sessions  []struct{ Ended bool }
			Audit     []struct{ Action string }
			Elsewhere []struct {
				Kind, What string
				Texts      map[string]string
			}
		}
		require.NoError(t, answer.JSON(&data))
		require.Equal(t, []string{email}, data.Addresses)
		require.Equal(t, email, data.User.Email)
		require.Len(t, data.Sessions, 1)
		require.GreaterOrEqual(t, len(data.Audit), 3)
		require.Len(t, data.Elsewhere, 1)
		require.Equal(t, "correction", data.Elsewhere[0].Kind)
		require.NotContains(t, string(answer.Body), "$2a$")

		send(t, eva, 403, http.MethodPost, path+"/olvido", nil)
		require.Contains(t, string(send(t, admin, 409, http.MethodPost, "/auth/datos/"+me.ID+"/olvido", nil).Body), "last_administrator")
		var forgotten struct{ Pseudonym string }
		require.NoError(t, send(t, admin, 200, http.MethodPost, path+"/olvido", nil).JSON(&forgotten))
		send(t, eva, 401, http.MethodGet, "/auth/me", nil)
		send(t, &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check}, 401, http.MethodPost, "/auth/login", map[string]string{"email": email, "password": password})
		send(t, admin, 404, http.MethodPost, path+"/olvido", nil)
		reading := string(send(t, admin, 200, http.MethodGet, place, nil).Body)
		require.Contains(t, reading, "lo revisó "+forgotten.Pseudonym)
		require.NotContains(t, reading, made.ID)
		entries := string(send(t, admin, 200, http.MethodGet, "/auth/auditoria?limit=1000", nil).Body)
		require.NotContains(t, entries, made.ID)
		require.Contains(t, entries, `"actor":"`+forgotten.Pseudonym+`"`)
		require.Contains(t, entries, "person.forgotten")
	})
}
