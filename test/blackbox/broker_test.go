package blackbox

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/mqtttest"
	"github.com/holotwin/holotwin/test/program"
)

// ownBroker is a server with the embedded broker, and two devices, d0 and d1, in rooms of their own, with a key each.
type ownBroker struct {
	server  *program.Server
	address string
	admin   *program.Client
	campus  program.Campus
	keys    [2]madeKey
}

type madeKey struct{ ID, Key string }

func startBroker(t *testing.T, databaseURL string) ownBroker {
	t.Helper()
	var b ownBroker
	b.server, b.address = serveMQTT(t, databaseURL)
	b.admin = login(t, b.server)
	var err error
	b.campus, err = b.admin.MakeRooms(2, 1)
	require.NoError(t, err)
	for i := range b.keys {
		b.keys[i] = newKey(t, b.admin, map[string]any{"name": "equipo", "device_ids": []string{b.campus.Devices[i]}})
	}
	return b
}

// serveMQTT starts the program with the embedded broker.
func serveMQTT(t *testing.T, databaseURL string) (*program.Server, string) {
	t.Helper()
	address, err := program.FreeAddress()
	require.NoError(t, err)
	return start(t, databaseURL, "MQTT_LISTEN="+address), address
}

func newKey(t *testing.T, admin *program.Client, key map[string]any) (made madeKey) {
	t.Helper()
	require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/claves", key).JSON(&made))
	return made
}

// rawConnect connects, and returns the code of the answer.
func rawConnect(t *testing.T, address string, p packets.Packet) (*mqtttest.Device, byte) {
	t.Helper()
	d, err := mqtttest.Dial(address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.Conn.Close() })
	answer, err := d.Connect(p)
	require.NoError(t, err)
	return d, answer.ReasonCode
}

// listens connects a device that listens to what is for it.
func (b ownBroker) listens(t *testing.T, version byte, id, user, key string) *mqtttest.Device {
	t.Helper()
	d, code := rawConnect(t, b.address, mqtttest.ConnectPacket(version, id, user, key))
	require.Zero(t, code)
	granted, err := d.Subscribe("holotwin/" + user + "/#")
	require.NoError(t, err)
	require.Equal(t, []byte{1}, granted)
	return d
}

// hearsNothing checks that a connected device received nothing.
func hearsNothing(t *testing.T, d *mqtttest.Device) {
	t.Helper()
	before, err := d.Ping()
	require.NoError(t, err, "it is still connected")
	require.Empty(t, before)
}

// isEnded waits until the server ends a connection.
func isEnded(t *testing.T, d *mqtttest.Device) packets.Packet {
	t.Helper()
	last, over := d.WaitClosed(eventuallyFor)
	require.True(t, over, "the connection goes on")
	return last
}

// metric is a figure of the server's metrics; 0 if it is missing.
func metric(t *testing.T, admin *program.Client, name string) int {
	t.Helper()
	metrics, err := admin.Raw(http.MethodGet, "/metrics", "", nil)
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\d+)`).FindSubmatch(metrics.Body)
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(string(found[1]))
	require.NoError(t, err)
	return n
}

// mosquittoClient runs a client of Mosquitto's against the broker.
func (b ownBroker) mosquittoClient(name, user, key string, more ...string) *exec.Cmd {
	host, port, _ := net.SplitHostPort(b.address)
	return exec.Command(name, append([]string{"-h", host, "-p", port, "-u", user, "-P", key}, more...)...)
}

// TestWillsAreDropped has a device publish another device's commands by its will, without the right to publish them: the other one
// receives nothing, now and later.
func TestWillsAreDropped(t *testing.T) {
	b := startBroker(t, databasetest.SQLite(t))
	victim := b.listens(t, 4, "b", "d1", b.keys[1].Key)
	for _, version := range []string{"31", "311", "5"} {
		will := b.mosquittoClient("mosquitto_sub", "d0", b.keys[0].Key, "-V", version, "-i", "e", "-t", "holotwin/d0/x", "--will-topic", "holotwin/d1/orden", "--will-payload", "off", "--will-retain", "--will-qos", "1")
		require.NoError(t, will.Start())
		eventually(t, "it is let in", func() bool { return metric(t, b.admin, "holotwin_mqtt_clients") == 2 })
		require.NoError(t, will.Process.Kill())
		_ = will.Wait()
		eventually(t, "it is gone", func() bool { return metric(t, b.admin, "holotwin_mqtt_clients") == 1 })
		hearsNothing(t, victim)
	}
	p := mqtttest.ConnectPacket(5, "late", "d0", b.keys[0].Key)
	p.Connect.WillFlag, p.Connect.WillTopic, p.Connect.WillPayload, p.Connect.WillProperties.WillDelayInterval = true, "holotwin/d1/orden", []byte("off"), 1
	p.Properties.SessionExpiryInterval, p.Properties.SessionExpiryIntervalFlag = 3600, true
	delayed, code := rawConnect(t, b.address, p)
	require.Zero(t, code)
	require.NoError(t, delayed.Conn.Close())
	time.Sleep(3 * time.Second) // a delay of a second is over
	hearsNothing(t, victim)
	hearsNothing(t, b.listens(t, 5, "b2", "d1", b.keys[1].Key))
}

// TestRetainedReadingsAreTaken publishes readings with the retain flag, by each version: they are stored, and not kept for others.
func TestRetainedReadingsAreTaken(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		b := startBroker(t, databaseURL)
		begun := time.Now()
		for i, version := range []string{"31", "311", "5"} {
			for qos := range 3 {
				at := begun.Add(-time.Duration(3*i+qos+1) * time.Minute).UTC().Format(time.RFC3339)
				out, err := b.mosquittoClient("mosquitto_pub", "d0", b.keys[0].Key, "-V", version, "-q", strconv.Itoa(qos), "-r", "-t", "holotwin/d0/consumo", "-m", `{"kwh":0.05,"interval_s":60,"timestamp":"`+at+`"}`).CombinedOutput()
				require.NoError(t, err, "%s", out)
				require.Empty(t, out)
			}
		}
		eventually(t, "all are stored", func() bool { return count(t, b.admin, "d0") == 9 })
		hearsNothing(t, b.listens(t, 5, "late", "d0", b.keys[0].Key))
	})
}

// TestClientIDsBelongToTheirKey connects with another device's client id: that one goes on, and what it has is its own. With its own
// key a device takes over from its connection of before.
func TestClientIDsBelongToTheirKey(t *testing.T) {
	b := startBroker(t, databasetest.SQLite(t))
	for _, version := range []byte{4, 5} {
		victim := b.listens(t, version, "b", "d1", b.keys[1].Key)
		for range 5 {
			p := mqtttest.ConnectPacket(version, "b", "d0", b.keys[0].Key)
			p.Connect.Clean = false
			thief, code := rawConnect(t, b.address, p)
			require.Zero(t, code)
			hearsNothing(t, thief)
			hearsNothing(t, victim)
			require.NoError(t, thief.Conn.Close())
		}
		again := b.listens(t, version, "b", "d1", b.keys[1].Key)
		isEnded(t, victim)
		hearsNothing(t, again)
		require.NoError(t, again.Conn.Close())
	}
}

// TestAKeyHoldsSoManyMQTTConnections fills what the key of one device may hold, and not what others may.
func TestAKeyHoldsSoManyMQTTConnections(t *testing.T) {
	b := startBroker(t, databasetest.SQLite(t))
	var refused byte
	held := 0
	for ; held < 100; held++ {
		_, code := rawConnect(t, b.address, mqtttest.ConnectPacket(5, fmt.Sprint("c", held), "d0", b.keys[0].Key))
		if refused = code; code != 0 {
			break
		}
	}
	require.Equal(t, packets.ErrQuotaExceeded.Code, refused)
	require.Equal(t, 10, held)
	_, code := rawConnect(t, b.address, mqtttest.ConnectPacket(4, "one more", "d0", b.keys[0].Key))
	require.Equal(t, packets.Err3ServerUnavailable.Code, code)
	hearsNothing(t, b.listens(t, 4, "other", "d1", b.keys[1].Key))
	require.Equal(t, 2, metric(t, b.admin, `holotwin_mqtt_refused_total{reason="key_full"}`))
}

// TestMQTTSessionsEndWithTheirRights revokes keys, and moves a device out of a key's space, while devices only listen: their sessions end
// on each replica, and no others.
func TestMQTTSessionsEndWithTheirRights(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) { testRightsOf(t, startBroker(t, databaseURL), nil) })
	t.Run("replicas", func(t *testing.T) {
		databaseURL := databasetest.Postgres(t)
		b := startBroker(t, databaseURL)
		_, other := serveMQTT(t, databaseURL)
		testRightsOf(t, b, &other)
	})
}

// testRightsOf changes rights where b is; the devices are there, or where other is.
func testRightsOf(t *testing.T, b ownBroker, other *string) {
	t.Helper()
	var room struct {
		SpaceID string `json:"space_id"`
	}
	require.NoError(t, send(t, b.admin, 200, http.MethodGet, "/api/dispositivos/d0", nil).JSON(&room))
	first := room.SpaceID
	require.NoError(t, send(t, b.admin, 200, http.MethodGet, "/api/dispositivos/d1", nil).JSON(&room))
	inFirst := newKey(t, b.admin, map[string]any{"name": "sala", "space_id": first})
	there := b
	if other != nil {
		there.address = *other
	}
	revoked, three := there.listens(t, 5, "a", "d0", b.keys[0].Key), there.listens(t, 4, "a3", "d0", b.keys[0].Key)
	moved, newcomer := there.listens(t, 5, "m", "d0", inFirst.Key), there.listens(t, 4, "n", "nuevo", inFirst.Key)
	stays := there.listens(t, 5, "s", "d1", b.keys[1].Key)
	for _, d := range []*mqtttest.Device{revoked, three, moved, newcomer, stays} {
		hearsNothing(t, d)
	}
	send(t, b.admin, 204, http.MethodDelete, "/auth/claves/"+b.keys[0].ID, nil)
	require.Equal(t, packets.ErrNotAuthorized.Code, isEnded(t, revoked).ReasonCode)
	isEnded(t, three)
	hearsNothing(t, moved)
	send(t, b.admin, 200, http.MethodPatch, "/api/dispositivos/d0", map[string]any{"space_id": room.SpaceID})
	isEnded(t, moved)
	hearsNothing(t, newcomer)
	hearsNothing(t, stays)
	send(t, b.admin, 204, http.MethodDelete, "/auth/claves/"+inFirst.ID, nil)
	isEnded(t, newcomer)
	hearsNothing(t, stays)
	_, code := rawConnect(t, there.address, mqtttest.ConnectPacket(5, "again", "d0", b.keys[0].Key))
	require.Equal(t, packets.ErrBadUsernameOrPassword.Code, code)
}

// brokenConnections is how many of them each database gets.
const brokenConnections = 5000

// TestBrokenMQTTIsNeverAServerError sends broken packets, wills and client ids by a seed: the program goes on, on both databases, and
// nothing is stored of them.
func TestBrokenMQTTIsNeverAServerError(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		b := startBroker(t, databaseURL)
		stays := b.listens(t, 5, "stays", "d1", b.keys[1].Key)
		chance := rand.New(rand.NewPCG(7, 16))
		for i := range brokenConnections {
			d, err := mqtttest.Dial(b.address)
			require.NoError(t, err)
			_, _ = d.Conn.Write(mqtttest.Broken(chance, "d0", b.keys[0].Key)) // it may be at its end already
			if i%8 == 0 {
				_, _ = d.Read(20 * time.Millisecond) // some wait for an answer, which need not come
			}
			require.NoError(t, d.Conn.Close())
		}
		truncated, code := rawConnect(t, b.address, mqtttest.ConnectPacket(5, "sub", "d0", b.keys[0].Key))
		require.Zero(t, code)
		_, err := truncated.Conn.Write([]byte{0x82, 0x06, 0, 1, 0, 0, 1, '#'}) // without its last byte
		require.NoError(t, err)
		isEnded(t, truncated)
		hearsNothing(t, stays)
		eventually(t, "they are all gone", func() bool { return metric(t, b.admin, "holotwin_mqtt_clients") == 1 })
		require.NotContains(t, b.server.Log.String(), "panic")
		device := dial(t, b.address, "good", "d0", b.keys[0].Key)
		require.NoError(t, device.Say("holotwin/d0/consumo", `{"kwh":0.5,"timestamp":"`+time.Now().UTC().Format(time.RFC3339)+`"}`))
		require.Equal(t, 1, count(t, b.admin, "d0"))
		var inbox struct{ Items []json.RawMessage }
		require.NoError(t, send(t, b.admin, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).JSON(&inbox))
		require.Empty(t, inbox.Items)
	})
}
