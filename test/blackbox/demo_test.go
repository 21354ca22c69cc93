package blackbox

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestTheDemoLoadsAndAdvises runs the README's first command and reads what it says to do.
func TestTheDemoLoadsAndAdvises(t *testing.T) {
	server, err := program.Start(context.Background(), t.TempDir(), databasetest.SQLite(t), nil, "demo")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Kill() })
	require.Eventually(t, func() bool { return strings.Contains(server.Log.String(), "campus of real readings loaded") }, 2*time.Minute, 100*time.Millisecond, server.Log)
	require.NotContains(t, server.Log.String(), `"level":"error"`)
	client := login(t, server)
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
}
