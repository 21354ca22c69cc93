package blackbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// meteo is a weather service that returns 24.5 °C and 70 % everywhere, in Open-Meteo's form, and records its requests.
type meteo struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newMeteo(t *testing.T) *meteo {
	t.Helper()
	m := &meteo{}
	m.Server = httptest.NewServer(http.HandlerFunc(m.answer))
	t.Cleanup(m.Close)
	return m
}

func (m *meteo) answer(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	m.mu.Lock()
	m.asked = append(m.asked, r.URL.Path+" "+query.Get("latitude")+" "+query.Get("longitude")+" "+query.Get("start_date"))
	m.mu.Unlock()
	first, err := time.Parse(time.DateOnly, query.Get("start_date"))
	last, wrong := time.Parse(time.DateOnly, query.Get("end_date"))
	if err != nil || wrong != nil {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":true,"reason":"Invalid date"}`))
		return
	}
	var hours []string
	for at := first; at.Before(last.AddDate(0, 0, 1)); at = at.Add(time.Hour) {
		hours = append(hours, fmt.Sprint(at.Unix()))
	}
	column := func(value string) string { return strings.Repeat(value+",", len(hours)-1) + value }
	_, _ = fmt.Fprintf(w, `{"latitude":3.375,"longitude":-76.5625,"generationtime_ms":0.08,"utc_offset_seconds":0,"timezone":"GMT","timezone_abbreviation":"GMT","elevation":978.0,`+
		`"hourly_units":{"time":"unixtime","temperature_2m":"°C","relative_humidity_2m":"%%"},"hourly":{"time":[%s],"temperature_2m":[%s],"relative_humidity_2m":[%s]}}`,
		strings.Join(hours, ","), column("24.5"), column("70"))
}

// calls are the requests so far.
func (m *meteo) calls() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.asked...)
}

// outdoors is a site's temperature as the twin shows it.
type outdoors struct {
	Value  float64
	Source string
	At     time.Time
}

func outdoorsOf(t *testing.T, client *program.Client) *outdoors {
	t.Helper()
	var twin struct {
		Spaces []struct {
			Temperature *outdoors `json:"temperature_c"`
		}
	}
	require.NoError(t, json.Unmarshal(send(t, client, 200, http.MethodGet, "/api/gemelo", nil).Body, &twin))
	return twin.Spaces[0].Temperature
}

// TestWeather has a site without coordinates, for which no weather is requested, and then with them: it gets the weather of its past, of
// now and of the week to come, until a sensor of its own reports.
func TestWeather(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		service := newMeteo(t)
		server := start(t, databaseURL, "WEATHER_URL="+service.URL)
		client := login(t, server)
		campus, err := client.MakeCampus(1)
		require.NoError(t, err)
		quarter := time.Now().UTC().Truncate(15 * time.Minute)
		first := quarter.AddDate(0, 0, -36)
		var readings []map[string]any
		for at := first; !at.After(quarter); at = at.Add(15 * time.Minute) {
			readings = append(readings, map[string]any{"device_id": "d0", "kwh": 0.2 + 0.1*float64(at.Hour()%12), "timestamp": at.Format(time.RFC3339)})
		}
		send(t, client, 200, http.MethodPost, "/consumo/lote", readings)
		require.NoError(t, server.Stop())

		server = start(t, databaseURL, "WEATHER_URL="+service.URL)
		client = login(t, server)
		require.Nil(t, outdoorsOf(t, client))
		send(t, client, 200, http.MethodPatch, "/api/espacios/"+campus.Site, map[string]any{"latitude": 3.4023, "longitude": -76.5494})
		require.NoError(t, server.Stop())
		require.Empty(t, service.calls(), "nobody has said where the site is")

		server = start(t, databaseURL, "WEATHER_URL=off")
		login(t, server)
		require.NoError(t, server.Stop())
		require.Empty(t, service.calls(), "and no weather is wanted")

		server = start(t, databaseURL, "WEATHER_URL="+service.URL)
		client = login(t, server)
		oldest := "/api/ambiente?limit=1&space_id=" + campus.Site + "&to=" + first.AddDate(0, 0, 1).Format(time.RFC3339)
		require.Eventually(t, func() bool {
			return strings.Contains(string(send(t, client, 200, http.MethodGet, oldest, nil).Body), "weather")
		}, eventuallyFor, 20*time.Millisecond)
		now := outdoorsOf(t, client)
		require.Equal(t, []any{24.5, "weather"}, []any{now.Value, now.Source})
		require.LessOrEqual(t, time.Since(now.At), 2*time.Hour)
		today := quarter.Truncate(24 * time.Hour)
		if asked := service.calls()[0]; !strings.HasSuffix(asked, today.AddDate(0, 0, -7).Format(time.DateOnly)) {
			today = today.AddDate(0, 0, 1) // midnight went by
		}
		require.Equal(t, []string{
			"/v1/forecast 3.4023 -76.5494 " + today.AddDate(0, 0, -7).Format(time.DateOnly),
			"/v1/archive 3.4023 -76.5494 " + first.Add(-15*time.Minute).Format(time.DateOnly),
		}, service.calls())

		weatherIsListed(t, client, campus.Site)
		var told struct{ Weather string }
		require.NoError(t, send(t, client, 200, http.MethodGet, "/api/pronostico?id=d0&hours=168", nil).JSON(&told))
		require.Equal(t, "forecast", told.Weather)

		recorded := send(t, client, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": campus.Site, "temperature_c": 29})
		require.Contains(t, string(recorded.Body), `"source":"sensor"`)
		now = outdoorsOf(t, client)
		require.Equal(t, []any{29.0, "sensor"}, []any{now.Value, now.Source})

		require.NoError(t, server.Stop())
		server = start(t, databaseURL, "WEATHER_URL="+service.URL)
		require.NoError(t, server.Stop())
		require.Len(t, service.calls(), 2, "a server that starts again within the hour asks nothing again")
	})
}

// weatherIsListed reads a site's ambient readings page by page: the hours of a month and a week to come, each once.
func weatherIsListed(t *testing.T, client *program.Client, site string) {
	t.Helper()
	var last time.Time
	var was, ahead int
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				Timestamp    time.Time
				TemperatureC float64 `json:"temperature_c"`
				Source       string
				Forecast     bool
			}
			Next *string `json:"next"`
		}
		require.NoError(t, send(t, client, 200, http.MethodGet, "/api/ambiente?limit=500&space_id="+site+"&cursor="+cursor, nil).JSON(&page))
		for _, item := range page.Items {
			require.True(t, item.Timestamp.After(last), "each once, in order")
			last = item.Timestamp
			require.Equal(t, []any{24.5, "weather"}, []any{item.TemperatureC, item.Source})
			if item.Forecast {
				ahead++
				continue
			}
			was++
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	require.GreaterOrEqual(t, was, 36*24)
	require.GreaterOrEqual(t, ahead, 7*24)
}
