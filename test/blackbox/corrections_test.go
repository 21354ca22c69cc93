package blackbox

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestCorrections changes a late reading, takes it out and brings it back: totals follow at once, what stood there
// is kept, and a device that sends it again changes nothing.
func TestCorrections(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		campus, err := client.MakeCampus(1)
		require.NoError(t, err)
		before := time.Now().UTC().Add(-time.Second).Format(time.RFC3339)
		at := time.Now().UTC().AddDate(0, 0, -90).Truncate(time.Hour).Format(time.RFC3339)
		sent := map[string]any{"device_id": "d0", "kwh": 0.42, "timestamp": at}
		place := send(t, client, 201, http.MethodPost, "/consumo", sent).Header.Get("Location")
		require.Equal(t, 0.42, monthsOf(t, client, campus, at))

		send(t, client, 400, http.MethodPut, place, map[string]any{"kwh": 0.5})
		send(t, client, 400, http.MethodPut, place, map[string]any{"kwh": -1, "reason": "x"})
		send(t, client, 400, http.MethodPut, place, map[string]any{"kwh": 1, "power_w": 1, "reason": "x"})
		send(t, client, 404, http.MethodPut, "/consumo/d0/"+time.Now().UTC().AddDate(0, 0, -30).Format(time.RFC3339), map[string]any{"kwh": 1, "reason": "x"})
		send(t, client, 400, http.MethodPut, "/consumo/d0/2020-01-01T00:00:00Z", map[string]any{"kwh": 1, "reason": "older than what is kept"})
		send(t, client, 404, http.MethodPut, "/consumo/dx/"+at, map[string]any{"kwh": 1, "reason": "x"})
		send(t, client, 400, http.MethodDelete, "/consumo/d0/ayer", nil)

		send(t, client, 200, http.MethodPut, place, map[string]any{"kwh": 0.5, "reason": "leído mal"})
		require.Equal(t, 0.5, monthsOf(t, client, campus, at))
		send(t, client, 200, http.MethodPost, "/consumo", sent)
		send(t, client, 200, http.MethodDelete, place+"?reason="+url.QueryEscape("del equipo vecino"), nil)
		send(t, client, 200, http.MethodPost, "/consumo", sent)
		require.Zero(t, monthsOf(t, client, campus, at))
		require.NotContains(t, string(send(t, client, 200, http.MethodGet, "/consumo?device_id=d0", nil).Body), "0.42")
		send(t, client, 200, http.MethodPut, place, map[string]any{"kwh": 0.42, "reason": "era suyo"})
		require.Equal(t, 0.42, monthsOf(t, client, campus, at))

		var history struct {
			Reading     *struct{ KWh float64 }
			Corrections []struct {
				Before, After *struct{ KWh float64 }
				Reason, By    string
			}
		}
		require.NoError(t, send(t, client, 200, http.MethodGet, place, nil).JSON(&history))
		require.Equal(t, 0.42, history.Reading.KWh)
		require.Len(t, history.Corrections, 3)
		require.Equal(t, []any{0.42, 0.5, "leído mal"}, []any{history.Corrections[0].Before.KWh, history.Corrections[0].After.KWh, history.Corrections[0].Reason})
		require.Nil(t, history.Corrections[1].After)
		require.NotEmpty(t, history.Corrections[2].By)

		var changed struct {
			Items []struct {
				DeviceID string `json:"device_id"`
				From, To time.Time
			}
		}
		require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/restatements?since="+url.QueryEscape(before), nil).JSON(&changed))
		require.NotEmpty(t, changed.Items)
		require.Equal(t, "d0", changed.Items[0].DeviceID)
		send(t, client, 400, http.MethodGet, "/api/consumo/restatements?cursor=x&since=ayer", nil)
	})
}

// monthsOf is what the site used in the months around an instant, kWh.
func monthsOf(t *testing.T, client *program.Client, campus program.Campus, at string) float64 {
	t.Helper()
	instant, err := time.Parse(time.RFC3339, at)
	require.NoError(t, err)
	query := url.Values{"id": {campus.Site}, "bucket": {"month"}, "from": {instant.AddDate(0, -1, 0).Format(time.RFC3339)}, "to": {instant.AddDate(0, 1, 0).Format(time.RFC3339)}}
	var serie struct{ Items []struct{ KWh *float64 } }
	require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).JSON(&serie))
	sum := 0.0
	for _, step := range serie.Items {
		if step.KWh != nil {
			sum += *step.KWh
		}
	}
	return sum
}
