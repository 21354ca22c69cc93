package blackbox

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// simulate runs the command against a server until stop, which returns what it printed. A device reports a minute's energy each time:
// so little is possible even where readings that are stamped on arrival come a millisecond apart.
func simulate(t *testing.T, words ...string) (stop func() string) {
	t.Helper()
	binary, err := program.Build()
	require.NoError(t, err)
	command := exec.Command(binary, append([]string{"simulate", "--rooms", "4", "--days", "1", "--every", "1m", "--speed", "100000"}, words...)...)
	command.Dir = t.TempDir()
	command.Env = append(command.Environ(), "SIMULATE_PASSWORD="+program.AdminPassword)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill() })
	return func() string {
		require.NoError(t, command.Process.Signal(os.Interrupt))
		require.NoError(t, command.Wait(), out.String())
		return out.String()
	}
}

// TestSimulate fills a campus over HTTP, and another over MQTT, each device in its own dialect.
func TestSimulate(t *testing.T) {
	broker := mosquitto(t)
	for name, way := range map[string][]string{"http": nil, "mqtt": {"--mqtt", broker.URL()}} {
		t.Run(name, func(t *testing.T) {
			admin := login(t, start(t, databasetest.SQLite(t), "MQTT_URL="+broker.URL(), "MQTT_CLIENT_ID="+name))
			stop := simulate(t, append([]string{"--http", admin.URL, "--email", program.AdminEmail}, way...)...)
			for _, device := range []string{"sim-01-ac", "sim-02-lighting", "sim-03-computer"} {
				eventually(t, device+" is registered", func() bool {
					answer, err := admin.Send(http.MethodGet, "/api/dispositivos/"+device, nil)
					return err == nil && answer.Status == http.StatusOK
				})
				eventually(t, device+" sends readings", func() bool { return count(t, admin, device) > 20 })
			}
			require.Contains(t, stop(), "mensajes enviados")
			require.Zero(t, count(t, admin, "sim-01-sensor"))
			require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/api/gemelo", nil).Body), `"temperature_c"`)
			letters := string(send(t, admin, 200, http.MethodGet, "/api/dispositivos/rechazados", nil).Body)
			require.False(t, strings.Contains(letters, `"dialect"`), letters)
			require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).Body), `"items":[]`)
		})
	}
}
