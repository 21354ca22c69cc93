package blackbox

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestAShellyRegisteredByItsPrefix reads the only channel of a Shelly whose address is its prefix; if there are two, they are not added
// up.
func TestAShellyRegisteredByItsPrefix(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		broker := mosquitto(t)
		c := login(t, start(t, databaseURL, "MQTT_URL="+broker.URL()))
		campusIn(t, c, "America/Bogota", map[string]any{"id": "sw", "mqtt_topic": "lab/sw"}, map[string]any{"id": "em", "kind": "meter", "mqtt_topic": "em-3"},
			map[string]any{"id": "g1", "mqtt_topic": "shellies/g1"}, map[string]any{"id": "two", "kind": "meter", "mqtt_topic": "two"})
		connected(t, c)
		device := dial(t, broker.Address, "shelly", program.BrokerUser, program.BrokerPassword)
		begun := float64(time.Now().Add(-time.Hour).Unix())
		for i := range 2 {
			ts := begun + float64(i)*1800
			for _, m := range [][2]string{
				{"lab/sw/events/rpc", fmt.Sprintf(`{"method":"NotifyStatus","params":{"ts":%.1f,"switch:0":{"id":0,"output":true,"apower":75.0,"aenergy":{"total":%d.0}}}}`, ts, 1000+i*250)},
				{"em-3/events/rpc", fmt.Sprintf(`{"method":"NotifyStatus","params":{"ts":%.1f,"emdata:0":{"id":0,"total_act":%d}}}`, ts, 1000+i*250)},
				{"em-3/events/rpc", fmt.Sprintf(`{"method":"NotifyStatus","params":{"ts":%.1f,"em:0":{"id":0,"total_act_power":500}}}`, ts)},
				{"two/events/rpc", fmt.Sprintf(`{"method":"NotifyStatus","params":{"ts":%.1f,"switch:0":{"aenergy":{"total":%d}},"switch:1":{"aenergy":{"total":%d}}}}`, ts, 1000+i*250, 9000+i*250)},
			} {
				require.NoError(t, device.Say(m[0], m[1]))
			}
		}
		require.NoError(t, device.Say("shellies/g1/relay/0/energy", "60000"))
		for id, want := range map[string]int{"sw": 2, "em": 2, "g1": 1} {
			eventually(t, id+" is taken", func() bool { return count(t, c, id) == want })
		}
		for _, id := range []string{"sw", "em"} {
			total, _ := used(t, c, id)
			require.EqualValues(t, 250_000, total, id)
		}
		var inbox listedNewcomers
		eventually(t, "both channels wait", func() bool {
			require.NoError(t, send(t, c, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).JSON(&inbox))
			return len(inbox.Items) == 2 && inbox.Items[0].Messages == 2 && inbox.Items[1].Messages == 2
		})
		require.ElementsMatch(t, []string{"two/switch:0", "two/switch:1"}, []string{inbox.Items[0].Address, inbox.Items[1].Address})
		require.Zero(t, count(t, c, "two"))
		send(t, c, 201, http.MethodPost, "/api/dispositivos/nuevos", map[string]any{"address": "two/switch:1", "id": "two-1", "space_id": spaceOf(t, c, "two")})
		total, _ := used(t, c, "two-1")
		require.EqualValues(t, 250_000, total, "each may be a device of its own")
		require.Empty(t, letterReasons(t, c))
	})
}

func spaceOf(t *testing.T, c *program.Client, id string) string {
	t.Helper()
	var d struct {
		Space string `json:"space_id"`
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/dispositivos/"+id, nil).JSON(&d))
	return d.Space
}
