package mqtt

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/certificate"
)

// ClientSettings configure the client of an outside broker.
type ClientSettings struct {
	// URL is mqtt:// or mqtts://, with user and password; ?version=3.1.1 for a broker without MQTT 5.
	URL string
	// ID identifies the session: the broker queues messages while no process with this ID is connected.
	ID     string
	Topics []string
	// SharedGroup lets several processes share the messages; empty receives all of them.
	SharedGroup string
	// CAFile holds the CA certificates for the broker; empty uses the system's.
	CAFile string
}

// Client receives the messages of an outside broker in order, and acknowledges each once it is durable.
type Client struct {
	settings      ClientSettings
	broker        *url.URL
	tls           *tls.Config
	receiver      *Receiver
	deliveryStore intake.Deliveries
	clock         energy.Clock
	log           *zap.Logger

	arrivals   chan arrival
	queued     *semaphore.Weighted // bytes of the queued messages
	deliveries *deliveries
	connected  prometheus.Gauge
	messages   *prometheus.CounterVec
}

// arrival is a received message with its acknowledgement.
type arrival struct {
	message intake.Message
	ack     func() error
	bytes   int64
	// id is the broker's packet id, 0 if no acknowledgement is requested; delivery is its delivery.
	id       uint16
	delivery *delivery
	// repeated is true if it was delivered before, and is being stored or is queued before this one.
	repeated bool
}

// Limits of a client.
const (
	// inFlight is the number of messages that the broker sends before the first is acknowledged.
	inFlight = 2000
	// maxQueued is the number of bytes that may be queued; a longer message is queued alone.
	maxQueued = 64 << 20
	// maxIncoming is the maximum packet of an MQTT 5 broker, in bytes; valid messages are shorter.
	maxIncoming = 256 << 10
	// batch is the number of messages that share a commit.
	batch = 500
	// sessionExpiry is how long the broker queues messages while the server is not connected.
	sessionExpiry = 30 * 24 * time.Hour
	keepAlive     = 30 * time.Second
	// The delay before reconnecting starts at minRetryDelay and grows to maxRetryDelay.
	minRetryDelay, maxRetryDelay = time.Second, 30 * time.Second
	// maxIngestDelay bounds the delay before a failed store is retried, so that a recovered database is used within seconds.
	maxIngestDelay = 4 * time.Second
	maxIngestTime  = 30 * time.Second
)

// ErrSettings reports a setting with which a client or broker cannot start.
type ErrSettings struct{ Variable, Reason string }

func (e ErrSettings) Error() string { return e.Variable + ": " + e.Reason }

// NewClient returns a client. Errors: ErrSettings.
func NewClient(s ClientSettings, receiver *Receiver, kept intake.Deliveries, clock energy.Clock, log *zap.Logger, registry prometheus.Registerer) (*Client, error) {
	broker, tls, err := s.parse()
	if err != nil {
		return nil, err
	}
	c := &Client{
		settings: s, broker: broker, tls: tls, receiver: receiver, deliveryStore: kept, clock: clock, log: log,
		arrivals: make(chan arrival, inFlight), queued: semaphore.NewWeighted(maxQueued), deliveries: newDeliveries(),
		connected: prometheus.NewGauge(prometheus.GaugeOpts{Name: "holotwin_mqtt_connected", Help: "1 while the outside broker is connected."}),
		messages:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "holotwin_mqtt_messages_total", Help: "Messages of the outside broker, by outcome."}, []string{"outcome"}),
	}
	registry.MustRegister(c.connected, c.messages, prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "holotwin_mqtt_messages_waiting", Help: "Messages of the outside broker that wait to be stored."},
		func() float64 { return float64(len(c.arrivals)) },
	))
	return c, nil
}

// Check checks the settings, and reads the file that they name. Errors: ErrSettings.
func (s ClientSettings) Check() error {
	_, _, err := s.parse()
	return err
}

// parse returns the broker's address, and how it is trusted; nil without TLS.
func (s ClientSettings) parse() (broker *url.URL, trust *tls.Config, err error) {
	broker, err = url.Parse(s.URL)
	if err != nil || broker.Host == "" || (broker.Scheme != "mqtt" && broker.Scheme != "mqtts") {
		return nil, nil, ErrSettings{"MQTT_URL", "not the address of a broker; use mqtt://user:password@host:port or mqtts://…"}
	}
	if v := broker.Query().Get("version"); v != "" && v != "5" && v != "3.1.1" {
		return nil, nil, ErrSettings{"MQTT_URL", "not a version of MQTT; use 5 or 3.1.1"}
	}
	if broker.Scheme == "mqtts" {
		trust, err = clientTLS(broker.Hostname(), s.CAFile)
	}
	return broker, trust, err
}

func clientTLS(host, file string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if file == "" {
		return config, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, ErrSettings{"MQTT_CA_FILE", "cannot be read; name a file in PEM that the user of the program may read"}
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, ErrSettings{"MQTT_CA_FILE", "holds no certificate; name a file in PEM"}
	}
	return config, nil
}

// filters returns the subscribed topic filters.
func (c *Client) filters() []string {
	filters := make([]string, len(c.settings.Topics))
	for i, topic := range c.settings.Topics {
		filters[i] = topic
		if c.settings.SharedGroup != "" {
			filters[i] = "$share/" + c.settings.SharedGroup + "/" + topic
		}
	}
	return filters
}

// address returns the broker's host and port.
func (c *Client) address() string {
	port := c.broker.Port()
	if port == "" {
		port = "1883"
		if c.tls != nil {
			port = "8883"
		}
	}
	return c.broker.Hostname() + ":" + port
}

// Connect keeps the connection until ctx ends; Run stores what arrives.
func (c *Client) Connect(ctx context.Context) {
	connect := c.connect5
	if c.broker.Query().Get("version") == "3.1.1" {
		connect = c.connect3
	}
	c.recall(ctx)
	if err := connect(ctx); err != nil && ctx.Err() == nil {
		c.log.Error("could not set up the connection to the MQTT broker; no messages are received until a restart", zap.String("broker", c.address()), zap.Error(err))
	}
}

// enqueue queues a message. While the queue is full, the broker waits. id is 0 if no acknowledgement is requested.
func (c *Client) enqueue(ctx context.Context, m intake.Message, id uint16, dup bool, ack func() error) {
	m.Arrived = c.clock.Now()
	c.messages.WithLabelValues("received").Inc()
	a := arrival{message: m, ack: ack, bytes: int64(min(len(m.Topic)+len(m.Payload), maxQueued)), id: id}
	if c.queued.Acquire(ctx, a.bytes) != nil {
		return // the program stops
	}
	if id != 0 {
		a.delivery, a.repeated = c.deliveries.begin(packetID{id: id}, dup, m)
	}
	select {
	case c.arrivals <- a:
	case <-ctx.Done():
	}
}

// markConnected and down report each change once.
func (c *Client) markConnected() {
	c.connected.Set(1)
	c.log.Info("connected to the MQTT broker", zap.String("broker", c.address()))
}

func (c *Client) markDisconnected(err error) {
	c.connected.Set(0)
	if reason, is := certificate.Reason(err); is {
		c.log.Error("the MQTT broker cannot be trusted; will retry", zap.String("broker", c.address()), zap.String("reason", reason))
		return
	}
	c.log.Warn("MQTT broker unreachable; will retry", zap.String("broker", c.address()), zap.Error(redacted(err)))
}

// redacted returns an error without the broker's address, which may contain the password.
func redacted(err error) error {
	var address *url.Error
	if errors.As(err, &address) {
		return address.Err
	}
	return err
}

// outsideBroker is the caller for messages of an outside broker, which itself decides who may publish.
var outsideBroker = energy.Caller{Subject: "mqtt", Role: energy.Gateway, AllDevices: true}

// Run stores what has arrived, all queued messages at once, until ctx ends. While the database is unavailable nothing is
// acknowledged, and the order is kept.
func (c *Client) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-c.arrivals:
			waiting := c.queuedAfter(first)
			for _, a := range waiting {
				c.queued.Release(a.bytes)
			}
			if !c.ingest(ctx, waiting) {
				return
			}
			for _, a := range waiting {
				if err := a.ack(); err != nil {
					c.messages.WithLabelValues("not_acknowledged").Inc() // the connection has changed; the broker sends the message again
				}
			}
		}
	}
}

// queuedAfter returns the first message and those queued after it.
func (c *Client) queuedAfter(first arrival) []arrival {
	all := []arrival{first}
	for len(all) < batch {
		select {
		case next := <-c.arrivals:
			all = append(all, next)
		default:
			return all
		}
	}
	return all
}
