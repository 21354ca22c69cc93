package blackbox

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestTheDemoLoadsAndAdvises runs the README's first command and reads what it says to do.
func TestTheDemoLoadsAndAdvises(t *testing.T) {
	t.Parallel()
	url := databasetest.SQLite(t)
	server, err := program.Start(context.Background(), t.TempDir(), url, nil, "demo")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Kill() })
	require.Eventually(t, func() bool { return strings.Contains(server.Log.String(), "campus of real readings loaded") }, 15*time.Minute, 100*time.Millisecond, server.Log)
	require.NotContains(t, server.Log.String(), `"level":"error"`)
	client := login(t, server)
	require.Contains(t, string(send(t, client, 200, http.MethodGet, "/auth/me", nil).Body), `"initial_password":false`, "a demo asks for no other password")
	got := advise(t, client, "es")
	require.Greater(t, len(got.Recomendaciones), 3)
	require.Equal(t, map[string]bool{"consumption": true, "temperature": true, "device_state": true, "hour_of_day": true}, got.Considered)
	var serie struct {
		Series []struct{ Name string }
	}
	require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/serie?bucket=month&by=building", nil).JSON(&serie))
	require.GreaterOrEqual(t, len(serie.Series), 8)
	var overview struct {
		Today             struct{ KWh *float64 }
		ProjectedMonthKWh *float64                `json:"projected_month_kwh"`
		BaseLoadKW        *float64                `json:"base_load_kw"`
		TopDevices        []struct{ KWh float64 } `json:"top_devices"`
	}
	require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/resumen", nil).JSON(&overview))
	require.NotNil(t, overview.ProjectedMonthKWh)
	require.Positive(t, *overview.BaseLoadKW)
	require.NotEmpty(t, overview.TopDevices)
	require.GreaterOrEqual(t, overview.TopDevices[0].KWh, overview.TopDevices[len(overview.TopDevices)-1].KWh)
	asksForMore(t, client)
	t.Run("says what it is", func(t *testing.T) { namesItself(t, client) })
	t.Run("is of now", func(t *testing.T) { reachesNow(t, client, "after it loaded") })
	t.Run("advice names no closing day", func(t *testing.T) { advisesOfOpenDays(t, client) })
	require.NoError(t, server.Kill())
	again, err := program.Start(context.Background(), t.TempDir(), url, nil, "demo")
	require.NoError(t, err)
	t.Cleanup(func() { _ = again.Kill() })
	client = login(t, again)
	reachesNow(t, client, "after a restart")
	takesTheReadmesReading(t, client)
	require.NoError(t, again.Kill())
	t.Run("moves to PostgreSQL and back", func(t *testing.T) { movesAndAnswersAlike(t, url) })
}

// takesTheReadmesReading sends the body of the README's one request.
func takesTheReadmesReading(t *testing.T, c *program.Client) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	bodies := regexp.MustCompile(`-d '(\{.*\})'`).FindAllSubmatch(readme, -1)
	require.Len(t, bodies, 1)
	send(t, c, http.StatusCreated, http.MethodPost, "/consumo", json.RawMessage(bodies[0][1]))
}

// namesItself reads that the campus is a demonstration of others' readings, under their calendar and a price of its own.
func namesItself(t *testing.T, c *program.Client) {
	var sites, buildings struct {
		Items []struct {
			ID, Name, Holidays string
			AreaM2             float64 `json:"area_m2"`
		}
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/espacios?kind=site", nil).JSON(&sites))
	require.Len(t, sites.Items, 1)
	require.Contains(t, sites.Items[0].Name, "demostración")
	require.Contains(t, sites.Items[0].Name, "Cambridge")
	require.Equal(t, "none", sites.Items[0].Holidays)
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/espacios?kind=building", nil).JSON(&buildings))
	for _, b := range buildings.Items {
		require.Positive(t, b.AreaM2, b.Name)
	}
	var tariffs struct {
		Items []struct {
			Name    string
			SpaceID string `json:"space_id"`
		}
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/tarifas", nil).JSON(&tariffs))
	require.Len(t, tariffs.Items, 1)
	require.Equal(t, sites.Items[0].ID, tariffs.Items[0].SpaceID)
	require.Contains(t, tariffs.Items[0].Name, "demostración 2026")
}

// demoDevices are the demo's, with the meter that each is behind.
func demoDevices(t *testing.T, c *program.Client) map[string]*string {
	var devices struct {
		Items []struct {
			ID       string
			ParentID *string `json:"parent_id"`
		}
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/dispositivos?limit=100", nil).JSON(&devices))
	parents := make(map[string]*string)
	for _, d := range devices.Items {
		parents[d.ID] = d.ParentID
	}
	return parents
}

// reachesNow checks that every plug and most meters have reported the last complete quarter hour, that readings have no gaps or
// duplicates, and that meters are measured nearly completely. Some buildings were not read on some days of their years, and so have gaps
// on the matching days.
func reachesNow(t *testing.T, c *program.Client, when string) {
	type reading struct {
		At      time.Time `json:"timestamp"`
		Seconds float64   `json:"interval_s"`
	}
	devices, silent := demoDevices(t, c), 0
	for id, parent := range devices {
		if parent == nil {
			continue
		}
		require.Equal(t, "demo-medidor-bloque-5", *parent)
		since := time.Now().AddDate(0, 0, -2).UTC().Format(time.RFC3339)
		var all []reading
		eventually(t, id+" has told of the last quarter hour "+when, func() bool {
			var page struct{ Items []reading }
			require.NoError(t, send(t, c, 200, http.MethodGet, "/consumo?limit=1000&device_id="+id+"&from="+since, nil).JSON(&page))
			all = page.Items
			slices.SortFunc(all, func(a, b reading) int { return a.At.Compare(b.At) })
			// A quarter hour may end while the test looks; its readings come within some seconds, sooner or later.
			return len(all) > 0 && time.Since(all[len(all)-1].At) < 15*time.Minute
		})
		for i := range all[1:] {
			begins := all[i+1].At.Add(-time.Duration(all[i+1].Seconds) * time.Second)
			require.True(t, begins.Equal(all[i].At), "%s: no gap and no double at %s, %s", id, all[i+1].At, when)
		}
	}
	from := time.Now().AddDate(-1, 0, 0).UTC().Format(time.RFC3339)
	to := time.Now().Truncate(time.Hour).UTC().Format(time.RFC3339)
	for id, parent := range devices {
		if parent != nil {
			continue
		}
		var last struct{ Items []reading }
		// A quarter hour that has just ended may still be on its way.
		since := time.Now().Add(-17 * time.Minute).UTC().Format(time.RFC3339)
		require.NoError(t, send(t, c, 200, http.MethodGet, "/consumo?limit=10&device_id="+id+"&from="+since, nil).JSON(&last))
		if len(last.Items) == 0 {
			silent++
		}
		var serie struct{ Items []struct{ Coverage float64 } }
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/serie?level=device&bucket=month&id="+id+"&from="+from+"&to="+to, nil).JSON(&serie))
		sum := 0.0
		for _, month := range serie.Items {
			sum += month.Coverage
		}
		require.GreaterOrEqual(t, sum/float64(len(serie.Items)), 0.98, id)
	}
	require.LessOrEqual(t, silent, 2, "meters that did not tell of the last quarter hour, %s", when)
}

// advisesOfOpenDays checks that no advice is based on Colombian holidays, on which the measured campus worked, or on hours that no user
// entered.
func advisesOfOpenDays(t *testing.T, c *program.Client) {
	var entries struct {
		Items []struct{ Kind, Name, From, To string }
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/calendarios?limit=200", nil).JSON(&entries))
	openings := 0
	for _, e := range entries.Items {
		if e.Kind == "opening" {
			openings++
			continue
		}
		require.Equal(t, "closed", e.Kind)
		require.Contains(t, e.Name, "Cambridge")
	}
	require.GreaterOrEqual(t, openings, 9)
	for _, r := range advise(t, c, "es").Recomendaciones {
		if r.Kind == "base_load" {
			continue
		}
		var evidence struct {
			Inputs struct {
				HoursAssumed bool `json:"hours_assumed"`
			}
		}
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/recomendaciones/"+r.ID+"/evidencia", nil).JSON(&evidence))
		require.False(t, evidence.Inputs.HoursAssumed, r.Title)
	}
}
