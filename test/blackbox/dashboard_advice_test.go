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

// TestRecommendationsInTheBrowser drives the page of recommendations on a campus of known waste: its questions, its evidence down to
// the pixels of its days, its steps back and what it folds.
func TestRecommendationsInTheBrowser(t *testing.T) {
	t.Parallel()
	server := start(t, databasetest.SQLite(t), "RATE_LIMIT_PER_MIN=0")
	c := login(t, server)
	campus, err := c.MakeCampus(0)
	require.NoError(t, err)
	closedAndWorked(t, c, campus.Site, campus.Room)
	for id, device := range map[string]struct{ name, kind string }{"ac-1": {"Aire", "ac"}, "tv-1": {"Televisor", "tv"}, "tv-2": {"Pantalla", "tv"}} {
		send(t, c, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": id, "name": device.name, "kind": device.kind, "space_id": campus.Room, "parent_id": "contador", "rated_w": 3000, "interval_s": 3600})
	}
	idle := strings.Builder{}
	zone := time.FixedZone("", -5*3600)
	y, m, d := time.Now().In(zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for at := today.AddDate(0, 0, -42); at.Before(today); at = at.Add(time.Hour) {
		fmt.Fprintf(&idle, "tv-2,%.3f,%s\n", pick(working(at), 0.1, 0.007)+0.0005*float64(at.Hour()%3), at.Add(time.Hour).Format(time.RFC3339))
	}
	answer, err := c.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(sixWeeks()+idle.String()))
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, string(answer.Body))
	for _, r := range adviceOf(t, c, "").Recomendaciones {
		t.Log(r.DeviceID, r.Kind, r.Trivial)
	}
	out, err := program.Browse(server, "", "test/advice.mjs")
	require.NoError(t, err, out)
}
