package blackbox

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// simulate runs the command against a server for some seconds.
func simulate(t *testing.T, words ...string) string {
	t.Helper()
	binary, err := program.Build()
	require.NoError(t, err)
	command := exec.Command(binary, append([]string{"simulate", "--rooms", "4", "--days", "1", "--every", "15m", "--speed", "100000", "--for", "6s"}, words...)...)
	command.Dir = t.TempDir()
	command.Env = append(command.Environ(), "SIMULATE_PASSWORD="+program.AdminPassword)
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// TestSimulate fills a campus over HTTP, and another over MQTT, each device in its own dialect.
func TestSimulate(t *testing.T) {
	broker := mosquitto(t)
	for name, way := range map[string][]string{"http": nil, "mqtt": {"--mqtt", broker.URL()}} {
		t.Run(name, func(t *testing.T) {
			admin := login(t, start(t, databasetest.SQLite(t), "MQTT_URL="+broker.URL(), "MQTT_CLIENT_ID="+name))
			out := simulate(t, append([]string{"--http", admin.URL, "--email", program.AdminEmail}, way...)...)
			require.Contains(t, out, "mensajes enviados")
			for _, device := range []string{"sim-01-ac", "sim-02-lighting", "sim-03-computer"} {
				eventually(t, device, func() bool { return count(t, admin, device) > 20 })
			}
			require.Zero(t, count(t, admin, "sim-01-sensor"))
			require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/api/gemelo", nil).Body), `"temperature_c"`)
			letters := string(send(t, admin, 200, http.MethodGet, "/api/dispositivos/rechazados", nil).Body)
			require.False(t, strings.Contains(letters, `"dialect"`), letters)
			require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).Body), `"items":[]`)
		})
	}
}
