// Package upgrade tests that a version can be rolled out, and back, without a gap: the last version and this one serve on one database.
package upgrade

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// served are paths that both versions answer.
var served = []string{
	"/auth/me", "/auth/usuarios", "/auth/claves", "/auth/auditoria", "/health/ready", "/openapi.json",
	"/api/espacios", "/api/dispositivos", "/api/dispositivos/d0", "/api/dispositivos/nuevos", "/api/dispositivos/rechazados",
	"/consumo?limit=10", "/api/consumo/serie?bucket=hour", "/api/consumo/perfil", "/api/consumo/resumen",
	"/api/consumo/restatements", "/api/consumo/cuarentena", "/api/gemelo", "/api/ambiente", "/api/calendarios", "/api/tarifas",
	"/api/recomendaciones", "/api/anomalias", "/api/trabajos", "/api/simulaciones",
}

// TestAnUpgradeHasNoGap rolls out this version beside the last one under load, then back, and out again. No request that was accepted is
// lost, none is answered with 500 or more, and each acknowledged reading is there once and in the totals at both.
func TestAnUpgradeHasNoGap(t *testing.T) {
	named, err := lastVersion()
	require.NoError(t, err)
	last, err := buildLast(t.Context(), "../..", t.TempDir())
	require.NoError(t, err)
	next, err := program.Build()
	require.NoError(t, err)
	databaseURL := databasetest.Postgres(t)
	e := &edge{stopped: make(map[string]bool)}
	start := func(binary string) *program.Server {
		t.Helper()
		server, err := program.StartBinary(t.Context(), binary, t.TempDir(), databaseURL, nil)
		require.NoError(t, err)
		t.Cleanup(func() {
			if t.Failed() {
				t.Log(logs(server))
			}
			_ = server.Kill()
		})
		e.add(server)
		return server
	}
	startLast := func() *program.Server {
		t.Helper()
		server := start(last)
		if named.name == unreleased {
			unreleasedServers = append(unreleasedServers, server)
		}
		return server
	}

	older := startLast()
	client := login(t, older)
	campus, err := client.MakeCampus(6)
	require.NoError(t, err)
	l := newLoad(t, client, e)
	begin(l, campus)
	l.comeIn("the last version takes readings", older)

	newer := start(next)
	l.comeIn("both take readings", older, newer)
	mix(t, campus, older, newer)
	mix(t, campus, newer, older)
	require.NoError(t, e.stop(older), older.Log)
	l.comeIn("this version takes readings alone", newer)

	older = startLast()
	l.comeIn("both take readings again", older, newer)
	mix(t, campus, newer, older)
	require.NoError(t, e.stop(newer), newer.Log)
	l.comeIn("the last version takes readings alone, on the schema of this one", older)
	newer = start(next)
	l.comeIn("both take readings once more", older, newer)

	acknowledged := l.stop()
	for _, server := range []*program.Server{older, newer} {
		requireStored(t, server, campus, acknowledged)
	}
}

// begin starts the load: live readings, readings of two months ago, a counter, batches, and readers.
func begin(l *load, campus program.Campus) {
	now := time.Now().UTC().Truncate(time.Second).Add(-20 * time.Hour) // a batch takes five seconds of it: no load reaches the future
	interval := func(int) map[string]any { return map[string]any{"kwh": 0.001, "interval_s": 1} }
	l.write(campus.Devices[0], now, interval)
	l.write(campus.Devices[1], now.AddDate(0, 0, -60), interval)
	l.write(campus.Devices[counter], now, func(i int) map[string]any {
		return map[string]any{"register_kwh": json.Number(fmt.Sprintf("%.3f", 100+float64(i)/1000))}
	})
	l.writeBatches(campus.Devices[3], now)
	l.writeBatches(campus.Devices[4], now.AddDate(0, 0, -60))
	for i := range 2 {
		l.read(append(append([]string{}, served[i*len(served)/2:]...), served[:i*len(served)/2]...))
	}
}

// counter is the device that reports a register: its first reading counts nothing.
const counter = 2

// requireStored checks at a server that each acknowledged reading is there once, and the totals are their sum.
func requireStored(t *testing.T, server *program.Server, campus program.Campus, acknowledged map[string]int) {
	t.Helper()
	client := login(t, server)
	answer, err := client.Raw(http.MethodGet, "/consumo", "", nil, "Accept", "text/csv")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status)
	rows, err := csv.NewReader(strings.NewReader(string(answer.Body))).ReadAll()
	require.NoError(t, err)
	seen, stored := make(map[string]bool), make(map[string]int)
	for _, row := range rows[1:] {
		key := row[0] + " " + row[1]
		require.False(t, seen[key], "%s is there twice", key)
		seen[key] = true
		stored[row[0]]++
	}
	from := time.Now().UTC().AddDate(0, 0, -62).Format(time.DateOnly)
	for i, device := range campus.Devices[:5] {
		require.Equal(t, acknowledged[device], stored[device], "readings of %s", device)
		counted := stored[device]
		if i == counter {
			counted--
		}
		for _, bucket := range []string{"15m", "hour", "day", "month"} {
			var series struct {
				Items []struct {
					KWh *float64 `json:"kwh"`
				}
			}
			path := "/api/consumo/serie?level=device&id=" + device + "&from=" + from + "&bucket=" + bucket
			require.NoError(t, send(t, client, http.StatusOK, http.MethodGet, path, nil).JSON(&series))
			sum := 0.0
			for _, item := range series.Items {
				if item.KWh != nil {
					sum += *item.KWh
				}
			}
			require.Equal(t, fmt.Sprintf("%.6f", float64(counted)/1000), fmt.Sprintf("%.6f", sum), path)
		}
	}
}

// login logs the first administrator in.
func login(t *testing.T, server *program.Server) *program.Client {
	t.Helper()
	c := &program.Client{URL: server.URL, HTTP: &http.Client{Timeout: 5 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}}
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	body := map[string]string{"email": program.AdminEmail, "password": program.AdminPassword}
	require.NoError(t, send(t, c, http.StatusOK, http.MethodPost, "/auth/login", body).JSON(&granted))
	c.Token = granted.AccessToken
	return c
}

// send sends JSON and checks the status.
func send(t *testing.T, c *program.Client, status int, method, path string, body any) program.Answer {
	t.Helper()
	answer, _ := sendUntilServed(t, c, method, path, body)
	require.Equal(t, status, answer.Status, "%s %s at %s: %s", method, path, c.URL, answer.Body)
	return answer
}

// sendUntilServed sends JSON, again while a failure is excused.
func sendUntilServed(t *testing.T, c *program.Client, method, path string, body any) (answer program.Answer, again bool) {
	t.Helper()
	answer, err := c.Send(method, path, body)
	for err == nil && excused(answer) {
		again = true
		answer, err = c.Send(method, path, body)
	}
	require.NoError(t, err)
	return answer, again
}

// unreleasedServers are running servers of the version before the first release.
var unreleasedServers []*program.Server

// excused reports whether a failed request is one that may be repeated: servers from before the first release read tables with SELECT *,
// and a connection that prepared this fails once when a migration adds a column. Later versions have no such excuse.
func excused(answer program.Answer) bool {
	var problem struct {
		RequestID string `json:"request_id"`
	}
	if answer.Status != http.StatusInternalServerError || answer.JSON(&problem) != nil || problem.RequestID == "" {
		return false
	}
	const patience, pause = 500, 20 * time.Millisecond // the line may be written after the answer
	for range patience {
		for _, server := range unreleasedServers {
			for line := range strings.Lines(server.Log.String()) {
				if strings.Contains(line, problem.RequestID) && strings.Contains(line, `"level":"error"`) {
					return strings.Contains(line, "cached plan must not change result type")
				}
			}
		}
		<-time.After(pause)
	}
	return false
}
