package upgrade

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/random"
	"github.com/holotwin/holotwin/test/program"
)

// mix makes and changes things at one server and uses them at the other, of another version.
func mix(t *testing.T, campus program.Campus, here, there *program.Server) {
	t.Helper()
	admin := login(t, here)
	elsewhere := *admin // the session of one server at the other
	elsewhere.URL = there.URL
	mixUsers(t, admin, &elsewhere)
	mixCampus(t, campus, admin, &elsewhere)
	mixAdvice(t, admin, &elsewhere)
}

// mixUsers adds a user and a session at one server, and goes on with them at the other.
func mixUsers(t *testing.T, here, there *program.Client) {
	t.Helper()
	const password = "otra-clave-larga-de-prueba"
	email := random.ID("user") + "@usc.edu.co"
	id := made(t, here, "/auth/usuarios", map[string]any{"email": email, "password": password, "role": "viewer"})
	var session struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	login := map[string]any{"email": email, "password": password}
	require.NoError(t, send(t, there, 200, http.MethodPost, "/auth/login", login).JSON(&session))
	require.NoError(t, send(t, here, 200, http.MethodPost, "/auth/refresh", map[string]any{"refresh_token": session.Refresh}).JSON(&session))
	viewer := &program.Client{URL: there.URL, HTTP: there.HTTP, Token: session.Access}
	send(t, viewer, 200, http.MethodGet, "/auth/me", nil)
	send(t, here, 200, http.MethodPatch, "/auth/usuarios/"+id, map[string]any{"disabled": true})
	eventually(t, "a user that was disabled at the other server is refused", func() bool {
		answer, err := viewer.Send(http.MethodGet, "/auth/me", nil)
		return err == nil && answer.Status == http.StatusUnauthorized
	})
	send(t, there, 401, http.MethodPost, "/auth/login", login)
}

// mixCampus makes a room with all that belongs to it at one server, sends its readings to the other, and follows them at both.
func mixCampus(t *testing.T, campus program.Campus, here, there *program.Client) {
	t.Helper()
	room := made(t, here, "/api/espacios", map[string]any{"name": "Sala nueva", "kind": "room", "parent_id": campus.Site})
	device := made(t, here, "/api/dispositivos", map[string]any{"id": random.ID("n"), "name": "Equipo", "kind": "appliance", "space_id": room, "rated_w": 10_000})
	made(t, here, "/api/tarifas", map[string]any{"space_id": room, "name": "T", "currency": "COP", "valid_from": "2026-01-01", "price_per_kwh": 800})
	made(t, here, "/api/calendarios", map[string]any{"space_id": room, "name": "Cierre", "kind": "closed", "from": "2026-01-01", "to": "2026-01-02"})
	for _, path := range []string{"/api/dispositivos?space_id=" + room, "/api/tarifas?space_id=" + room, "/api/calendarios?space_id=" + room} {
		eventually(t, path, func() bool { // a version may show what another process made a little later
			answer, err := there.Send(http.MethodGet, path, nil)
			return err == nil && answer.Status == 200 && strings.Contains(string(answer.Body), `"`+room+`"`)
		})
	}
	send(t, there, 200, http.MethodPatch, "/api/dispositivos/"+device, map[string]any{"name": "Otro nombre"})
	eventually(t, "a device that was renamed at the other server", func() bool {
		return strings.Contains(string(send(t, here, 200, http.MethodGet, "/api/dispositivos/"+device, nil).Body), "Otro nombre")
	})

	var key struct{ Key string }
	require.NoError(t, send(t, here, 201, http.MethodPost, "/auth/claves", map[string]any{"name": device, "space_id": room}).JSON(&key))
	meter := &program.Client{URL: there.URL, HTTP: there.HTTP, Key: key.Key}
	var streams []*program.Stream
	for _, client := range []*program.Client{here, there} {
		stream, err := client.Follow("/api/eventos?device_id="+device, "")
		require.NoError(t, err)
		defer stream.Close()
		streams = append(streams, stream)
	}
	at := time.Now().UTC().Add(-time.Minute).Truncate(time.Second).Format(time.RFC3339)
	send(t, meter, 201, http.MethodPost, "/consumo", map[string]any{"device_id": device, "kwh": 0.002, "interval_s": 1, "timestamp": at})
	for _, stream := range streams {
		event, err := stream.Next(5 * time.Minute)
		require.NoError(t, err)
		require.Contains(t, event.Data, `"`+device+`"`)
		require.Contains(t, event.Data, `0.002`)
	}
	send(t, here, 200, http.MethodPost, "/consumo", map[string]any{"device_id": device, "kwh": 0.002, "interval_s": 1, "timestamp": at}) // a duplicate at the other
	send(t, here, 200, http.MethodPut, "/consumo/"+device+"/"+at, map[string]any{"kwh": 0.001, "interval_s": 1, "reason": "prueba"})
	require.Contains(t, string(send(t, there, 200, http.MethodGet, "/consumo/"+device+"/"+at, nil).Body), "prueba")
	send(t, there, 200, http.MethodDelete, "/consumo/"+device+"/"+at, map[string]any{"reason": "prueba"})
	send(t, here, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": room, "temperature_c": 21})
	require.Contains(t, string(send(t, there, 200, http.MethodGet, "/api/ambiente?space_id="+room, nil).Body), "21")
	send(t, there, 201, http.MethodPost, "/api/dispositivos/"+device+"/estado", map[string]any{"state": "on"})
	require.Contains(t, string(send(t, here, 200, http.MethodGet, "/api/dispositivos/"+device+"/estados", nil).Body), `"on"`)
	mixInbox(t, here, meter)
}

// mixInbox sends what no device is registered for: this version lists it, whichever took it.
func mixInbox(t *testing.T, here, meter *program.Client) {
	t.Helper()
	node := random.ID("node")
	form := url.Values{"node": {node}, "fulljson": {`{"power":120}`}, "apikey": {meter.Key}}
	for _, to := range []string{meter.URL, here.URL} {
		client := &program.Client{URL: to, HTTP: meter.HTTP}
		answer, err := client.Raw(http.MethodPost, "/input/post", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		require.Less(t, answer.Status, 300, "%s: %s", to, answer.Body)
	}
	eventually(t, "the unknown device is listed", func() bool {
		return strings.Contains(string(send(t, here, 200, http.MethodGet, "/api/dispositivos/nuevos?limit=1000", nil).Body), node)
	})
}

// mixAdvice analyses at one server and reads at the other. A server of before the first release may take the analysis, and fail as with a
// request (excused): then it is asked for once more.
func mixAdvice(t *testing.T, here, there *program.Client) {
	t.Helper()
	id := analyse(t, here)
	eventually(t, "the analysis has ended", func() bool {
		var jobs struct{ Items []struct{ ID, Status string } }
		require.NoError(t, send(t, there, 200, http.MethodGet, "/api/trabajos", nil).JSON(&jobs))
		for _, job := range jobs.Items {
			if job.ID != id {
				continue
			}
			if job.Status == "failed" && len(unreleasedServers) > 0 {
				id = analyse(t, here)
			}
			return job.Status == "done" || job.Status == "interrupted"
		}
		return false
	})
	send(t, there, 200, http.MethodGet, "/api/recomendaciones", nil)
	send(t, here, 200, http.MethodGet, "/api/recomendaciones", nil)
}

// analyse asks a server for an analysis and returns its job's id.
func analyse(t *testing.T, at *program.Client) (id string) {
	t.Helper()
	eventually(t, "no other analysis runs", func() bool {
		answer, err := at.Send(http.MethodPost, "/api/trabajos", nil)
		require.NoError(t, err)
		require.Contains(t, []int{202, 409}, answer.Status, "%s", answer.Body)
		var job struct{ ID string }
		require.NoError(t, answer.JSON(&job))
		id = job.ID
		return answer.Status == 202
	})
	return id
}

// made makes something and returns its id.
func made(t *testing.T, c *program.Client, path string, body map[string]any) string {
	t.Helper()
	answer, again := sendUntilServed(t, c, http.MethodPost, path, body)
	if id, named := body["id"].(string); again && named && answer.Status == http.StatusConflict {
		return id // it was made before the failure that is excused
	}
	require.Equal(t, http.StatusCreated, answer.Status, "%s at %s: %s", path, c.URL, answer.Body)
	var got struct{ ID string }
	require.NoError(t, answer.JSON(&got))
	return got.ID
}
