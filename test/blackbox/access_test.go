package blackbox

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// access lists who may call each route: the letters of admin, manager, viewer and device, or public. It is written by hand, and not
// generated from the program, so that a route that is opened by mistake is found.
var access = map[string]string{
	"POST /auth/login": "public", "POST /login": "public", "POST /auth/refresh": "public",
	"POST /auth/logout": "amv", "GET /auth/me": "amv", "PUT /auth/password": "amv",
	"GET /auth/usuarios": "a", "POST /auth/usuarios": "a", "GET /auth/usuarios/{id}": "a", "PATCH /auth/usuarios/{id}": "a", "DELETE /auth/usuarios/{id}": "a",
	"POST /auth/usuarios/{id}/enlace": "a", "DELETE /auth/usuarios/{id}/vinculo": "a", "POST /auth/restablecer": "public",
	"GET /auth/claves": "a", "POST /auth/claves": "a", "GET /auth/claves/{id}": "a", "PATCH /auth/claves/{id}": "a", "DELETE /auth/claves/{id}": "a",
	"GET /auth/auditoria": "a", "GET /auth/datos/{user_id}": "a", "POST /auth/datos/{user_id}/olvido": "a",
	"GET /auth/segundo-factor": "amv", "POST /auth/segundo-factor": "amv", "POST /auth/segundo-factor/confirmacion": "amv", "DELETE /auth/segundo-factor": "amv",
	"GET /auth/segundo-factor/roles": "a", "PUT /auth/segundo-factor/roles": "a", "DELETE /auth/usuarios/{id}/segundo-factor": "a",

	"POST /consumo": "amd", "POST /consumo/lote": "amd", "POST /consumo/lote/revision": "amd", "GET /consumo": "amv",
	"GET /consumo/{device_id}/{timestamp}": "amv", "PUT /consumo/{device_id}/{timestamp}": "am", "DELETE /consumo/{device_id}/{timestamp}": "am",
	"GET /api/consumo/restatements": "amv", "GET /api/consumo/cuarentena": "amv", "POST /api/consumo/cuarentena/{device_id}/{timestamp}": "am",
	"GET /api/consumo/serie": "amv", "GET /api/consumo/perfil": "amv", "GET /api/consumo/duracion": "amv", "GET /api/consumo/resumen": "amv", "GET /api/consumo/factura": "amv",
	"GET /api/gemelo": "amv", "GET /api/eventos": "amv",
	"GET /api/espacios": "amv", "POST /api/espacios": "am", "GET /api/espacios/{id}": "amv", "PATCH /api/espacios/{id}": "am", "DELETE /api/espacios/{id}": "am",
	"GET /api/dispositivos/nuevos": "am", "POST /api/dispositivos/nuevos": "am", "DELETE /api/dispositivos/nuevos": "am", "GET /api/dispositivos/rechazados": "am",
	"GET /api/mqtt":         "am",
	"GET /api/dispositivos": "amv", "POST /api/dispositivos": "am", "GET /api/dispositivos/{id}": "amv", "PATCH /api/dispositivos/{id}": "am", "DELETE /api/dispositivos/{id}": "am",
	"POST /api/dispositivos/{id}/estado": "amd", "GET /api/dispositivos/{id}/estados": "amv",
	"POST /ambiente": "amd", "POST /ambiente/lote": "amd", "GET /api/ambiente": "amv", "GET /api/ambiente/horas": "amv",
	"GET /api/calendarios": "amv", "POST /api/calendarios": "am", "GET /api/calendarios/{id}": "amv", "PATCH /api/calendarios/{id}": "am", "DELETE /api/calendarios/{id}": "am",
	"GET /api/tarifas": "amv", "POST /api/tarifas": "am", "GET /api/tarifas/{id}": "amv", "PATCH /api/tarifas/{id}": "am", "DELETE /api/tarifas/{id}": "am",

	"GET /api/recomendaciones": "amv", "GET /api/recomendaciones/ahorro": "amv", "GET /api/recomendaciones/{id}/evidencia": "amv", "GET /api/recomendaciones/{id}/verificacion": "amv", "POST /api/recomendaciones/{id}/estado": "am",
	"POST /api/recomendaciones/preguntas/{id}": "am", "DELETE /api/recomendaciones/preguntas/{id}": "am",
	"POST /api/simulaciones": "amv", "GET /api/simulaciones": "amv", "GET /api/simulaciones/{id}": "amv", "DELETE /api/simulaciones/{id}": "am", "POST /api/simulaciones/{id}/inicio": "am", "POST /api/simulaciones/{id}/fin": "am",
	"GET /api/consumo/comparacion": "amv", "GET /api/espacios/{id}/comparacion": "amv", "GET /api/reportes/mensual": "amv", "GET /api/anomalias": "amv", "GET /api/trabajos": "amv", "POST /api/trabajos": "am",
	"GET /api/linea-base": "amv", "GET /api/pronostico": "amv", "POST /api/recomendaciones/recomendar": "amv", "POST /api/recomendaciones/recomendar/pdf": "amv",
	"GET /api/recomendaciones/reporte/{id}.pdf": "amv",

	"GET /.well-known/jwks.json": "public", "GET /auth/metodos": "public", "GET /auth/oidc": "public", "GET /auth/oidc/callback": "public", "POST /auth/oidc/canje": "public",
	"GET /input/post": "public", "POST /input/post": "public", "GET /input/bulk": "public", "POST /input/bulk": "public",
	"GET /health/live": "public", "GET /health/ready": "public", "GET /api/diagnostico": "a",
}

// TestEveryRoute calls every route of the document with every role, with a session that has ended, and with nothing.
func TestEveryRoute(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, databaseURL string, settings ...string) {
		admin := login(t, start(t, databaseURL, settings...))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		callers := map[string]*program.Client{
			"a": newUser(t, admin, "admin", ""), "m": newUser(t, admin, "manager", ""), "v": newUser(t, admin, "viewer", ""),
			"d": gateway(t, admin, map[string]any{"name": "Pasarela", "space_id": campus.Site}),
			"k": gateway(t, admin, map[string]any{"name": "Grafana", "role": "viewer"}),
		}
		routes := routesOf(t, admin)
		require.Len(t, routes, len(access), "the table names a route that is not there, or lacks one")
		for _, route := range routes {
			allowed, known := access[route]
			require.True(t, known, "%s has no row in the table", route)
			method, path, _ := strings.Cut(route, " ")
			for name, caller := range callers {
				if route == "POST /auth/logout" {
					continue // it would end the caller
				}
				status := call(t, caller, method, path)
				switch {
				case allowed == "public":
				case name == "k" && strings.HasPrefix(path, "/auth/"):
					require.Equal(t, 403, status, "%s by a key", route)
				case strings.Contains(allowed, strings.ReplaceAll(name, "k", "v")): // a key for reading may what a viewer may
					require.NotContains(t, []int{401, 403}, status, "%s by %s", route, name)
				default:
					require.Equal(t, 403, status, "%s by %s", route, name)
				}
			}
			nobody := &program.Client{URL: admin.URL, HTTP: admin.HTTP}
			if status := call(t, nobody, method, path); allowed != "public" {
				require.Equal(t, 401, status, "%s by nobody", route)
			}
		}
	})
}

// routesOf are all that the served document names.
func routesOf(t *testing.T, client *program.Client) []string {
	t.Helper()
	var document struct{ Paths map[string]map[string]any }
	answer, err := client.Raw(http.MethodGet, "/openapi.json", "", nil)
	require.NoError(t, err)
	require.NoError(t, answer.JSON(&document))
	var routes []string
	for path, methods := range document.Paths {
		for method := range methods {
			routes = append(routes, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	return routes
}

// call calls a route about things that are not there, so that nothing is changed.
func call(t *testing.T, client *program.Client, method, path string) int {
	t.Helper()
	path = strings.NewReplacer("{id}", "nada", "{user_id}", "nada", "{device_id}", "nada", "{timestamp}", "2026-01-01T00:00:00Z").Replace(path)
	if path == "/api/eventos" {
		path += "?space_id=nada" // else it would never end
	}
	var body any
	if method != http.MethodGet && method != http.MethodDelete {
		body = map[string]any{}
	}
	answer, err := client.Send(method, path, body)
	require.NoError(t, err)
	return answer.Status
}

const password = "una-frase-larga-7"

// newUser creates a user and logs them in.
func newUser(t *testing.T, admin *program.Client, role, space string) *program.Client {
	t.Helper()
	email := role + time.Now().Format("150405.000000000") + "@usc.edu.co"
	send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": email, "password": password, "role": role, "space_id": space})
	return enter(t, admin, email, password)
}

// enter logs a user in.
func enter(t *testing.T, like *program.Client, email, password string) *program.Client {
	t.Helper()
	client := &program.Client{URL: like.URL, HTTP: like.HTTP, Check: like.Check}
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	require.NoError(t, send(t, client, 200, http.MethodPost, "/auth/login", map[string]string{"email": email, "password": password}).JSON(&granted))
	client.Token = granted.AccessToken
	return client
}

// gateway makes a key and a client that uses it.
func gateway(t *testing.T, admin *program.Client, key map[string]any) *program.Client {
	t.Helper()
	var made struct{ Key string }
	require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/claves", key).JSON(&made))
	return &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check, Key: made.Key}
}

// TestScope lets a manager of one building and a key of one device use their own part, and see nothing of the other's.
func TestScope(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		var other struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "Otro", "kind": "building", "parent_id": campus.Site}).JSON(&other))
		send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "ajeno", "kind": "meter", "space_id": other.ID})
		now := time.Now().UTC().Truncate(time.Minute).Format(time.RFC3339)
		place := send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "ajeno", "kwh": 1, "timestamp": now}).Header.Get("Location")

		manager := newUser(t, admin, "manager", campus.Room)
		for _, path := range []string{
			"/api/espacios/" + other.ID, "/api/espacios/" + campus.Site, "/api/dispositivos/ajeno", "/api/dispositivos/ajeno/estados", "/consumo?device_id=ajeno",
			"/consumo?space_id=" + other.ID, place, "/api/consumo/restatements?device_id=ajeno", "/api/consumo/cuarentena?space_id=" + other.ID,
			"/api/consumo/serie?level=device&id=ajeno", "/api/consumo/serie?level=building&id=" + other.ID, "/api/consumo/serie?level=site&id=" + campus.Site,
			"/api/consumo/perfil?level=building&id=" + other.ID, "/api/consumo/resumen?level=site&id=" + campus.Site,
			"/api/consumo/factura?month=2026-01&level=device&id=ajeno", "/api/consumo/comparacion?level=device&id=ajeno", "/api/ambiente?space_id=" + other.ID, "/api/ambiente/horas?space_id=" + other.ID, "/api/consumo/duracion?level=building&id=" + other.ID, "/api/linea-base?id=" + other.ID, "/api/pronostico?id=" + other.ID, "/api/espacios/" + other.ID + "/comparacion", "/api/reportes/mensual?month=2026-01&space_id=" + other.ID, "/api/anomalias?space_id=" + other.ID,
		} {
			send(t, manager, 404, http.MethodGet, path, nil)
		}
		for _, path := range []string{"/api/espacios", "/api/dispositivos", "/consumo", "/api/gemelo", "/api/recomendaciones", "/consumo?format=csv", "/api/consumo/restatements"} {
			require.NotContains(t, string(send(t, manager, 200, http.MethodGet, path, nil).Body), "ajeno", path)
			require.NotContains(t, string(send(t, manager, 200, http.MethodGet, path, nil).Body), other.ID, path)
		}
		send(t, manager, 404, http.MethodPatch, "/api/dispositivos/ajeno", map[string]any{"name": "mío"})
		send(t, manager, 400, http.MethodPatch, "/api/dispositivos/d0", map[string]any{"space_id": other.ID})
		send(t, manager, 404, http.MethodPut, place, map[string]any{"kwh": 2, "reason": "x"})
		send(t, manager, 400, http.MethodPost, "/consumo", map[string]any{"device_id": "ajeno", "kwh": 1})
		send(t, manager, 403, http.MethodPost, "/auth/usuarios", map[string]any{"email": "yo@usc.edu.co", "password": password, "role": "admin"})

		key := gateway(t, admin, map[string]any{"name": "d0", "device_ids": []string{"d0"}})
		send(t, key, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.1, "timestamp": now})
		send(t, key, 400, http.MethodPost, "/consumo", map[string]any{"device_id": "ajeno", "kwh": 0.1, "timestamp": now})
		send(t, key, 403, http.MethodGet, "/consumo", nil)
	})
}

// TestUsersAndKeys manages users and keys: what is given is never more than the giver has, and what is taken is gone.
func TestUsersAndKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		send(t, admin, 400, http.MethodPost, "/auth/usuarios", map[string]any{"email": "no", "password": "corta", "space_id": "sp_x"})
		send(t, admin, 400, http.MethodPost, "/auth/usuarios", map[string]any{"email": "a@usc.edu.co", "password": password, "id": "us_1"})
		var made struct{ ID, Email string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "Ana@USC.edu.co", "password": password, "role": "admin", "space_id": campus.Room}).JSON(&made))
		require.Equal(t, "ana@usc.edu.co", made.Email)
		send(t, admin, 409, http.MethodPost, "/auth/usuarios", map[string]any{"email": "ana@usc.edu.co", "password": password})

		ana := enter(t, admin, made.Email, password)
		send(t, ana, 400, http.MethodPost, "/auth/usuarios", map[string]any{"email": "b@usc.edu.co", "password": password, "role": "admin"})
		send(t, ana, 400, http.MethodPatch, "/auth/usuarios/"+made.ID, map[string]any{"space_id": ""})
		send(t, ana, 403, http.MethodGet, "/auth/auditoria", nil)
		var me struct{ ID string }
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/me", nil).JSON(&me))
		send(t, ana, 404, http.MethodGet, "/auth/usuarios/"+me.ID, nil)
		require.NotContains(t, string(send(t, ana, 200, http.MethodGet, "/auth/usuarios", nil).Body), me.ID)
		send(t, admin, 409, http.MethodDelete, "/auth/usuarios/"+me.ID, nil)
		send(t, admin, 409, http.MethodPatch, "/auth/usuarios/"+me.ID, map[string]any{"role": "viewer"})

		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+made.ID, map[string]any{"role": "viewer"})
		send(t, ana, 403, http.MethodGet, "/auth/usuarios", nil)
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+made.ID, map[string]any{"disabled": true})
		send(t, ana, 401, http.MethodGet, "/auth/me", nil)

		send(t, admin, 400, http.MethodPost, "/auth/claves", map[string]any{"name": ""})
		send(t, admin, 400, http.MethodPost, "/auth/claves", map[string]any{"name": "x", "device_ids": []string{"d0", "nada"}})
		key := gateway(t, admin, map[string]any{"name": "d0", "device_ids": []string{"d0"}})
		send(t, key, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.1})
		listed := send(t, admin, 200, http.MethodGet, "/auth/claves", nil)
		require.NotContains(t, string(listed.Body), "htk_")
		var keys struct {
			Items []struct {
				ID         string
				LastUsedAt *time.Time `json:"last_used_at"`
			}
		}
		require.NoError(t, listed.JSON(&keys))
		require.NotNil(t, keys.Items[0].LastUsedAt)
		send(t, admin, 204, http.MethodDelete, "/auth/claves/"+keys.Items[0].ID, nil)
		send(t, key, 401, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.1})

		requireAudited(t, admin, "login", "user.added", "user.changed", "key.added", "key.removed", "POST /api/espacios", "GET /auth/me", "GET /auth/usuarios")
	})
}

// requireAudited finds actions in the audit, which contains no secret.
func requireAudited(t *testing.T, admin *program.Client, actions ...string) {
	t.Helper()
	answer := send(t, admin, 200, http.MethodGet, "/auth/auditoria?limit=1000", nil)
	var audit struct {
		Items []struct {
			Action    string
			RequestID string `json:"request_id"`
		}
	}
	require.NoError(t, json.Unmarshal(answer.Body, &audit))
	var seen []string
	for _, line := range audit.Items {
		seen = append(seen, line.Action)
		require.NotEmpty(t, line.RequestID, line.Action)
	}
	require.Subset(t, seen, actions)
	require.NotContains(t, string(answer.Body), password)
	csv := send(t, admin, 200, http.MethodGet, "/auth/auditoria?format=csv&action=user.added", nil)
	require.Equal(t, 2, strings.Count(string(csv.Body), "\r\n"))
	require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/auth/auditoria?limit=1", nil).Body), "GET /auth/auditoria", "the export itself is a line")
}

// TestReset creates a password reset link for a user, which is valid once.
func TestReset(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		var made struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "ana@usc.edu.co", "password": password}).JSON(&made))
		ana := enter(t, admin, "ana@usc.edu.co", password)
		var link struct{ Token string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios/"+made.ID+"/enlace", nil).JSON(&link))
		nobody := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check}
		send(t, nobody, 401, http.MethodPost, "/auth/restablecer", map[string]any{"token": "htp_nada", "new": password + "2"})
		send(t, nobody, 400, http.MethodPost, "/auth/restablecer", map[string]any{"token": link.Token, "new": "corta"})
		send(t, nobody, 204, http.MethodPost, "/auth/restablecer", map[string]any{"token": link.Token, "new": password + "2"})
		send(t, nobody, 401, http.MethodPost, "/auth/restablecer", map[string]any{"token": link.Token, "new": password + "3"})
		send(t, ana, 401, http.MethodGet, "/auth/me", nil)
		enter(t, admin, "ana@usc.edu.co", password+"2")
	})
}

// TestRateLimit rejects a caller who sends too many requests, and reports how long to wait; probes are not rejected.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	server := start(t, databasetest.SQLite(t), "RATE_LIMIT_PER_MIN=30")
	client := login(t, server)
	last := 0
	for range 1000 { // one more comes back every two seconds, so a slow machine asks more often
		answer, err := client.Send(http.MethodGet, "/auth/me", nil)
		require.NoError(t, err)
		require.Equal(t, "30", answer.Header.Get("RateLimit-Limit"))
		if last = answer.Status; last == 429 {
			require.NotEmpty(t, answer.Header.Get("Retry-After"))
			break
		}
	}
	require.Equal(t, 429, last)
	send(t, client, 200, http.MethodGet, "/health/ready", nil)
}

// TestUserCommands manages users from the command line.
func TestUserCommands(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		require.NoError(t, start(t, databaseURL).Stop())
		out := runCommand(t, databaseURL, true, "user", "create", "ana@usc.edu.co", "--role", "manager")
		made := strings.Fields(strings.Split(out, "\n")[1])[0]
		require.Contains(t, runCommand(t, databaseURL, false, "user", "create", "ana@usc.edu.co"), "taken")
		require.Contains(t, runCommand(t, databaseURL, false, "user", "create", "no"), "email: debe ser un correo")
		runCommand(t, databaseURL, true, "user", "create", "otro@usc.edu.co")
		runCommand(t, databaseURL, true, "user", "disable", "otro@usc.edu.co")
		require.Contains(t, runCommand(t, databaseURL, false, "user", "disable", program.AdminEmail), "administrator")
		list := runCommand(t, databaseURL, true, "user", "list")
		require.Contains(t, list, "ana@usc.edu.co manager\n")
		require.Contains(t, list, "otro@usc.edu.co viewer  disabled\n")
		changed := strings.Fields(runCommand(t, databaseURL, true, "user", "password", "otro@usc.edu.co"))[0]
		runCommand(t, databaseURL, true, "user", "enable", "otro@usc.edu.co")

		admin := login(t, start(t, databaseURL))
		enter(t, admin, "ana@usc.edu.co", made)
		enter(t, admin, "otro@usc.edu.co", changed)
	})
}

// TestKeyRing signs with a key of a folder, and shows it.
func TestKeyRing(t *testing.T) {
	folder := t.TempDir()
	_, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "2026-11.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	client := login(t, start(t, databasetest.SQLite(t), "JWT_SECRET=", "JWT_KEYS="+folder))
	send(t, client, 200, http.MethodGet, "/auth/me", nil)
	keys := send(t, client, 200, http.MethodGet, "/.well-known/jwks.json", nil)
	require.Contains(t, string(keys.Body), `"kid":"2026-11"`)
	require.Contains(t, string(keys.Body), base64.RawURLEncoding.EncodeToString(private.Public().(ed25519.PublicKey)))
}
