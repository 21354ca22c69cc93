package mqtt

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/platform/supervise"
)

// Login returns the caller that owns an API key; ok is false if the key is invalid. An error means that the key cannot be checked
// now.
type Login func(ctx context.Context, key string) (caller energy.Caller, ok bool, err error)

// BrokerSettings configure the embedded broker.
type BrokerSettings struct {
	// Listen is the address, such as :1883.
	Listen string
	// TLS makes devices connect by TLS; nil is without.
	TLS *tls.Config
}

// Broker is an embedded MQTT broker. A device logs in with its id and an API key and publishes under its own topics. Each message
// is acknowledged once it is durable. The broker keeps no wills, no retained messages, and no session beyond its connection.
type Broker struct {
	settings   BrokerSettings
	server     *mochi.Server
	hook       *brokerHook
	supervisor *supervise.Supervisor
	log        *zap.Logger
	address    net.Addr
}

// Limits of the broker, so that no caller can use up what all need. The limits of a key's connections are in sessions.go, those
// of connections before login in pending.go.
const (
	// maxSessions is the number of connected devices.
	maxSessions = 10_000
	// maxInFlight is the number of unacknowledged messages of a connection.
	maxInFlight = 100
	// maxPacket holds a payload of 64 KiB with its topic, in bytes.
	maxPacket = 66 << 10
	// maxSubscriptions is the number of filters of a connection; a device subscribes to one or two topics of its own.
	maxSubscriptions = 20
	// maxTopic bounds a topic or filter in bytes, maxLevels in levels: both cost memory and time.
	maxTopic, maxLevels = 250, 20
	// maxClientID is in bytes; MQTT requires a broker to accept 23.
	maxClientID = 256
)

// Times of the broker.
const (
	// sweepInterval is how often the keys of connected devices are checked. A lookup of a key is cached for up to four seconds,
	// so a revoked key is disconnected within five.
	sweepInterval = 500 * time.Millisecond
	// maxSweepTime bounds one check while the database does not answer.
	maxSweepTime = 3 * time.Second
	// maxStopTime bounds the storing of current messages when the program stops.
	maxStopTime = 5 * time.Second
	// neverPublished, in seconds, disables the library's own $SYS messages.
	neverPublished = 1 << 30
)

// NewBroker returns a broker that does not listen yet.
func NewBroker(s BrokerSettings, receiver *Receiver, login Login, catalog *campus.Catalog, clock energy.Clock, supervisor *supervise.Supervisor, log *zap.Logger, registry prometheus.Registerer) (*Broker, error) {
	server := mochi.New(&mochi.Options{
		Logger: slog.New(slog.DiscardHandler), SysTopicResendInterval: neverPublished,
		Capabilities: &mochi.Capabilities{
			MaximumClients: maxSessions, MaximumClientWritesPending: maxInFlight, MaximumPacketSize: maxPacket, MaximumSessionExpiryInterval: 0,
			ReceiveMaximum: maxInFlight, MaximumInflight: maxInFlight, TopicAliasMaximum: 0, MinimumProtocolVersion: 3, MaximumQos: 2,
			RetainAvailable: 0, WildcardSubAvailable: 1, SubIDAvailable: 1,
			// A pending acknowledgement would otherwise keep the properties of its message in memory.
			Compatibilities: mochi.Compatibilities{NoInheritedPropertiesOnAck: true},
		},
	})
	hook := newBrokerHook(server, receiver, login, catalog, clock, supervisor, log)
	if err := server.AddHook(hook, nil); err != nil {
		return nil, err
	}
	registry.MustRegister(hook.refused, prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "holotwin_mqtt_clients", Help: "Devices that are connected to the embedded broker."},
		func() float64 { return float64(hook.sessions.len()) },
	))
	return &Broker{settings: s, server: server, hook: hook, supervisor: supervisor, log: log}, nil
}

// Start starts to listen. Errors: ErrSettings.
func (b *Broker) Start() error {
	socket, err := net.Listen("tcp", b.settings.Listen)
	if err != nil {
		return ErrSettings{"MQTT_LISTEN", b.settings.Listen + " cannot be listened on"}
	}
	l := &listener{Listener: socket, tls: b.settings.TLS, supervisor: b.supervisor, pending: newPending(), refused: b.hook.refused, log: b.log}
	if err := b.server.AddListener(l); err != nil {
		return fmt.Errorf("mqtt: %w", err)
	}
	b.address = socket.Addr()
	return b.server.Serve()
}

// Address returns the address that the broker listens on.
func (b *Broker) Address() net.Addr { return b.address }

// Watch disconnects devices that lost their rights, until ctx ends: a revoked key, a changed role, space or list of devices. If
// the rights cannot be checked now, the devices stay and the check is repeated.
func (b *Broker) Watch(ctx context.Context) {
	for clock := time.NewTicker(sweepInterval); ; {
		select {
		case <-ctx.Done():
			clock.Stop()
			return
		case <-clock.C:
			round, cancel := context.WithTimeout(ctx, maxSweepTime)
			b.hook.sweep(round)
			cancel()
		}
	}
}

// Stop ends all connections. It first waits for current messages to be stored, up to maxStopTime.
func (b *Broker) Stop() error {
	late := time.AfterFunc(maxStopTime, b.hook.cancel)
	defer late.Stop()
	b.hook.endAll()
	return b.server.Close()
}
