package blackbox

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/tracing/tracingtest"
)

// elsewhere are metrics that only some installations have, and that the server of this test has not: it suffices that the code names them.
var elsewhere = map[string]string{
	"holotwin_check_level":                          "the checks have run",
	"holotwin_peer_calls_total":                     "a process with some of the modules",
	"holotwin_read_replica_following":               "READ_DB_URL",
	"holotwin_read_replica_lag_seconds":             "READ_DB_URL",
	"holotwin_backup_last_timestamp_seconds":        "a backup was made",
	"holotwin_certificate_expiry_timestamp_seconds": "TLS_CERT",
	"holotwin_device_messages_total":                "a device sent a message",
	"up":                                            "Prometheus' own",
}

// TestWhatIsWatchedIsThere starts a server with what can be connected, and looks for each metric and each label that the alert rules and the
// board of Grafana name. A request is one trace, down to its statements, and its log line has the trace's id.
func TestWhatIsWatchedIsThere(t *testing.T) {
	t.Parallel()
	collector := tracingtest.New(t)
	server := start(t, databasetest.SQLite(t), "MQTT_URL=mqtt://127.0.0.1:1", "NATS_URL=nats://127.0.0.1:1", "WEATHER_URL=http://127.0.0.1:1", "LOG_LEVEL=debug",
		"OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL, "OTEL_EXPORTER_OTLP_HEADERS=x-key=k%201", "OTEL_SERVICE_NAME=campus")
	admin := login(t, server)
	const trace = "0af7651916cd43dd8448eb211c80319c"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/auth/usuarios", nil)
	require.NoError(t, err)
	request.Header = http.Header{"Authorization": {"Bearer " + admin.Token}, "Traceparent": {"00-" + trace + "-b7ad6b7169203331-01"}}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	send(t, admin, 400, http.MethodPost, "/consumo", map[string]any{"device_id": "nobody", "kwh": 1})

	metrics := string(send(t, admin, 200, http.MethodGet, "/metrics", nil).Body)
	require.Contains(t, metrics, "\nholotwin_readings_total{verdict=\"rejected\"} 1\n")
	require.Contains(t, metrics, "\nholotwin_devices{health=\"silent\"} 0\n")
	require.Contains(t, metrics, "\nholotwin_nats_connected 0\n")
	for source, expressions := range watched(t) {
		for _, expression := range expressions {
			requireMetrics(t, source, expression, metrics)
		}
	}

	require.NoError(t, server.Process.Process.Signal(syscall.SIGTERM)) // it sends what waits
	span := collector.Named(t, "GET /auth/usuarios")
	require.Equal(t, []string{"campus", trace}, []string{span.Service, span.Trace})
	require.Equal(t, "k 1", collector.Headers()[0].Get("X-Key"))
	below := 0
	for _, s := range collector.Spans() {
		if s.Parent == span.ID && s.About["db.system.name"] == "sqlite" {
			below++
		}
	}
	require.Positive(t, below, "statements of the request")
	collector.Named(t, "job journal")
	require.NotContains(t, collector.Raw(), admin.Token)
	require.Eventually(t, func() bool { return strings.Contains(server.Log.String(), `"trace_id":"`+trace+`"`) }, time.Minute, 10*time.Millisecond)
	require.Equal(t, 1, strings.Count(server.Log.String(), trace), "one line a request")
}

// watched are the expressions of the rules and the board, by file.
func watched(t *testing.T) map[string][]string {
	t.Helper()
	rules, err := os.ReadFile("../../platform/deploy/prometheus/rules.yml")
	require.NoError(t, err)
	all := map[string][]string{}
	for _, found := range regexp.MustCompile(`(?m)^ +expr: (.+)$`).FindAllStringSubmatch(string(rules), -1) {
		all["rules.yml"] = append(all["rules.yml"], found[1])
	}
	raw, err := os.ReadFile("../../platform/deploy/grafana/holotwin.json")
	require.NoError(t, err)
	var board struct {
		Panels []struct{ Targets []struct{ Expr string } }
	}
	require.NoError(t, json.Unmarshal(raw, &board))
	for _, panel := range board.Panels {
		for _, target := range panel.Targets {
			all["holotwin.json"] = append(all["holotwin.json"], target.Expr)
		}
	}
	require.Greater(t, len(all["rules.yml"]), 15)
	require.Greater(t, len(all["holotwin.json"]), 30)
	return all
}

var (
	selector = regexp.MustCompile(`\b((?:holotwin|http|go|process)_[a-z_]+|up)\b(?:\{([^}]*)\})?`)
	matcher  = regexp.MustCompile(`([a-z_]+)=`)
)

// requireMetrics looks for the metrics of an expression, each with the labels that it selects by.
func requireMetrics(t *testing.T, source, expression, metrics string) {
	t.Helper()
	found := selector.FindAllStringSubmatch(expression, -1)
	require.NotEmpty(t, found, "%s: %s", source, expression)
	for _, one := range found {
		name := one[1]
		if _, other := elsewhere[name]; other {
			requireNamedInCode(t, name)
			continue
		}
		require.Regexp(t, `(?m)^`+name+`[{ ]`, metrics, "%s: %s", source, expression)
		for _, label := range matcher.FindAllStringSubmatch(one[2], -1) {
			if label[1] == "instance" || label[1] == "job" { // of Prometheus
				continue
			}
			require.Regexp(t, `(?m)^`+name+`\{[^}]*\b`+label[1]+`="`, metrics, "%s: %s", source, expression)
		}
	}
}

func requireNamedInCode(t *testing.T, name string) {
	t.Helper()
	if name == "up" {
		return
	}
	out, err := exec.Command("grep", "-rlF", "--include=*.go", `"`+name+`"`, "../../cmd", "../../platform", "../../adapters").Output()
	require.NoError(t, err, "%s is no metric", name)
	require.NotEmpty(t, filepath.Base(string(out)))
}
