package mqtt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/mqtttest"
	"github.com/holotwin/holotwin/platform/supervise"
)

// fixture is a broker with a campus of two rooms, a and b, the devices da and db, and keys that a test grants and revokes.
type fixture struct {
	*Broker
	log     *observer.ObservedLogs
	metrics *prometheus.Registry

	mu      sync.Mutex
	keys    map[string]energy.Caller
	away    bool // the database
	version int64
	devices []campus.Device
}

var errAway = errors.New("the database is away")

func newFixture(t *testing.T) *fixture {
	t.Helper()
	core, log := observer.New(zap.WarnLevel)
	f := &fixture{log: log, metrics: prometheus.NewRegistry(), keys: map[string]energy.Caller{
		"ka": {Subject: "key_a", Role: energy.Gateway, Devices: []energy.DeviceID{"da"}},
		"kb": {Subject: "key_b", Role: energy.Gateway, Devices: []energy.DeviceID{"db"}},
		"sa": {Subject: "key_space_a", Role: energy.Gateway, Space: "a"},
	}, version: 1, devices: []campus.Device{{ID: "da", Space: "a", MQTTTopic: "tele/plug"}, {ID: "db", Space: "b"}}}
	supervisor := supervise.New(zap.New(core))
	catalog := campus.NewCatalog(f, now{}, func(string) string { return "" }, time.UTC)
	broker, err := NewBroker(BrokerSettings{Listen: "127.0.0.1:0"}, NewReceiver(noDialect{}, nil), f.login, catalog, now{}, supervisor, zap.New(core), f.metrics)
	require.NoError(t, err)
	f.Broker = broker
	require.NoError(t, broker.Start())
	t.Cleanup(func() {
		_ = broker.Stop()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		require.NoError(t, supervisor.Stop(ctx), "every connection ends with the broker")
		require.Empty(t, log.FilterMessageSnippet("goroutine panicked").All())
	})
	return f
}

type now struct{}

func (now) Now() energy.Instant { return energy.InstantOf(clock.System{}.Now()) }

func (f *fixture) login(_ context.Context, key string) (energy.Caller, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away {
		return energy.Caller{}, false, errAway
	}
	caller, ok := f.keys[key]
	return caller, ok, nil
}

// change changes the keys or the campus.
func (f *fixture) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
	f.version++
}

func (f *fixture) Version(context.Context) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.version, nil
}

func (f *fixture) Load(context.Context) (int64, []campus.Space, []campus.Device, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.version, []campus.Space{{ID: "site", Kind: campus.KindSite}, {ID: "a", Parent: "site", Kind: campus.KindRoom}, {ID: "b", Parent: "site", Kind: campus.KindRoom}}, append([]campus.Device(nil), f.devices...), nil
}

func (f *fixture) Save(context.Context, int64, campus.Change) error { return nil }

func (f *fixture) Dependents(context.Context, campus.Change) (map[string]int, error) {
	return nil, nil
}

func (f *fixture) HasReadings(context.Context, energy.DeviceID) (bool, error) { return false, nil }

// try connects with a CONNECT packet and returns the response.
func (f *fixture) try(t *testing.T, p packets.Packet) (*mqtttest.Device, byte) {
	t.Helper()
	d, err := mqtttest.Dial(f.Address().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.Conn.Close() })
	answer, err := d.Connect(p)
	require.NoError(t, err)
	return d, answer.ReasonCode
}

func (f *fixture) connect(t *testing.T, version byte, id, user, key string) *mqtttest.Device {
	t.Helper()
	d, code := f.try(t, mqtttest.ConnectPacket(version, id, user, key))
	require.Zero(t, code)
	return d
}

// refusals returns the counted refusals for a reason.
func (f *fixture) refusals(t *testing.T, reason string) float64 {
	t.Helper()
	families, err := f.metrics.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if labels := m.GetLabel(); len(labels) == 1 && labels[0].GetValue() == reason {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

// eventually waits until a condition holds, however busy the machine is.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for begun := time.Now(); !holds(); time.Sleep(10 * time.Millisecond) {
		require.Less(t, time.Since(begun), 5*time.Minute, what)
	}
}

// alive checks that a connection still gets responses.
func alive(t *testing.T, d *mqtttest.Device) {
	t.Helper()
	before, err := d.Ping()
	require.NoError(t, err)
	require.Empty(t, before, "nothing comes to a device")
}

func ended(t *testing.T, d *mqtttest.Device) packets.Packet {
	t.Helper()
	last, over := d.WaitClosed(5 * time.Minute)
	require.True(t, over)
	return last
}

var versions = []byte{3, 4, 5}

func connectOf(version byte, id, user, key string) packets.Packet {
	p := mqtttest.ConnectPacket(version, id, user, key)
	if version == 3 {
		p.Connect.ProtocolName = []byte("MQIsdp")
	}
	return p
}

// TestWillsAreDropped connects with every kind of will and breaks the connections: nothing is published or kept.
func TestWillsAreDropped(t *testing.T) {
	f := newFixture(t)
	listening := f.connect(t, 5, "b", "db", "kb")
	granted, err := listening.Subscribe("holotwin/db/#")
	require.NoError(t, err)
	require.Equal(t, []byte{1}, granted)
	kept := f.server.Topics.Retained.Len()
	for i := range 300 {
		p := connectOf(versions[i%3], fmt.Sprint("w", i), "da", "ka")
		p.Connect.WillFlag, p.Connect.WillRetain, p.Connect.WillQos = true, i%2 == 0, byte(i%3)
		p.Connect.WillTopic, p.Connect.WillPayload = "holotwin/db/orden", []byte(strings.Repeat("x", 60_000))
		if i%4 == 0 {
			p.Connect.WillTopic = fmt.Sprint("x/", i)
		}
		p.Connect.WillProperties.WillDelayInterval = uint32(i % 5 * 1000)
		p.Properties.SessionExpiryInterval, p.Properties.SessionExpiryIntervalFlag = 1<<31, true
		d, code := f.try(t, p)
		require.Zero(t, code, "it is let in all the same")
		alive(t, d)
		if i%2 == 0 {
			require.NoError(t, d.Send(p), "a second CONNECT, which sends a will too")
		}
		_ = d.Conn.Close()
	}
	eventually(t, "the connections end", func() bool { return f.hook.sessions.len() == 1 && f.server.Clients.Len() == 1 })
	alive(t, listening)
	require.Equal(t, kept, f.server.Topics.Retained.Len())
	require.GreaterOrEqual(t, f.refusals(t, "will"), 300.0)
	after := f.connect(t, 4, "b2", "db", "kb")
	_, err = after.Subscribe("holotwin/db/#")
	require.NoError(t, err)
	alive(t, after)
}

// TestNothingIsRetained accepts messages with the retain flag and keeps none of them for later subscribers.
func TestNothingIsRetained(t *testing.T) {
	f := newFixture(t)
	kept := f.server.Topics.Retained.Len()
	for _, version := range versions {
		d, code := f.try(t, connectOf(version, fmt.Sprint("v", version), "da", "ka"))
		require.Zero(t, code)
		for i := range 20 {
			answer, err := d.Publish(fmt.Sprint("holotwin/da/nota/", i), "x", true)
			require.NoError(t, err)
			require.Equal(t, packets.Puback, answer.FixedHeader.Type)
			require.Zero(t, answer.ReasonCode)
		}
		_, err := d.Subscribe("holotwin/da/#")
		require.NoError(t, err)
		alive(t, d)
	}
	require.Equal(t, kept, f.server.Topics.Retained.Len())
}

// TestClientIDs lets a device take over its own connection, and no other.
func TestClientIDs(t *testing.T) {
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			f := newFixture(t)
			victim := f.connect(t, version, "b", "db", "kb")
			_, err := victim.Subscribe("holotwin/db/#")
			require.NoError(t, err)
			other := f.connect(t, version, "b", "da", "ka")
			other2 := f.connect(t, version, "b", "da", "sa")
			alive(t, victim)
			alive(t, other)
			alive(t, other2)
			for i := range 20 {
				p := mqtttest.ConnectPacket(version, "b", "db", "kb")
				p.Connect.Clean = i%2 == 0
				again, code := f.try(t, p)
				require.Zero(t, code)
				last := ended(t, victim)
				if version == 5 {
					require.Equal(t, packets.ErrSessionTakenOver.Code, last.ReasonCode)
				}
				victim = again
			}
			alive(t, victim)
			require.Equal(t, 3, f.hook.sessions.len())
			eventually(t, "the library's books are as ours", func() bool { return f.server.Clients.Len() == 3 })
			require.Empty(t, f.server.Topics.Subscribers("holotwin/db/orden").Subscriptions, "nothing of a session outlives it")
			long, code := f.try(t, mqtttest.ConnectPacket(version, strings.Repeat("i", maxClientID+1), "db", "kb"))
			require.Equal(t, map[byte]byte{4: 2, 5: packets.ErrClientIdentifierNotValid.Code}[version], code)
			ended(t, long)
		})
	}
}

// TestManyAtOnceUnderOneID connects many times at once with one client id: one connection stays, and the readings are right.
func TestManyAtOnceUnderOneID(t *testing.T) {
	f := newFixture(t)
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			d, err := mqtttest.Dial(f.Address().String())
			if err != nil {
				return
			}
			defer func() { _ = d.Conn.Close() }()
			_, _ = d.Connect(mqtttest.ConnectPacket(5, "one", "da", "ka"))
		})
	}
	all.Wait()
	last := f.connect(t, 5, "one", "da", "ka")
	eventually(t, "one is left", func() bool { return f.hook.sessions.len() == 1 && f.server.Clients.Len() == 1 })
	alive(t, last)
}

// TestAKeyHoldsSoManyConnections reaches a key's limit: it is refused with a reason, another key is admitted, and each way of
// leaving makes room.
func TestAKeyHoldsSoManyConnections(t *testing.T) {
	f := newFixture(t)
	maxConnections := perDevice + spareForDevices
	var held []*mqtttest.Device
	for i := range maxConnections {
		held = append(held, f.connect(t, 4, fmt.Sprint("c", i), "da", "ka"))
	}
	_, code := f.try(t, mqtttest.ConnectPacket(5, "more", "da", "ka"))
	require.Equal(t, packets.ErrQuotaExceeded.Code, code)
	_, code = f.try(t, mqtttest.ConnectPacket(4, "more", "da", "ka"))
	require.Equal(t, packets.Err3ServerUnavailable.Code, code)
	require.Equal(t, 2.0, f.refusals(t, "key_full"))
	require.Len(t, f.log.FilterMessageSnippet("an API key has reached its limit of MQTT connections").All(), 1, "it is logged once")
	f.connect(t, 4, "b", "db", "kb")
	again := f.connect(t, 4, "c0", "da", "ka")
	ended(t, held[0])
	alive(t, again)
	_ = held[1].Conn.Close()
	eventually(t, "there is room", func() bool { return f.hook.sessions.len() == maxConnections })
	f.connect(t, 5, "more", "da", "ka")
	for range 5 * maxConnections { // without waiting for the response
		d, err := mqtttest.Dial(f.Address().String())
		require.NoError(t, err)
		b, err := mqtttest.Encode(mqtttest.ConnectPacket(4, "gone", "db", "kb"))
		require.NoError(t, err)
		_, _ = d.Conn.Write(b)
		_ = d.Conn.Close()
	}
	eventually(t, "who left before the answer holds nothing", func() bool { return f.hook.sessions.len() == maxConnections+1 })
}

func TestMaxSessionsOf(t *testing.T) {
	device := energy.Caller{Devices: make([]energy.DeviceID, 3)}
	space := energy.Caller{Space: "a"}
	require.Equal(t, 14, maxSessionsOf(device, 3))
	require.Equal(t, 540, maxSessionsOf(space, 20))
	require.Equal(t, maxSessions/2, maxSessionsOf(space, 1_000_000))
}

// TestSilentConnectionsMakeRoom reaches the limit of silent connections: one of them is closed, and a device is admitted.
func TestSilentConnectionsMakeRoom(t *testing.T) {
	f := newFixture(t)
	silent, err := mqtttest.Dial(f.Address().String())
	require.NoError(t, err)
	defer func() { _ = silent.Conn.Close() }()
	for range maxPendingAddress - 1 {
		d, err := mqtttest.Dial(f.Address().String())
		require.NoError(t, err)
		defer func() { _ = d.Conn.Close() }()
	}
	eventually(t, "a device gets in", func() bool {
		d, err := mqtttest.Dial(f.Address().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = d.Conn.Close() })
		answer, err := d.Connect(mqtttest.ConnectPacket(4, "a", "da", "ka"))
		return err == nil && answer.ReasonCode == 0
	})
	ended(t, silent)
	require.Positive(t, f.refusals(t, "pending"))
}

// TestRightsInTime disconnects devices that lost their rights though they send nothing. If the rights cannot be checked, they
// stay.
func TestRightsInTime(t *testing.T) {
	for name, c := range map[string]struct {
		user, key string
		change    func(f *fixture)
	}{
		"revoked": {"da", "ka", func(f *fixture) { delete(f.keys, "ka") }},
		"other devices": {"da", "ka", func(f *fixture) {
			f.keys["ka"] = energy.Caller{Subject: "key_a", Role: energy.Gateway, Devices: []energy.DeviceID{"da", "db"}}
		}},
		"not its device": {"da", "ka", func(f *fixture) {
			f.keys["ka"] = energy.Caller{Subject: "key_a", Role: energy.Gateway, Devices: []energy.DeviceID{"db"}}
		}},
		"no devices left": {"da", "ka", func(f *fixture) { f.keys["ka"] = energy.Caller{Subject: "key_a", Role: energy.Gateway} }},
		"another space": {"da", "sa", func(f *fixture) {
			f.keys["sa"] = energy.Caller{Subject: "key_space_a", Role: energy.Gateway, Space: "b"}
		}},
		"a space that was": {"new", "sa", func(f *fixture) {
			f.keys["sa"] = energy.Caller{Subject: "key_space_a", Role: energy.Gateway, Space: "gone"}
		}},
		"another role": {"da", "sa", func(f *fixture) {
			f.keys["sa"] = energy.Caller{Subject: "key_space_a", Role: energy.Viewer, Space: "a"}
		}},
		"device moved":   {"da", "sa", func(f *fixture) { f.devices[0].Space = "b" }},
		"device removed": {"da", "ka", func(f *fixture) { f.devices = f.devices[1:] }},
		"made elsewhere": {"new", "sa", func(f *fixture) { f.devices = append(f.devices, campus.Device{ID: "new", Space: "b"}) }},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			five, three := f.connect(t, 5, "five", c.user, c.key), f.connect(t, 4, "three", c.user, c.key)
			stays := f.connect(t, 5, "stays", "db", "kb")
			f.change(func() { f.away = true })
			f.hook.sweep(t.Context())
			alive(t, five)
			alive(t, three)
			f.change(func() { f.away = false; c.change(f) })
			eventually(t, "the sweep finds them", func() bool { f.hook.sweep(t.Context()); return f.hook.sessions.len() == 1 })
			require.Equal(t, packets.ErrNotAuthorized.Code, ended(t, five).ReasonCode)
			ended(t, three)
			alive(t, stays)
			require.Equal(t, 2.0, f.refusals(t, "revoked"))
		})
	}
}

// TestAStuckDeviceHoldsUpNothing revokes the key of a device that does not read from its connection.
func TestAStuckDeviceHoldsUpNothing(t *testing.T) {
	f := newFixture(t)
	p := mqtttest.ConnectPacket(5, "stuck", "da", "ka")
	p.Connect.Keepalive = 0
	stuck, code := f.try(t, p)
	require.Zero(t, code)
	ping, err := mqtttest.Encode(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Pingreq}})
	require.NoError(t, err)
	many := []byte(strings.Repeat(string(ping), 100_000))
	for err == nil {
		require.NoError(t, stuck.Conn.SetWriteDeadline(time.Now().Add(time.Second)))
		_, err = stuck.Conn.Write(many)
	}
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "nothing more goes through")
	stays := f.connect(t, 4, "stays", "db", "kb")
	f.change(func() { delete(f.keys, "ka") })
	f.hook.sweep(t.Context())
	require.Equal(t, 1, f.hook.sessions.len(), "the sweep does not wait")
	alive(t, stays)
	eventually(t, "it is cut off", func() bool { return f.server.Clients.Len() == 1 })
}

// TestWithoutTheDatabase responds that the server is unavailable, and not that the key is wrong.
func TestWithoutTheDatabase(t *testing.T) {
	f := newFixture(t)
	f.change(func() { f.away = true })
	_, code := f.try(t, mqtttest.ConnectPacket(5, "x", "da", "ka"))
	require.Equal(t, packets.ErrServerUnavailable.Code, code)
	_, code = f.try(t, mqtttest.ConnectPacket(4, "x", "da", "ka"))
	require.Equal(t, packets.Err3ServerUnavailable.Code, code)
	f.change(func() { f.away = false })
	f.connect(t, 5, "x", "da", "ka")
	_, code = f.try(t, mqtttest.ConnectPacket(5, "x", "da", "kb"))
	require.Equal(t, packets.ErrBadUsernameOrPassword.Code, code)
}

// TestSoManyLogInAtOnce exceeds the limits of concurrent logins, of one address and of all: the others are asked to retry.
func TestSoManyLogInAtOnce(t *testing.T) {
	f := newFixture(t)
	here, there, elsewhere := netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/64")
	for range maxLoginsAddress {
		require.True(t, f.hook.authorizer.beginLogin(here))
	}
	_, code := f.try(t, mqtttest.ConnectPacket(5, "more", "da", "ka"))
	require.Equal(t, packets.ErrServerBusy.Code, code)
	_, code = f.try(t, mqtttest.ConnectPacket(4, "more", "da", "ka"))
	require.Equal(t, packets.Err3ServerUnavailable.Code, code)
	for range maxLogins - maxLoginsAddress {
		require.True(t, f.hook.authorizer.beginLogin(there))
	}
	require.False(t, f.hook.authorizer.beginLogin(elsewhere))
	for range maxLoginsAddress {
		f.hook.authorizer.endLogin(here)
	}
	require.True(t, f.hook.authorizer.beginLogin(elsewhere))
	f.connect(t, 5, "more", "da", "ka")
	require.Equal(t, 2.0, f.refusals(t, "busy"))
}

// TestWhatADeviceMaySayAndHear tries every kind of topic.
func TestWhatADeviceMaySayAndHear(t *testing.T) {
	f := newFixture(t)
	d := f.connect(t, 5, "a", "da", "ka")
	for topic, code := range map[string]byte{
		"holotwin/da/nota": 0, "x/da": 0, "tele/plug": 0, "tele/plug/nota": 0,
		"holotwin/db/orden": 0x87, "tele/plug2": 0x87, "x": 0x87, "/": 0x87,
		"da/" + strings.Repeat("x", maxTopic): 0x87, "da" + strings.Repeat("/", maxLevels): 0x87,
	} {
		answer, err := d.Publish(topic, "x", false)
		require.NoError(t, err)
		require.Equal(t, code, answer.ReasonCode, topic)
	}
	for filter, code := range map[string]byte{
		"holotwin/da/#": 1, "holotwin/da/orden": 1, "holotwin/da/+": 1,
		"holotwin/db/orden": 0x87, "holotwin/+/orden": 0x87, "holotwin/#": 0x87, "#": 0x87, "+/+/+": 0x87, "$SYS/#": 0x87,
		"$share/g/holotwin/da/orden": 0x87, "$SHARE/g/holotwin/db/orden": 0x87, "$share/g/#": 0x87,
		"holotwin/da/" + strings.Repeat("x", maxTopic): 0x87, "holotwin/da" + strings.Repeat("/", maxLevels): 0x87,
	} {
		granted, err := d.Subscribe(filter)
		require.NoError(t, err)
		require.Equal(t, []byte{code}, granted, filter)
	}
	var many []string
	for i := range 3 * maxSubscriptions {
		many = append(many, fmt.Sprint("holotwin/da/", i))
	}
	_, err := d.Subscribe(many...)
	require.NoError(t, err)
	require.Equal(t, int64(maxSubscriptions), f.server.Info.Subscriptions)
	granted, err := d.Subscribe("holotwin/da/#")
	require.NoError(t, err)
	require.Equal(t, []byte{1}, granted, "one that is there is renewed")
	_ = d.Conn.Close()
	eventually(t, "nothing is left of them", func() bool { return f.server.Info.Clone().Subscriptions == 0 })

	aliased := f.connect(t, 5, "a", "da", "ka")
	require.NoError(t, aliased.Send(packets.Packet{
		FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1}, PacketID: 3, TopicName: "holotwin/da/nota",
		Properties: packets.Properties{TopicAlias: 1, TopicAliasFlag: true},
	}))
	require.Equal(t, packets.ErrTopicAliasInvalid.Code, ended(t, aliased).ReasonCode, "none was offered")
}

// TestMessagesInFlightAreBounded leaves QoS 2 messages unfinished and lowers the library's own count of them.
func TestMessagesInFlightAreBounded(t *testing.T) {
	f := newFixture(t)
	d := f.connect(t, 5, "a", "da", "ka")
	for id := uint16(1); id <= 5*maxInFlight; id++ {
		err := d.Send(packets.Packet{
			FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 2}, PacketID: id, TopicName: "x/da",
			Properties: packets.Properties{User: []packets.UserProperty{{Key: "k", Val: strings.Repeat("v", 30_000)}}},
		})
		if err == nil {
			err = d.Send(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Pubcomp}, PacketID: 60_000})
		}
		if err != nil {
			break
		}
	}
	ended(t, d)
	require.Equal(t, 1.0, f.refusals(t, "in_flight"))
	eventually(t, "nothing is left of them", func() bool { return f.server.Info.Clone().Inflight == 0 })
}

// TestBrokenPackets sends packets broken by a seed, before and after a login: connections end, the broker goes on.
func TestBrokenPackets(t *testing.T) {
	f := newFixture(t)
	stays := f.connect(t, 5, "stays", "db", "kb")
	truncated := f.connect(t, 5, "sub", "da", "ka")
	_, err := truncated.Conn.Write([]byte{0x82, 0x12, 0, 1, 0, 0, 13, 'h', 'o', 'l', 'o', 't', 'w', 'i', 'n', '/', 'd', 'a', '/', '#'})
	require.NoError(t, err)
	ended(t, truncated)
	eventually(t, "the library panics at it", func() bool { return f.refusals(t, "malformed") == 1 })
	chance := rand.New(rand.NewPCG(16, 10))
	for range 3000 {
		d, err := mqtttest.Dial(f.Address().String())
		require.NoError(t, err)
		_, _ = d.Conn.Write(mqtttest.Broken(chance, "da", "ka")) // it may be closed already
		_ = d.Conn.Close()
	}
	alive(t, stays)
	eventually(t, "nothing is left of them", func() bool {
		return f.hook.sessions.len() == 1 && f.server.Clients.Len() == 1 && len(f.server.Topics.Subscribers("holotwin/da/nota").Subscriptions) == 0
	})
	f.connect(t, 4, "a", "da", "ka")
}
