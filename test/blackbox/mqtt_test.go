package blackbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

func mosquitto(t *testing.T) *program.Mosquitto {
	t.Helper()
	broker, err := program.StartMosquitto(t.TempDir(), "../../adapters/mqtt/mosquitto.conf")
	require.NoError(t, err)
	t.Cleanup(func() { _ = broker.Stop() })
	return broker
}

func dial(t *testing.T, address, id, user, password string) *program.Publisher {
	t.Helper()
	p, err := program.DialMQTT(address, id, user, password)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// eventuallyFor is far above what any wait takes, also where every core is busy with other work: only what never comes takes it.
const eventuallyFor = 10 * time.Minute

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for begun := time.Now(); !holds(); time.Sleep(50 * time.Millisecond) {
		require.Less(t, time.Since(begun), eventuallyFor, what)
	}
}

func count(t *testing.T, c *program.Client, device string) int {
	t.Helper()
	n, cursor := 0, ""
	for {
		var page struct {
			Items []json.RawMessage
			Next  *string
		}
		require.NoError(t, send(t, c, 200, http.MethodGet, "/consumo?limit=1000&device_id="+device+"&cursor="+url.QueryEscape(cursor), nil).JSON(&page))
		n += len(page.Items)
		if page.Next == nil {
			return n
		}
		cursor = *page.Next
	}
}

// TestOutsideBroker takes what devices of several makes publish to Mosquitto, by either version of the protocol.
func TestOutsideBroker(t *testing.T) {
	t.Parallel()
	for name, version := range map[string]string{"5": "", "3.1.1": "?version=3.1.1"} {
		t.Run(name, func(t *testing.T) {
			broker := mosquitto(t)
			server := start(t, databasetest.SQLite(t), "MQTT_URL="+broker.URL()+version)
			admin := login(t, server)
			campus, err := admin.MakeCampus(1)
			require.NoError(t, err)
			send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "aire", "kind": "ac", "space_id": campus.Room, "mqtt_topic": "tele/aire"})
			eventually(t, "connected", func() bool {
				metrics, err := admin.Raw(http.MethodGet, "/metrics", "", nil)
				return err == nil && strings.Contains(string(metrics.Body), "\nholotwin_mqtt_connected 1\n")
			})
			device := dial(t, broker.Address, "aire", program.BrokerUser, program.BrokerPassword)
			local := time.Now().In(time.FixedZone("", -5*3600)).Add(-time.Minute).Format("2006-01-02T15:04:05")
			require.NoError(t, device.Say("tele/aire/SENSOR", `{"Time":"`+local+`","ENERGY":{"Total":6.294,"Power":1200}}`))
			require.NoError(t, device.Say("tele/aire/STATE", `{"POWER":"ON"}`))
			require.NoError(t, device.Say("holotwin/d0/consumo", `{"kwh":0.5}`))
			require.NoError(t, device.Say("tele/aire/SENSOR", `{"Time"`))
			require.NoError(t, device.Say("zigbee2mqtt/Sala 1/enchufe", `{"energy":80.747,"power":12,"state":"ON"}`))
			eventually(t, "taken", func() bool { return count(t, admin, "aire") == 1 && count(t, admin, "d0") == 1 })
			var inbox listedNewcomers
			eventually(t, "the newcomer", func() bool {
				require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).JSON(&inbox))
				return len(inbox.Items) == 1
			})
			require.Equal(t, "zigbee2mqtt/Sala 1/enchufe", inbox.Items[0].Address)
			eventually(t, "the state", func() bool {
				return strings.Contains(string(send(t, admin, 200, http.MethodGet, "/api/gemelo", nil).Body), `"state":"on"`)
			})
			require.Contains(t, string(send(t, admin, 200, http.MethodGet, "/consumo?device_id=aire", nil).Body), `"time_source":"device_local"`)
			letters := string(send(t, admin, 200, http.MethodGet, "/api/dispositivos/rechazados", nil).Body)
			require.Contains(t, letters, `"reason":"not_json"`)
			require.NotContains(t, server.Log.String(), program.BrokerPassword)
		})
	}
}

// TestOutsideBrokerHoldsLongMessages has a broker keep messages that are longer than any reading: what else it has is taken, by either
// version, and the program does not hold them.
func TestOutsideBrokerHoldsLongMessages(t *testing.T) {
	t.Parallel()
	for name, version := range map[string]string{"5": "", "3.1.1": "?version=3.1.1"} {
		t.Run(name, func(t *testing.T) {
			broker := mosquitto(t)
			device := dial(t, broker.Address, "bridge", program.BrokerUser, program.BrokerPassword)
			long := strings.Repeat("x", 2<<20)
			for i := range 40 {
				require.True(t, device.Retain(fmt.Sprintf("zigbee2mqtt/bridge/devices/%d", i), long).WaitTimeout(eventuallyFor))
			}
			server := start(t, databasetest.SQLite(t), "MQTT_URL="+broker.URL()+version)
			admin := login(t, server)
			_, err := admin.MakeCampus(1)
			require.NoError(t, err)
			require.NoError(t, device.Say("holotwin/d0/consumo", `{"kwh":0.5}`))
			eventually(t, "the reading is taken", func() bool { return count(t, admin, "d0") == 1 })
		})
	}
}

// TestKillsAmongMessages kills the server again and again while 10,000 messages come in through a broker with a persistent
// session: each is there once.
func TestKillsAmongMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		database string
		messages int
	}{"sqlite": {databasetest.SQLite(t), 10_000}, "postgres": {databasetest.Postgres(t), 10_000}} {
		t.Run(name, func(t *testing.T) {
			broker := mosquitto(t)
			setting := "MQTT_URL=" + broker.URL()
			server := start(t, c.database, setting)
			_, err := login(t, server).MakeCampus(4)
			require.NoError(t, err)
			device := dial(t, broker.Address, "gateway", program.BrokerUser, program.BrokerPassword)
			begun := time.Now().Add(-4 * time.Hour).Truncate(time.Second)
			var publishing error
			over := make(chan struct{})
			go func() {
				defer close(over)
				for i := 0; i < c.messages && publishing == nil; i++ {
					at := begun.Add(time.Duration(i) * time.Second).UTC().Format(time.RFC3339)
					publishing = device.Say(fmt.Sprintf("holotwin/d%d/consumo", i%4), `{"kwh":0.001,"interval_s":1,"timestamp":"`+at+`"}`)
				}
			}()
			for round := range 5 {
				awaitTaken(t, login(t, server), 100*(round+1), over)
				require.NoError(t, server.Kill())
				server = start(t, c.database, setting)
			}
			<-over
			require.NoError(t, publishing)
			admin := login(t, server)
			stored := func() (n int) {
				for i := range 4 {
					n += count(t, admin, fmt.Sprintf("d%d", i))
				}
				return n
			}
			eventually(t, "all are stored", func() bool { return stored() == c.messages })
			total := 0.0
			for i := range 4 {
				var series struct{ Items []struct{ KWh float64 } }
				require.NoError(t, send(t, admin, 200, http.MethodGet, fmt.Sprintf("/api/consumo/serie?level=device&id=d%d&bucket=day&from=%s", i, begun.Add(-24*time.Hour).UTC().Format(time.RFC3339)), nil).JSON(&series))
				for _, item := range series.Items {
					total += item.KWh
				}
			}
			require.InDelta(t, float64(c.messages)*0.001, total, 1e-6, "none twice")
		})
	}
}

// awaitTaken waits until a server has taken n messages since its start, or all of them were published.
func awaitTaken(t *testing.T, admin *program.Client, n int, over <-chan struct{}) {
	t.Helper()
	eventually(t, "messages are taken", func() bool {
		select {
		case <-over:
			return true
		default:
			return metric(t, admin, `holotwin_mqtt_messages_total{outcome="taken"}`) >= n
		}
	})
}

// TestEmbeddedBroker accepts devices by id and key, receives only their own topics, and disconnects them when the key is revoked.
func TestEmbeddedBroker(t *testing.T) {
	address, err := program.FreeAddress()
	require.NoError(t, err)
	server := start(t, databasetest.SQLite(t), "MQTT_LISTEN="+address)
	admin := login(t, server)
	campus, err := admin.MakeCampus(2)
	require.NoError(t, err)
	own := gateway(t, admin, map[string]any{"name": "d0", "device_ids": []string{"d0"}})
	var made struct{ ID, Key string }
	require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "sala", "space_id": campus.Room}).JSON(&made))
	for _, refused := range [][2]string{{"", ""}, {"d0", ""}, {"d0", "htk_nada"}, {"d1", own.Key}, {"nadie", own.Key}} {
		_, err := program.DialMQTT(address, "x", refused[0], refused[1])
		require.Error(t, err, refused)
	}
	device := dial(t, address, "d0", "d0", own.Key)
	now := time.Now().UTC().Format(time.RFC3339)
	require.NoError(t, device.Say("holotwin/d0/consumo", `{"kwh":0.5,"timestamp":"`+now+`"}`))
	require.Equal(t, 1, count(t, admin, "d0"), "acknowledged is stored")
	device.Publish("holotwin/d1/consumo", `{"kwh":0.5}`)
	eventually(t, "the foreign topic is refused", func() bool {
		metrics, err := admin.Raw(http.MethodGet, "/metrics", "", nil)
		return err == nil && strings.Contains(string(metrics.Body), `holotwin_mqtt_refused_total{reason="topic"}`)
	})
	require.Zero(t, count(t, admin, "d1"))

	plug := dial(t, address, "plug", "shellyplug-s-ABC", made.Key)
	require.NoError(t, plug.Say("shellies/shellyplug-s-ABC/relay/0/energy", "72000"))
	var inbox listedNewcomers
	require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).JSON(&inbox))
	require.Equal(t, "shellies/shellyplug-s-ABC/relay/0", inbox.Items[0].Address)
	send(t, admin, 201, http.MethodPost, "/api/dispositivos/nuevos", map[string]any{"address": inbox.Items[0].Address, "id": "enchufe", "space_id": campus.Room})
	require.NoError(t, plug.Say("shellies/shellyplug-s-ABC/relay/0/energy", "72060"))
	require.Equal(t, 2, count(t, admin, "enchufe"))

	send(t, admin, 204, http.MethodDelete, "/auth/claves/"+made.ID, nil)
	eventually(t, "the key that was taken back is noticed", func() bool {
		return plug.Publish("shellies/shellyplug-s-ABC/relay/0/energy", "72120").WaitTimeout(time.Second) == false
	})
}
