package blackbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestEveryDocumentedRouteWantsALogin calls every route of the served document without a token: it is rejected, except where the document
// allows calls without one.
func TestEveryDocumentedRouteWantsALogin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		nobody := &program.Client{URL: server.URL, HTTP: http.DefaultClient}
		answer := send(t, nobody, 200, http.MethodGet, "/openapi.json", nil)
		document, err := openapi3.NewLoader().LoadFromData(answer.Body)
		require.NoError(t, err)
		require.NotEmpty(t, document.Paths.Map())
		for path, item := range document.Paths.Map() {
			for method, operation := range item.Operations() {
				require.NotEmpty(t, operation.Summary, "%s %s", method, path)
				open := operation.Security == nil
				require.Equal(t, access[method+" "+path] == "public", open, "%s %s", method, path)
				if !open {
					refused, err := nobody.Raw(method, strings.NewReplacer("{", "x", "}", "x").Replace(path), "application/json", strings.NewReader("{}"))
					require.NoError(t, err)
					require.Equal(t, http.StatusUnauthorized, refused.Status, "%s %s", method, path)
				}
			}
		}
		send(t, nobody, 200, http.MethodGet, "/docs", nil)
		send(t, nobody, 200, http.MethodGet, "/", nil)
	})
}

// TestLoginTellsNothing compares the answers to an unknown user and a wrong password.
func TestLoginTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		nobody := &program.Client{URL: server.URL, HTTP: http.DefaultClient}
		unknown := send(t, nobody, 401, http.MethodPost, "/auth/login", map[string]string{"email": "nadie@usc.edu.co", "password": "no es la clave"})
		wrong := send(t, nobody, 401, http.MethodPost, "/auth/login", map[string]string{"email": program.AdminEmail, "password": "no es la clave"})
		require.Equal(t, withoutID(t, unknown), withoutID(t, wrong))
		require.Contains(t, string(wrong.Body), "invalid_credentials")
		form, err := nobody.Raw(http.MethodPost, "/auth/login", "application/x-www-form-urlencoded",
			strings.NewReader("grant_type=password&username="+program.AdminEmail+"&password="+program.AdminPassword))
		require.NoError(t, err)
		require.Equal(t, 200, form.Status)
		for _, body := range []string{"", "{", `{"email":1,"password":"x"}`, `{"email":"a","email":"b","password":"x"}`, `{"email":"a","password":"` + strings.Repeat("x", 73) + `"}`, "[]", `{"email":"a","password":"x","role":"admin"}`} {
			bad, err := nobody.Raw(http.MethodPost, "/auth/login", "application/json", strings.NewReader(body))
			require.NoError(t, err)
			require.Equal(t, 400, bad.Status, body)
		}
	})
}

func withoutID(t *testing.T, a program.Answer) map[string]any {
	t.Helper()
	var members map[string]any
	require.NoError(t, a.JSON(&members))
	delete(members, "request_id")
	return members
}

// TestRefreshTokensAreSpentOnce rotates a session by several requests at once, which get the same token, on another server too; and ends it
// when a spent token comes after that.
func TestRefreshTokensAreSpentOnce(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		client := &program.Client{URL: server.URL, HTTP: http.DefaultClient}
		type pair struct {
			AccessToken  string `json:"access_token"`
			RefreshToken string `json:"refresh_token"`
		}
		var mu sync.Mutex
		var first, second, again pair
		require.NoError(t, send(t, client, 200, http.MethodPost, "/login", map[string]string{"email": program.AdminEmail, "password": program.AdminPassword}).JSON(&first))
		asked := client
		if strings.HasPrefix(databaseURL, "postgres") {
			asked = &program.Client{URL: start(t, databaseURL).URL, HTTP: http.DefaultClient}
		}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				var next pair
				answer, err := asked.Send(http.MethodPost, "/auth/refresh", map[string]string{"refresh_token": first.RefreshToken})
				if assert.NoError(t, err) && assert.Equal(t, 200, answer.Status) && assert.NoError(t, answer.JSON(&next)) {
					mu.Lock()
					defer mu.Unlock()
					assert.True(t, again.RefreshToken == "" || again.RefreshToken == next.RefreshToken)
					again = next
				}
			})
		}
		wait.Wait()
		require.NoError(t, send(t, client, 200, http.MethodPost, "/auth/refresh", map[string]string{"refresh_token": first.RefreshToken}).JSON(&second))
		require.Equal(t, again.RefreshToken, second.RefreshToken)
		client.Token = second.AccessToken
		send(t, client, 200, http.MethodGet, "/auth/me", nil)
		reused := send(t, client, 401, http.MethodPost, "/auth/refresh", map[string]string{"refresh_token": first.RefreshToken})
		require.Contains(t, string(reused.Body), "token_reused")
		send(t, client, 401, http.MethodPost, "/auth/refresh", map[string]string{"refresh_token": second.RefreshToken})
		send(t, client, 401, http.MethodGet, "/auth/me", nil)
	})
}

// broken is how many bad requests each database gets.
const broken = 8_000

// TestBadInputIsNeverAServerError sends bodies broken at random, from a seed, to every route that takes one. Both
// databases answer alike, and nothing is stored.
func TestBadInputIsNeverAServerError(t *testing.T) {
	t.Parallel()
	var answers [][]int
	var mu sync.Mutex
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		client := login(t, server)
		campus, err := client.MakeCampus(1)
		require.NoError(t, err)
		chance := rand.New(rand.NewPCG(3, 5))
		var statuses []int
		for range broken {
			path, body := brokenBody(chance, campus)
			answer, err := client.Raw(http.MethodPost, path, "application/json", bytes.NewReader(body))
			require.NoError(t, err)
			require.Less(t, answer.Status, 500, "%s %q: %s", path, body, answer.Body)
			statuses = append(statuses, answer.Status)
			if answer.Status >= 400 {
				require.True(t, json.Valid(answer.Body), "%s %q", path, body)
				require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
			}
		}
		mu.Lock()
		answers = append(answers, statuses)
		mu.Unlock()
		send(t, client, 200, http.MethodGet, "/health/ready", nil)
	})
	require.NotEmpty(t, answers)
	for _, other := range answers {
		require.Equal(t, answers[0], other)
	}
}

var seeds = map[string]string{
	"/consumo":                        `{"device_id":"d0","kwh":0.42,"timestamp":"2026-05-26T23:03:57-05:00","interval_s":900}`,
	"/consumo/lote":                   `[{"device_id":"d0","register_kwh":12.5,"timestamp":"2026-05-26T23:03:57-05:00"},{"device_id":"d0","power_w":3}]`,
	"/ambiente":                       `{"space_id":"%s","temperature_c":24.5,"humidity_pct":60,"co2_ppm":700,"occupancy":3,"timestamp":"2026-05-26T23:03:57Z"}`,
	"/api/espacios":                   `{"name":"Sala","kind":"room","parent_id":"%s","area_m2":20.5}`,
	"/api/dispositivos":               `{"id":"x1","name":"X","kind":"ac","space_id":"%s","rated_w":100.5,"interval_s":60}`,
	"/api/dispositivos/d0/estado":     `{"state":"on","timestamp":"2026-05-26T23:03:57Z"}`,
	"/api/tarifas":                    `{"space_id":"%s","name":"T","valid_from":"2026-01-01","price_per_kwh":800.5,"periods":[{"days":["mon"],"from":"18:00","to":"21:00","price_per_kwh":1000}]}`,
	"/api/calendarios":                `{"space_id":"%s","name":"H","kind":"opening","hours":[{"days":["mon"],"from":"08:00","to":"21:00"}]}`,
	"/auth/refresh":                   `{"refresh_token":"htr_x"}`,
	"/api/recomendaciones/recomendar": `{"sala":"Sala","consumo":21.4,"dispositivos":["TV","PS5"]}`,
}

var paths = []string{
	"/consumo", "/consumo/lote", "/ambiente", "/api/espacios", "/api/dispositivos", "/api/dispositivos/d0/estado", "/api/tarifas",
	"/api/calendarios", "/auth/refresh", "/api/recomendaciones/recomendar",
}

var insertions = []string{
	"NaN", "1e400", "-1", "null", "\"\\u0000\"", "\xff", "{", "}", "]", "[", ",", "\"", ":", "1e-400", "9223372036854775808", "true", "[]", "{}",
	"\"x\":1,", strings.Repeat("[", 200), "\\ud800", "0x1p-2", "2026-02-30T00:00:00Z", "\"Kwh\":1,", "\"device_id\":\"d0\",", "99999999999999999999999999999999999",
}

// brokenBody makes a request with one to three things wrong with it.
func brokenBody(chance *rand.Rand, campus program.Campus) (path string, body []byte) {
	path = paths[chance.IntN(len(paths))]
	body = []byte(seeds[path])
	if bytes.Contains(body, []byte("%s")) {
		body = []byte(fmt.Sprintf(seeds[path], "sp_nothing"))
	}
	for range 1 + chance.IntN(3) {
		at := chance.IntN(len(body) + 1)
		switch chance.IntN(3) {
		case 0:
			body = append(body[:at:at], append([]byte(insertions[chance.IntN(len(insertions))]), body[at:]...)...)
		case 1:
			to := min(len(body), at+1+chance.IntN(8))
			body = append(body[:at:at], body[to:]...)
		case 2:
			if at < len(body) {
				body[at] ^= byte(1 << chance.IntN(8))
			}
		}
	}
	return path, body
}

// TestTheDocumentIsTheCommittedProgramsOwn checks that what the command prints is what the server serves.
func TestTheDocumentIsTheCommittedProgramsOwn(t *testing.T) {
	server, err := program.Start(context.Background(), t.TempDir(), "sqlite://./data/holotwin.db", nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Kill() })
	served := send(t, &program.Client{URL: server.URL, HTTP: http.DefaultClient}, 200, http.MethodGet, "/openapi.json", nil)
	printed, err := program.Run("openapi")
	require.NoError(t, err)
	require.JSONEq(t, string(served.Body), string(printed))
}
