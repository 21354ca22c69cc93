package mqtt

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/energy"
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
// and is answered once that is on the disk.
type Broker struct {
	settings BrokerSettings
	server   *mochi.Server
	listener net.Listener
}

// Bounds of the broker.
const (
	mostClients = 10_000
	// perClient is how many messages of a device may wait for their acknowledgement.
	perClient = 100
)

// NewBroker makes a broker that does not listen yet.
func NewBroker(s BrokerSettings, receiver *Receiver, login Login, catalog *energy.Catalog, clock energy.Clock, log *zap.Logger, registry prometheus.Registerer) (*Broker, error) {
	server := mochi.New(&mochi.Options{
		Logger: slog.New(slog.DiscardHandler),
		Capabilities: &mochi.Capabilities{
			MaximumClients: mostClients, MaximumClientWritesPending: perClient, MaximumSessionExpiryInterval: 0, MaximumPacketSize: 66 << 10,
			ReceiveMaximum: perClient, MaximumInflight: perClient, TopicAliasMaximum: 10, MinimumProtocolVersion: 3, MaximumQos: 2,
			RetainAvailable: 1, WildcardSubAvailable: 1, SubIDAvailable: 1,
		},
	})
	clients := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "holotwin_mqtt_clients", Help: "Devices that are connected to the embedded broker."},
		func() float64 { return float64(server.Clients.Len()) })
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "holotwin_mqtt_refused_total", Help: "What the embedded broker refused."}, []string{"reason"})
	registry.MustRegister(clients, refused)
	desk := &desk{receiver: receiver, login: login, catalog: catalog, clock: clock, log: log, refused: refused, guests: make(map[*mochi.Client]*guest)}
	desk.ctx, desk.end = context.WithCancel(context.Background())
	if err := server.AddHook(desk, nil); err != nil {
		return nil, err
	}
	return &Broker{settings: s, server: server}, nil
}

// Start listens. Errors: ErrSettings.
func (b *Broker) Start() error {
	listener, err := net.Listen("tcp", b.settings.Listen)
	if err != nil {
		return ErrSettings{"MQTT_LISTEN", b.settings.Listen + " cannot be listened on"}
	}
	if b.settings.CertFile != "" {
		certificate, err := tls.LoadX509KeyPair(b.settings.CertFile, b.settings.KeyFile)
		if err != nil {
			_ = listener.Close()
			return ErrSettings{"MQTT_TLS_CERT", "the certificate and its key cannot be read"}
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	}
	if err := b.server.AddListener(listeners.NewNet("devices", listener)); err != nil {
		return fmt.Errorf("mqtt: %w", err)
	}
	b.listener = listener
	return b.server.Serve()
}

// Address is where it listens.
func (b *Broker) Address() net.Addr { return b.listener.Addr() }

// Stop ends the connections; what is being stored is stored first.
func (b *Broker) Stop() error { return b.server.Close() }

// again is how often it is asked whether a device's key still holds.
const again = 5 * time.Second
