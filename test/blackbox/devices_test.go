package blackbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// form sends a form, as devices do that were made for emoncms.
func form(t *testing.T, c *program.Client, status int, path string, values url.Values) program.Answer {
	t.Helper()
	nobody := &program.Client{URL: c.URL, HTTP: c.HTTP, Check: c.Check}
	answer, err := nobody.Raw(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
	require.NoError(t, err)
	require.Equal(t, status, answer.Status, "%s", answer.Body)
	return answer
}

type listedNewcomers struct {
	Items []struct {
		Address  string
		Messages int
		Last     string
		Proposed struct {
			ID, Kind string
			Measure  string
			MQTTUnit string `json:"mqtt_unit"`
		}
	}
}

// TestEmoncmsAndInbox lets an unregistered device send as to emoncms, adopts it with one call, and finds every kWh of it.
func TestEmoncmsAndInbox(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		key := gateway(t, admin, map[string]any{"name": "Pasarela", "space_id": campus.Room}).Key
		form(t, admin, 401, "/input/post", url.Values{"node": {"lab"}, "fulljson": {`{"kwh":1}`}})
		form(t, admin, 401, "/input/post", url.Values{"node": {"lab"}, "fulljson": {`{"kwh":1}`}, "apikey": {"htk_nada"}})
		require.JSONEq(t, `{"success":true}`, string(form(t, admin, 200, "/input/post", url.Values{"node": {"lab"}, "fulljson": {`{"kwh":10}`}, "apikey": {key}, "time": {past(90 * time.Minute)}}).Body))
		form(t, admin, 200, "/input/bulk", url.Values{"data": {`[[0,"lab",{"kwh":10.25}],[1800,"lab",{"kwh":10.5}]]`}, "sentat": {"3600"}, "apikey": {key}})
		refused := form(t, admin, 400, "/input/bulk", url.Values{"data": {`[[0,"lab"`}, "apikey": {key}})
		require.Contains(t, string(refused.Body), `"field":"data"`)
		answer, err := (&program.Client{URL: admin.URL, HTTP: admin.HTTP}).Raw(http.MethodGet, "/input/post?node=ev&csv=7000&apikey="+key, "", nil)
		require.NoError(t, err)
		require.Equal(t, 200, answer.Status)

		var inbox listedNewcomers
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).JSON(&inbox))
		require.Len(t, inbox.Items, 2)
		require.Equal(t, []any{"emon/ev/1", "emon/lab/kwh", 3}, []any{inbox.Items[0].Address, inbox.Items[1].Address, inbox.Items[1].Messages})
		require.Equal(t, []string{"emon-lab-kwh", "register", "kWh"}, []string{inbox.Items[1].Proposed.ID, inbox.Items[1].Proposed.Measure, inbox.Items[1].Proposed.MQTTUnit})
		adopted := send(t, admin, 201, http.MethodPost, "/api/dispositivos/nuevos", map[string]any{"address": "emon/lab/kwh", "id": "lab", "kind": "meter", "space_id": campus.Room})
		require.Contains(t, string(adopted.Body), `"counted":3`)
		require.Equal(t, "/api/dispositivos/lab", adopted.Header.Get("Location"))
		send(t, admin, 404, http.MethodPost, "/api/dispositivos/nuevos", map[string]any{"address": "emon/lab/kwh", "space_id": campus.Room})
		send(t, admin, 400, http.MethodPost, "/api/dispositivos/nuevos", map[string]any{"address": "emon/ev/1"})
		send(t, admin, 204, http.MethodDelete, "/api/dispositivos/nuevos?address="+url.QueryEscape("emon/ev/1"), nil)
		form(t, admin, 200, "/input/post", url.Values{"node": {"lab"}, "csv": {"1"}, "apikey": {key}}) // another input of the node
		form(t, admin, 200, "/input/post", url.Values{"node": {"lab"}, "fulljson": {`{"kwh":10.75}`}, "apikey": {key}})
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).JSON(&inbox))
		require.Equal(t, "emon/lab/1", inbox.Items[0].Address)

		var letters struct {
			Items []struct{ Topic, Text, Reason string }
		}
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/dispositivos/rechazados", nil).JSON(&letters))
		require.Len(t, letters.Items, 1)
		require.Equal(t, []string{`[[0,"lab"`, "malformed"}, []string{letters.Items[0].Text, letters.Items[0].Reason})
		metrics, err := admin.Raw(http.MethodGet, "/metrics", "", nil)
		require.NoError(t, err)
		require.Contains(t, string(metrics.Body), `holotwin_device_messages_total{dialect="emoncms",outcome="malformed"} 1`)

		var readings struct {
			Items []struct {
				RegisterKWh float64 `json:"register_kwh"`
				Source      string  `json:"time_source"`
			}
		}
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/consumo?device_id=lab", nil).JSON(&readings))
		require.Len(t, readings.Items, 4)
		require.Equal(t, []string{"device", "relative", "relative", "arrival"}, []string{readings.Items[0].Source, readings.Items[1].Source, readings.Items[2].Source, readings.Items[3].Source})
		day := time.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
		var series struct{ Items []struct{ KWh float64 } }
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/consumo/serie?level=device&id=lab&bucket=month&from="+day, nil).JSON(&series))
		sum := 0.0
		for _, item := range series.Items {
			sum += item.KWh
		}
		require.InDelta(t, 0.75, sum, 1e-9, "what it sent before it was adopted counts")
	})
}

func past(ago time.Duration) string {
	return time.Now().Add(-ago).UTC().Format("2006-01-02T15:04:05Z")
}

// TestFleetHealth shows which devices never reported, are stuck, or have a wrong clock.
func TestFleetHealth(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		_, err := admin.MakeCampus(4)
		require.NoError(t, err)
		now := time.Now().UTC().Truncate(time.Second)
		for i := range 13 {
			at := now.Add(-time.Duration(i) * 15 * time.Minute).Format(time.RFC3339)
			send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.2 + float64(i)/100, "timestamp": at})
			send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d1", "kwh": 0.2, "timestamp": at})
		}
		for i := range 4 {
			send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d2", "kwh": 0.001, "interval_s": 1, "timestamp": now.Add(3*time.Minute + time.Duration(i)*time.Second).Format(time.RFC3339)})
		}
		var list struct {
			Items []struct {
				ID     string
				Health struct {
					Status    string
					LastHeard *time.Time `json:"last_heard"`
					ClockOffS float64    `json:"clock_off_s"`
				}
			}
		}
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/dispositivos", nil).JSON(&list))
		require.Equal(t, []string{"ok", "stuck", "clock_ahead", "never"}, []string{list.Items[0].Health.Status, list.Items[1].Health.Status, list.Items[2].Health.Status, list.Items[3].Health.Status})
		require.InDelta(t, 183, list.Items[2].Health.ClockOffS, 10)
		require.Nil(t, list.Items[3].Health.LastHeard)
		require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/api/dispositivos/d1", nil).Body), `"status":"stuck"`)
	})
}
