package blackbox

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// heldNewcomer is a discovered device as it is listed.
type heldNewcomer struct {
	Address  string
	KeySpace *string `json:"key_space_id"`
	Held     int
	Last     string
}

func newcomersOf(t *testing.T, c *program.Client) []heldNewcomer {
	t.Helper()
	var list struct{ Items []heldNewcomer }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/dispositivos/nuevos?limit=1000", nil).JSON(&list))
	return list.Items
}

// buildings are two parts of a campus, each with a room, a manager and a key.
type buildings struct {
	id, room [2]string
	manager  [2]*program.Client
	key      [2]string
}

func makeBuildings(t *testing.T, admin *program.Client) (b buildings) {
	t.Helper()
	made := func(body map[string]any) string {
		var made struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/api/espacios", body).JSON(&made))
		return made.ID
	}
	site := made(map[string]any{"name": "Sede", "kind": "site"})
	for i, name := range []string{"A", "B"} {
		b.id[i] = made(map[string]any{"name": name, "kind": "building", "parent_id": site})
		b.room[i] = made(map[string]any{"name": name, "kind": "room", "parent_id": b.id[i]})
		b.manager[i] = newUser(t, admin, "manager", b.id[i])
		b.key[i] = gateway(t, admin, map[string]any{"name": name, "space_id": b.id[i]}).Key
	}
	return b
}

// TestTheInboxIsDividedByKey lets two buildings send under the same address, and one of them use all the space that it can: the other
// keeps its acknowledged messages.
func TestTheInboxIsDividedByKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		address, err := program.FreeAddress()
		require.NoError(t, err)
		admin := login(t, start(t, databaseURL, "MQTT_LISTEN="+address))
		b := makeBuildings(t, admin)
		const topic = "zigbee2mqtt/x"
		ofA, ofB := dial(t, address, "a", "x", b.key[0]), dial(t, address, "b", "x", b.key[1])
		for i := range 20 {
			require.NoError(t, ofA.Say(topic, fmt.Sprintf(`{"energy":%d}`, 10+i)))
		}
		require.NoError(t, ofB.Say(topic, `{"energy":5000}`))
		require.NoError(t, ofB.Say(topic, `{"energy":5001}`))
		require.NoError(t, ofA.Say("holotwin/x/consumo", `{`))
		for i, held := range []int{20, 2} {
			require.Equal(t, []heldNewcomer{{Address: topic, KeySpace: &b.id[i], Held: held, Last: newcomersOf(t, b.manager[i])[0].Last}}, newcomersOf(t, b.manager[i]))
		}
		require.Len(t, newcomersOf(t, admin), 2)

		loud := dial(t, address, "loud", "y", b.key[1])
		var sent []interface{ WaitTimeout(time.Duration) bool }
		for i := range 1100 {
			loud.Publish("holotwin/y/consumo", "{")
			sent = append(sent, loud.Publish(fmt.Sprintf("emon/y/%d", i), "7"))
		}
		for _, token := range sent[:900] {
			require.True(t, token.WaitTimeout(time.Minute))
		}
		eventually(t, "what has no room is refused", func() bool {
			metrics, err := admin.Raw(http.MethodGet, "/metrics", "", nil)
			return err == nil && strings.Contains(string(metrics.Body), `holotwin_mqtt_refused_total{reason="inbox_full"}`)
		})
		require.False(t, sent[1099].WaitTimeout(time.Millisecond), "without an acknowledgement")
		full := form(t, admin, 429, "/input/post", url.Values{"node": {"another"}, "fulljson": {`{"e":1}`}, "apikey": {b.key[1]}})
		require.Contains(t, string(full.Body), `"bound":"newcomers_of_key"`)
		require.NotEmpty(t, full.Header.Get("Retry-After"))
		form(t, admin, 200, "/input/post", url.Values{"node": {"another"}, "fulljson": {`{"e":1}`}, "apikey": {b.key[0]}})
		var letters struct{ Items []struct{ Topic string } }
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/dispositivos/rechazados?limit=1000", nil).JSON(&letters))
		require.Less(t, len(letters.Items), 300)
		topics := map[string]int{}
		for _, l := range letters.Items {
			topics[l.Topic]++
		}
		require.Equal(t, 1, topics["holotwin/x/consumo"], "the letter of the other key is there")

		send(t, b.manager[1], 404, http.MethodDelete, "/api/dispositivos/nuevos?address="+url.QueryEscape(topic)+"&key_space_id="+b.id[0], nil)
		adopted := send(t, b.manager[0], 201, http.MethodPost, "/api/dispositivos/nuevos", map[string]any{"address": topic, "id": "enchufe", "space_id": b.room[0]})
		require.Contains(t, string(adopted.Body), `"counted":20`)
		total, _ := used(t, admin, "enchufe")
		require.Equal(t, int64(19_000_000), total)
		require.NoError(t, ofB.Say(topic, `{"energy":5002}`))
		require.Equal(t, 20, count(t, admin, "enchufe"), "what B says is not of the device of A")
		require.Equal(t, 3, heldAt(newcomersOf(t, b.manager[1]), topic))
	})
}

func heldAt(all []heldNewcomer, address string) int {
	for _, n := range all {
		if n.Address == address {
			return n.Held
		}
	}
	return 0
}

// TestAdoptionWhileTheDeviceSpeaks adopts a discovered device while it sends over three connections, one of which empties its buffer
// newest first: every acknowledged message is stored.
func TestAdoptionWhileTheDeviceSpeaks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		address, err := program.FreeAddress()
		require.NoError(t, err)
		admin := login(t, start(t, databaseURL, "MQTT_LISTEN="+address))
		b := makeBuildings(t, admin)
		const messages = 400
		begun := time.Now().Add(-2 * time.Hour).Truncate(time.Second)
		adopt := make(chan bool)
		go func() {
			<-adopt
			answer, err := b.manager[0].Send(http.MethodPost, "/api/dispositivos/nuevos", map[string]any{"address": "tele/t", "id": "t", "space_id": b.room[0]})
			assert.NoError(t, err)
			assert.Equal(t, 201, answer.Status, "%s", answer.Body)
			close(adopt)
		}()
		atOnce(3, func(n int) {
			device, err := program.DialMQTT(address, fmt.Sprint("t", n), "t", b.key[0])
			if !assert.NoError(t, err) {
				return
			}
			defer device.Close()
			for i := range messages {
				place := i
				if n == 2 {
					place = messages - 1 - i
				}
				at := begun.Add(time.Duration(3*place+n) * time.Second)
				message := fmt.Sprintf(`{"Time":"%s","ENERGY":{"Total":%.3f}}`, at.UTC().Format(time.RFC3339), 100+float64(3*place+n)/1000)
				if !assert.NoError(t, device.Say("tele/t/SENSOR", message)) {
					return
				}
				if n == 0 && i == messages/3 {
					adopt <- true
				}
			}
		})
		<-adopt
		eventually(t, "every one is there", func() bool { return count(t, admin, "t") == 3*messages })
		total, _ := used(t, admin, "t")
		require.Equal(t, int64((3*messages-1)*1000), total)
		require.Zero(t, heldAt(newcomersOf(t, admin), "tele/t"))
	})
}

// TestKillsInAnAdoption kills the server again and again while an adoption books what was kept: once it is back, all is there, once.
func TestKillsInAnAdoption(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		admin := login(t, server)
		b := makeBuildings(t, admin)
		const rows = 9000
		var data []string
		for i := range rows {
			data = append(data, fmt.Sprintf(`[%d,"k",%d]`, i, i))
		}
		form(t, admin, 200, "/input/bulk", url.Values{"data": {"[" + strings.Join(data, ",") + "]"}, "time": {fmt.Sprint(time.Now().Add(-4 * time.Hour).Unix())}, "apikey": {b.key[0]}})
		require.Equal(t, rows, heldAt(newcomersOf(t, admin), "emon/k/1"))
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_, _ = admin.Send(http.MethodPost, "/api/dispositivos/nuevos", map[string]any{"address": "emon/k/1", "id": "k", "space_id": b.room[0], "mqtt_unit": "Wh"})
			cancel()
		}()
		eventually(t, "the device is made", func() bool {
			answer, err := admin.Send(http.MethodGet, "/api/dispositivos/k", nil)
			return ctx.Err() != nil || (err == nil && answer.Status == 200)
		})
		for i := range 4 {
			time.Sleep(time.Duration(i) * 50 * time.Millisecond)
			require.NoError(t, server.Kill())
			server = start(t, databaseURL)
		}
		admin = login(t, server)
		eventually(t, "all is booked", func() bool { return count(t, admin, "k") == rows })
		total, _ := used(t, admin, "k")
		require.Equal(t, int64((rows-1)*1000), total)
		require.Empty(t, newcomersOf(t, admin))
	})
}
