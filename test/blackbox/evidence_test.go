package blackbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

type evidence struct {
	Rule, Hash string
	AsOf       string `json:"as_of"`
}

// TestEvidenceIsTheSameOnBothDatabases sends the same readings to a server on each and compares the hashes of what each advises,
// after a restart of one of them.
func TestEvidenceIsTheSameOnBothDatabases(t *testing.T) {
	sqlite, postgres := databasetest.SQLite(t), databasetest.Postgres(t)
	stopped := start(t, sqlite)
	wastes(t, login(t, stopped))
	require.NoError(t, stopped.Stop())
	one, two := login(t, start(t, sqlite)), login(t, start(t, postgres))
	wastes(t, two)
	const attempts = 3
	for range attempts {
		a, b := evidences(t, one), evidences(t, two)
		if hourOf(a) != hourOf(b) {
			for _, c := range []*program.Client{one, two} { // the hour changed between them
				analysedAgain(t, c)
			}
			continue
		}
		require.Equal(t, a, b)
		kinds := make(map[string]bool)
		for _, e := range a {
			kinds[e.Rule] = true
		}
		t.Logf("%d recommendations of the kinds %v", len(a), kinds)
		require.GreaterOrEqual(t, len(kinds), 6, kinds)
		return
	}
	t.Fatal("the hour changed every time")
}

func hourOf(all map[string]evidence) string {
	for _, e := range all {
		return e.AsOf
	}
	return ""
}

// evidences are those of all recommendations for devices, by device and kind: spaces have ids of their own on each server.
func evidences(t *testing.T, c *program.Client) map[string]evidence {
	all := make(map[string]evidence)
	for _, r := range advise(t, c, "en").Recomendaciones {
		if r.DeviceID == "" {
			continue
		}
		var e evidence
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/recomendaciones/"+r.ID+"/evidencia", nil).JSON(&e))
		require.Len(t, e.Hash, 64)
		all[r.DeviceID+" "+r.Kind] = e
	}
	require.NotEmpty(t, all)
	return all
}

// wastes creates a campus whose devices waste in as many ways as there are kinds of devices.
func wastes(t *testing.T, c *program.Client) {
	campus, err := c.MakeCampus(0)
	require.NoError(t, err)
	wasters := map[string]struct {
		kind string
		kwh  func(local time.Time, hour int) float64
	}{
		"aire": {"ac", func(_ time.Time, hour int) float64 { return 1.1 + 0.013*float64(hour*7%11) }},
		"consola": {"console", func(local time.Time, hour int) float64 {
			return pick(working(local), 0.15, 0.04) + 0.001*float64(hour%3)
		}},
		"luces": {"lighting", func(local time.Time, hour int) float64 {
			return pick(working(local) || local.Hour() >= 20, 0.8, 0.02) + 0.003*float64(hour%5)
		}},
		"nevera": {"appliance", func(_ time.Time, hour int) float64 { return 0.08 + pick(hour > 700, 0.09, 0) + 0.002*float64(hour%4) }},
		"medidor": {"meter", func(local time.Time, hour int) float64 {
			return pick(hour == 850, 60, pick(working(local), 20, 4)) + 0.1*float64(hour%7)
		}},
		"detenido": {"meter", func(local time.Time, hour int) float64 {
			return pick(hour > 940, 7, pick(working(local), 9, 2)+0.1*float64(hour%7))
		}},
	}
	for id, w := range wasters {
		send(t, c, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": id, "name": "Equipo " + id, "kind": w.kind, "space_id": campus.Room, "rated_w": 100_000, "standby_w": 5, "interval_s": 3600})
	}
	send(t, c, 201, http.MethodPost, "/api/calendarios", map[string]any{
		"space_id": campus.Site, "name": "Horario", "kind": "opening",
		"hours": []map[string]any{{"days": []string{"mon", "tue", "wed", "thu", "fri"}, "from": "07:00", "to": "20:00"}},
	})
	send(t, c, 201, http.MethodPost, "/api/tarifas", map[string]any{"space_id": campus.Site, "name": "Con demanda", "valid_from": "2020-01-01", "price_per_kwh": 700, "demand_price_per_kw": 20_000})
	zone := time.FixedZone("", -5*3600)
	const hours = 42 * 24
	y, m, d := time.Now().In(zone).Date()
	begin := time.Date(y, m, d, 0, 0, 0, 0, zone).Add(-hours * time.Hour)
	var rows strings.Builder
	rows.WriteString("device_id,kwh,timestamp\n")
	for hour := range hours {
		at := begin.Add(time.Duration(hour) * time.Hour)
		for id, w := range wasters {
			fmt.Fprintf(&rows, "%s,%.3f,%s\n", id, w.kwh(at, hour), at.Add(time.Hour).Format(time.RFC3339))
		}
	}
	answer, err := c.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(rows.String()))
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, string(answer.Body))
	send(t, c, 201, http.MethodPost, "/api/dispositivos/consola/estado", map[string]any{"state": "off", "timestamp": begin.Add(500 * time.Hour)})
}

func working(local time.Time) bool {
	return local.Weekday() != time.Saturday && local.Weekday() != time.Sunday && local.Hour() >= 7 && local.Hour() < 20
}

func pick(yes bool, a, b float64) float64 {
	if yes {
		return a
	}
	return b
}
