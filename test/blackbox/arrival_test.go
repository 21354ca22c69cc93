package blackbox

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// used is what a device used in all, in mWh, and the most of a quarter hour.
func used(t *testing.T, c *program.Client, device string) (total, most int64) {
	t.Helper()
	from := url.QueryEscape(time.Now().Add(-30 * time.Hour).UTC().Truncate(time.Hour).Format(time.RFC3339))
	to := url.QueryEscape(time.Now().Add(time.Hour).UTC().Truncate(time.Hour).Format(time.RFC3339))
	var series struct {
		Items []struct{ KWh json.Number }
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/serie?level=device&bucket=15m&id="+device+"&from="+from+"&to="+to, nil).JSON(&series))
	for _, item := range series.Items {
		if item.KWh == "" {
			continue
		}
		kwh, err := item.KWh.Float64()
		require.NoError(t, err)
		milli := int64(kwh*1e6 + 0.5)
		total, most = total+milli, max(most, milli)
	}
	return total, most
}

// quarantined is how many readings of a device wait for a person.
func quarantined(t *testing.T, c *program.Client, device string) int {
	t.Helper()
	var held struct{ Items []json.RawMessage }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/cuarentena?device_id="+device, nil).JSON(&held))
	return len(held.Items)
}

// connected waits for the outside broker.
func connected(t *testing.T, c *program.Client) {
	t.Helper()
	eventually(t, "connected", func() bool {
		metrics, err := c.Raw(http.MethodGet, "/metrics", "", nil)
		return err == nil && strings.Contains(string(metrics.Body), "\nholotwin_mqtt_connected 1\n")
	})
}

func letterReasons(t *testing.T, c *program.Client) (reasons []string) {
	t.Helper()
	var letters struct{ Items []struct{ Reason string } }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/dispositivos/rechazados", nil).JSON(&letters))
	for _, l := range letters.Items {
		reasons = append(reasons, l.Reason)
	}
	return reasons
}

// TestABacklogCounts freezes a server behind a broker that keeps receiving messages. When the server continues, each message counts,
// though all arrive at once without a time; counters count over the time since their last message.
func TestABacklogCounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		broker := mosquitto(t)
		server := start(t, databaseURL, "MQTT_URL="+broker.URL())
		admin := login(t, server)
		campus, err := admin.MakeCampus(2)
		require.NoError(t, err)
		send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "rq-a", "kind": "other", "space_id": campus.Room, "rated_w": 2000, "mqtt_topic": "zigbee2mqtt/rq-a"})
		send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "rq-a", "register_kwh": 60, "timestamp": past(2 * time.Hour)})
		connected(t, admin)
		device := dial(t, broker.Address, "gateway", program.BrokerUser, program.BrokerPassword)
		require.NoError(t, server.Process.Process.Signal(syscall.SIGSTOP))
		for i := range 40 {
			require.NoError(t, device.Say("holotwin/d0/consumo", `{"kwh":0.01}`))
			require.NoError(t, device.Say("holotwin/d1/consumo", fmt.Sprintf(`{"kwh":0.%02d}`, i%4+1)))
		}
		for _, count := range []string{"60.5", "61.0", "61.5", "62.0"} {
			require.NoError(t, device.Say("zigbee2mqtt/rq-a", `{"energy": `+count+`, "power": 1000}`))
		}
		require.NoError(t, server.Process.Process.Signal(syscall.SIGCONT))
		eventually(t, "all are taken", func() bool {
			return count(t, admin, "d0") == 40 && count(t, admin, "d1") == 40 && count(t, admin, "rq-a") == 5
		})
		for id, want := range map[string]int64{"d0": 400_000, "d1": 1_000_000, "rq-a": 2_000_000} {
			total, _ := used(t, admin, id)
			require.Equal(t, want, total, id)
		}
		_, most := used(t, admin, "rq-a")
		require.LessOrEqual(t, most, int64(300_000))
		require.NoError(t, device.Say("zigbee2mqtt/rq-a", `{"energy": 62.001, "power": 1000}`))
		eventually(t, "the live one is taken", func() bool { total, _ := used(t, admin, "rq-a"); return total == 2_001_000 })
		require.Zero(t, quarantined(t, admin, "rq-a"))
		require.Empty(t, letterReasons(t, admin))
	})
}

// TestReadingsWithoutATimeAllCount sends readings without a time by every way in, many at once.
func TestReadingsWithoutATimeAllCount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		address, err := program.FreeAddress()
		require.NoError(t, err)
		admin := login(t, start(t, databaseURL, "MQTT_LISTEN="+address))
		campus, err := admin.MakeCampus(4)
		require.NoError(t, err)
		send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "em", "kind": "meter", "space_id": campus.Room, "mqtt_topic": "emon/em/e", "mqtt_unit": "kWh", "mqtt_interval": true})
		key := gateway(t, admin, map[string]any{"name": "todos", "space_id": campus.Room}).Key

		const clients, each = 8, 15
		atOnce(clients, func(int) {
			for range each {
				answer, err := admin.Send(http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.01})
				assert.NoError(t, err)
				assert.Equal(t, 201, answer.Status, "%s", answer.Body)
				sent := url.Values{"node": {"em"}, "fulljson": {`{"e":0.01}`}, "apikey": {key}}.Encode()
				answer, err = (&program.Client{URL: admin.URL, HTTP: admin.HTTP}).Raw(http.MethodPost, "/input/post", "application/x-www-form-urlencoded", strings.NewReader(sent))
				assert.NoError(t, err)
				assert.Equal(t, 200, answer.Status, "%s", answer.Body)
			}
		})
		rows := "device_id,kwh\n" + strings.Repeat("d1,0.01\n", 20)
		var uploaded struct{ Inserted, Duplicates, Rejected int }
		for range 2 {
			answer, err := admin.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(rows))
			require.NoError(t, err)
			require.NoError(t, answer.JSON(&uploaded))
			require.Equal(t, []int{20, 0, 0}, []int{uploaded.Inserted, uploaded.Duplicates, uploaded.Rejected})
		}
		answer, err := admin.Raw(http.MethodPost, "/consumo/lote?atomic=true", "application/x-ndjson", strings.NewReader(strings.Repeat(`{"device_id":"d2","kwh":0.01,"age_s":60}`+"\n", 20)))
		require.NoError(t, err)
		require.NoError(t, answer.JSON(&uploaded))
		require.Equal(t, []int{20, 0, 0}, []int{uploaded.Inserted, uploaded.Duplicates, uploaded.Rejected})
		atOnce(2, func(n int) {
			device, err := program.DialMQTT(address, fmt.Sprint("connection ", n), "d3", key)
			if !assert.NoError(t, err) {
				return
			}
			defer device.Close()
			var acknowledged []interface{ WaitTimeout(time.Duration) bool }
			for range 20 {
				acknowledged = append(acknowledged, device.Publish("holotwin/d3/consumo", `{"kwh":0.01}`))
			}
			for _, token := range acknowledged {
				assert.True(t, token.WaitTimeout(eventuallyFor))
			}
		})
		for id, want := range map[string]int64{"d0": clients * each * 10_000, "em": clients * each * 10_000, "d1": 400_000, "d2": 200_000, "d3": 400_000} {
			total, _ := used(t, admin, id)
			require.Equal(t, want, total, id)
		}
		require.Empty(t, letterReasons(t, admin))
		conditionsWithoutATime(t, admin, campus.Room)
	})
}

// conditionsWithoutATime sends states and ambient readings without a time, many at once.
func conditionsWithoutATime(t *testing.T, admin *program.Client, room string) {
	t.Helper()
	const clients = 8
	atOnce(clients, func(n int) {
		for i := range 5 {
			state := []string{"on", "off"}[(n+i)%2]
			answer, err := admin.Send(http.MethodPost, "/api/dispositivos/d0/estado", map[string]any{"state": state})
			assert.NoError(t, err)
			assert.Equal(t, 201, answer.Status, "%s", answer.Body)
			answer, err = admin.Send(http.MethodPost, "/ambiente", map[string]any{"space_id": room, "temperature_c": 20 + n})
			assert.NoError(t, err)
			assert.Equal(t, 201, answer.Status, "%s", answer.Body)
		}
	})
	var list struct{ Items []json.RawMessage }
	for _, path := range []string{"/api/dispositivos/d0/estados", "/api/ambiente?space_id=" + room} {
		require.NoError(t, send(t, admin, 200, http.MethodGet, path, nil).JSON(&list))
		require.Len(t, list.Items, clients*5, path)
	}
}

// atOnce runs something several times at once.
func atOnce(times int, do func(n int)) {
	var wait sync.WaitGroup
	for n := range times {
		wait.Go(func() { do(n) })
	}
	wait.Wait()
}

// TestReplicasStampApart sends readings of one device without a time to two servers on one database.
func TestReplicasStampApart(t *testing.T) {
	t.Parallel()
	databaseURL := databasetest.Postgres(t)
	first := login(t, start(t, databaseURL))
	campus, err := first.MakeCampus(1)
	require.NoError(t, err)
	send(t, first, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "r", "kind": "other", "space_id": campus.Room})
	servers := []*program.Client{first, login(t, start(t, databaseURL))}
	eventually(t, "the other has heard of the devices", func() bool {
		answer, err := servers[1].Send(http.MethodGet, "/api/dispositivos/r", nil)
		return err == nil && answer.Status == 200
	})
	const clients, each = 8, 40
	atOnce(clients, func(n int) {
		for range each {
			for _, body := range []map[string]any{{"device_id": "d0", "kwh": 0.001}, {"device_id": "r", "register_kwh": 5}} {
				answer, err := servers[n%2].Send(http.MethodPost, "/consumo", body)
				assert.NoError(t, err)
				assert.Equal(t, 201, answer.Status, "%s", answer.Body)
			}
		}
	})
	total, _ := used(t, first, "d0")
	require.Equal(t, int64(clients*each*1000), total)
	require.Equal(t, clients*each, count(t, first, "r"))
}

// TestAMessageThatComesAgainCountsOnce loses an acknowledgement of the embedded broker: what the device sends again is known by its
// number and flag; what it sends anew counts.
func TestAMessageThatComesAgainCountsOnce(t *testing.T) {
	address, err := program.FreeAddress()
	require.NoError(t, err)
	admin := login(t, start(t, databasetest.SQLite(t), "MQTT_LISTEN="+address))
	_, err = admin.MakeCampus(1)
	require.NoError(t, err)
	key := gateway(t, admin, map[string]any{"name": "d0", "device_ids": []string{"d0"}}).Key
	for n, c := range []struct {
		id    uint16
		dup   bool
		kwh   string
		count int
	}{{7, false, "0.01", 1}, {7, true, "0.01", 1}, {8, false, "0.01", 2}, {8, true, "0.02", 3}, {9, true, "0.01", 4}} {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		hello := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
		hello.ProtocolName, hello.ProtocolVersion, hello.ClientIdentifier, hello.Keepalive = "MQTT", 4, "one", 60
		hello.UsernameFlag, hello.Username, hello.PasswordFlag, hello.Password = true, "d0", true, []byte(key)
		require.NoError(t, hello.Write(conn))
		_, err = packets.ReadPacket(conn)
		require.NoError(t, err)
		message := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
		message.Qos, message.Dup, message.MessageID, message.TopicName, message.Payload = 1, c.dup, c.id, "holotwin/d0/consumo", []byte(`{"kwh":`+c.kwh+`}`)
		require.NoError(t, message.Write(conn))
		answer, err := packets.ReadPacket(conn)
		require.NoError(t, err)
		require.Equal(t, c.id, answer.(*packets.PubackPacket).MessageID)
		require.NoError(t, conn.Close())
		require.Equal(t, c.count, count(t, admin, "d0"), "message %d", n)
	}
}

// TestKillsAmongMessagesWithoutATime kills the server repeatedly while messages without a time arrive through a broker: each counts once,
// though unacknowledged messages arrive again.
func TestKillsAmongMessagesWithoutATime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		broker := mosquitto(t)
		setting := "MQTT_URL=" + broker.URL()
		server := start(t, databaseURL, setting)
		admin := login(t, server)
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "counter", "kind": "other", "space_id": campus.Room, "mqtt_topic": "zigbee2mqtt/counter"})
		connected(t, admin)
		device := dial(t, broker.Address, "gateway", program.BrokerUser, program.BrokerPassword)
		const messages = 1500
		var publishing error
		over := make(chan struct{})
		go func() {
			defer close(over)
			for i := range messages {
				for topic, payload := range map[string]string{
					"holotwin/d0/consumo": `{"kwh":0.001}`, "zigbee2mqtt/counter": fmt.Sprintf(`{"energy":%.4f}`, float64(i)/10_000), "zigbee2mqtt/nuevo": fmt.Sprintf(`{"energy":%.4f}`, float64(i)/10_000),
				} {
					if publishing = device.Say(topic, payload); publishing != nil {
						return
					}
				}
			}
		}()
		for round := range 6 {
			awaitTaken(t, login(t, server), 50*(round+1), over)
			require.NoError(t, server.Kill())
			server = start(t, databaseURL, setting)
		}
		<-over
		require.NoError(t, publishing)
		admin = login(t, server)
		eventually(t, "all are taken", func() bool {
			return count(t, admin, "d0") >= messages && count(t, admin, "counter") >= messages && heldAt(newcomersOf(t, admin), "zigbee2mqtt/nuevo") >= messages
		})
		require.NoError(t, device.Say("zigbee2mqtt/counter", `{"energy":0.15}`)) // comes after all that may come again
		eventually(t, "the last is taken", func() bool { total, _ := used(t, admin, "counter"); return total == 150_000 })
		total, _ := used(t, admin, "d0")
		require.Equal(t, int64(messages*1000), total)
		require.Equal(t, []int{messages, messages + 1, messages}, []int{count(t, admin, "d0"), count(t, admin, "counter"), heldAt(newcomersOf(t, admin), "zigbee2mqtt/nuevo")})
	})
}
