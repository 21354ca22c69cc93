package blackbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// infinityQuery is what the board asks by Grafana's Infinity source.
type infinityQuery struct {
	Type, Source, Parser, URL string
	Root                      string `json:"root_selector"`
	Options                   struct {
		Method string
		Params []struct{ Key, Value string }
	} `json:"url_options"`
	Columns []struct{ Selector, Text, Type string }
}

// path returns what Grafana requests, with the variables of the board.
func (q infinityQuery) path(values map[string]string) string {
	query := url.Values{}
	for _, p := range q.Options.Params {
		value := p.Value
		for name, with := range values {
			value = strings.ReplaceAll(value, "${"+name+"}", with)
		}
		query.Set(p.Key, value)
	}
	return q.URL + "?" + query.Encode()
}

// selected returns what a selector such as today.kwh finds in a row.
func selected(row map[string]any, selector string) (value any, found bool) {
	first, rest, deeper := strings.Cut(selector, ".")
	value, found = row[first]
	if inner, isObject := value.(map[string]any); deeper && isObject {
		return selected(inner, rest)
	}
	return value, found && !deeper
}

// TestTheGrafanaBoard asks each query of the board of a server with a key for reading, of the campus and of one building, and finds each
// column that the board names in every row.
func TestTheGrafanaBoard(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../platform/deploy/grafana/campus.json")
	require.NoError(t, err)
	var board struct {
		Panels []struct {
			Title   string
			Targets []infinityQuery
		}
	}
	require.NoError(t, json.Unmarshal(source, &board))
	admin := login(t, start(t, databasetest.SQLite(t)))
	c := makeTwoBuildings(t, admin)
	at := time.Now().UTC().Truncate(time.Hour)
	for _, device := range []string{"da", "db"} {
		for i := range 8 {
			send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": device, "kwh": 0.5, "interval_s": 900, "timestamp": at.Add(time.Duration(-i) * 15 * time.Minute).Format(time.RFC3339)})
		}
	}
	campus := gateway(t, admin, map[string]any{"name": "Grafana", "role": "viewer"})
	building := gateway(t, admin, map[string]any{"name": "Grafana A", "role": "viewer", "space_id": c.a})
	asked := 0
	for _, panel := range board.Panels {
		for _, query := range panel.Targets {
			require.Equal(t, []string{"json", "url", "backend", "GET"}, []string{query.Type, query.Source, query.Parser, query.Options.Method}, panel.Title)
			for client, where := range map[*program.Client][2]string{campus: {"site", ""}, building: {"building", c.a}} {
				values := map[string]string{
					"nivel": where[0], "espacio": where[1], "__from:date:iso": at.Add(-48 * time.Hour).Format("2006-01-02T15:04:05.000Z"), "__to:date:iso": at.Add(time.Hour).Format("2006-01-02T15:04:05.000Z"),
				}
				path := query.path(values)
				require.NotContains(t, path, "%24%7B", "%s: a variable that the test does not know", panel.Title)
				requireColumns(t, panel.Title, query, send(t, client, 200, http.MethodGet, path, nil).Body)
				asked++
			}
		}
	}
	require.Greater(t, asked, 15)
	send(t, building, 404, http.MethodGet, "/api/consumo/serie?format=flat&level=building&id="+c.b, nil)
}

func requireColumns(t *testing.T, title string, query infinityQuery, body []byte) {
	t.Helper()
	var answer any
	require.NoError(t, json.Unmarshal(body, &answer))
	if query.Root != "" {
		answer = answer.(map[string]any)[query.Root]
	}
	rows, isArray := answer.([]any)
	if !isArray {
		rows = []any{answer}
	}
	require.NotEmpty(t, rows, title)
	measured := false
	for _, row := range rows {
		for _, column := range query.Columns {
			value, found := selected(row.(map[string]any), column.Selector)
			require.True(t, found, "%s: no column %s in %v", title, column.Selector, row)
			switch value := value.(type) {
			case nil:
			case float64:
				require.Equal(t, "number", column.Type, "%s: %s", title, column.Selector)
				measured = measured || value > 0
			case string:
				require.Contains(t, []string{"string", "timestamp"}, column.Type, "%s: %s", title, column.Selector)
			}
		}
	}
	require.True(t, measured || query.Columns[0].Selector == "projected_month_kwh", "%s shows nothing", title)
}

// TestFlatSeries compares the rows of format=flat with the nested answer.
func TestFlatSeries(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		at := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
		for device, kwh := range map[string]float64{"da": 0.420001, "db": 1.5} {
			send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": device, "kwh": kwh, "interval_s": 900, "timestamp": at.Format(time.RFC3339)})
		}
		key := gateway(t, admin, map[string]any{"name": "pandas", "role": "viewer"})
		span := "&bucket=hour&from=" + at.Add(-3*time.Hour).Format(time.RFC3339) + "&to=" + at.Add(time.Hour).Format(time.RFC3339)
		for _, by := range []string{"", "&by=building", "&by=device"} {
			var nested struct {
				Items  []map[string]any
				Series []struct {
					Key, Name string
					Items     []map[string]any
				}
			}
			require.NoError(t, send(t, key, 200, http.MethodGet, "/api/consumo/serie?level=site"+span+by, nil).JSON(&nested))
			var want []map[string]any
			add := func(id, name string, items []map[string]any) {
				for _, item := range items {
					item["id"], item["name"], item["time"] = id, name, item["start"]
					for _, not := range []string{"start", "missing", "excesses"} {
						delete(item, not)
					}
					if _, has := item["currency"]; !has {
						item["currency"] = nil
					}
					want = append(want, item)
				}
			}
			if by == "" {
				add(c.site, "Universidad", nested.Items)
			}
			for _, s := range nested.Series {
				add(s.Key, s.Name, s.Items)
			}
			var rows []map[string]any
			answer := send(t, key, 200, http.MethodGet, "/api/consumo/serie?format=flat&level=site"+span+by, nil)
			require.NoError(t, answer.JSON(&rows))
			require.Equal(t, want, rows)
			require.GreaterOrEqual(t, len(rows), 4)
			require.True(t, strings.HasPrefix(string(answer.Body), "["), "a bare array")
		}
		send(t, key, 400, http.MethodGet, "/consumo?format=flat", nil)
	})
}
