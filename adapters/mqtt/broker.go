package mqtt

import (
	"context"
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

// Login tells who holds an API key; ok is false where nobody does. An error says that it cannot be told now.
type Login func(ctx context.Context, key string) (caller energy.Caller, ok bool, err error)

// BrokerSettings are of the embedded broker.
type BrokerSettings struct {
	// Listen is the address, such as :1883.
	Listen string
	// CertFile and KeyFile make it speak TLS.
	CertFile, KeyFile string
}

// Broker is an MQTT broker of our own: a device logs in with its id and an API key, says what it has to say under its own topics,
// and is answered once that is on the disk. It keeps nothing for anybody: no wills, no retained messages, and no session longer
// than its connection.
type Broker struct {
	settings   BrokerSettings
	server     *mochi.Server
	hook       *brokerHook
	supervisor *supervise.Supervisor
	log        *zap.Logger
	address    net.Addr
}

// Bounds of the broker: no caller takes what all need. Those of a key's connections are in sessions.go, those of connections
// that have not logged in yet in pending.go.
const (
	// maxSessions is how many devices may be connected.
	maxSessions = 10_000
	// maxInFlight is how many messages of a connection may wait for an acknowledgement.
	maxInFlight = 100
	// maxPacket holds a payload of 64 KiB with its topic, in bytes.
	maxPacket = 66 << 10
	// maxSubscriptions is how many filters a connection may listen to; a device listens to a topic or two of its own.
	maxSubscriptions = 20
	// A topic or filter costs memory and time by its length, in bytes, and by its levels.
	maxTopic, maxLevels = 250, 20
	// maxClientID is in bytes; MQTT asks of a broker that it take 23.
	maxClientID = 256
)

// Times of the broker.
const (
	// sweepEvery is how often it is asked whether the keys of those that are connected still hold. A key is believed for up to
	// four seconds after it was looked up, so that who may no longer be here is out within five.
	sweepEvery = 500 * time.Millisecond
	// sweepTime bounds one such round while the database does not answer.
	sweepTime = 3 * time.Second
	// storing is how long a message that is being stored when the program ends may still take.
	storing = 5 * time.Second
	// neverTold is in seconds: what the library tells of itself under $SYS is for nobody.
	neverTold = 1 << 30
)

// NewBroker makes a broker that does not listen yet.
func NewBroker(s BrokerSettings, receiver *Receiver, login Login, catalog *campus.Catalog, clock energy.Clock, supervisor *supervise.Supervisor, log *zap.Logger, registry prometheus.Registerer) (*Broker, error) {
	server := mochi.New(&mochi.Options{
		Logger: slog.New(slog.DiscardHandler), SysTopicResendInterval: neverTold,
		Capabilities: &mochi.Capabilities{
			MaximumClients: maxSessions, MaximumClientWritesPending: maxInFlight, MaximumPacketSize: maxPacket, MaximumSessionExpiryInterval: 0,
			ReceiveMaximum: maxInFlight, MaximumInflight: maxInFlight, TopicAliasMaximum: 0, MinimumProtocolVersion: 3, MaximumQos: 2,
			RetainAvailable: 0, WildcardSubAvailable: 1, SubIDAvailable: 1,
			// An acknowledgement that is waited for would hold what came in the properties of its message.
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

// Start listens. Errors: ErrSettings.
func (b *Broker) Start() error {
	socket, err := net.Listen("tcp", b.settings.Listen)
	if err != nil {
		return ErrSettings{"MQTT_LISTEN", b.settings.Listen + " cannot be listened on"}
	}
	l := &listener{Listener: socket, supervisor: b.supervisor, pending: newPending(), refused: b.hook.refused, log: b.log}
	if b.settings.CertFile != "" {
		if l.tls, err = serverTLS(b.settings.CertFile, b.settings.KeyFile, b.log); err != nil {
			_ = socket.Close()
			return err
		}
	}
	if err := b.server.AddListener(l); err != nil {
		return fmt.Errorf("mqtt: %w", err)
	}
	b.address = socket.Addr()
	return b.server.Serve()
}

// Address is where it listens.
func (b *Broker) Address() net.Addr { return b.address }

// Watch ends the connections of those that may no longer be here, until ctx ends: a key that was taken back, another role, space
// or devices. Where that cannot be told now, they stay, and it is asked again.
func (b *Broker) Watch(ctx context.Context) {
	for clock := time.NewTicker(sweepEvery); ; {
		select {
		case <-ctx.Done():
			clock.Stop()
			return
		case <-clock.C:
			round, cancel := context.WithTimeout(ctx, sweepTime)
			b.hook.sweep(round)
			cancel()
		}
	}
}

// Stop ends the connections; what is being stored is stored first, if the database takes it soon.
func (b *Broker) Stop() error {
	late := time.AfterFunc(storing, b.hook.cancel)
	defer late.Stop()
	b.hook.endAll()
	return b.server.Close()
}
