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

// ClientSettings are of a client of an outside broker.
type ClientSettings struct {
	// URL is mqtt:// or mqtts://, with user and password; ?version=3.1.1 for a broker that speaks no 5.
	URL string
	// ID is the session's: the broker keeps what comes while no process with it is connected.
	ID     string
	Topics []string
	// SharedGroup lets several processes share the messages; empty takes all of them.
	SharedGroup string
	// CAFile holds the certificates that the broker's is signed by; empty: the system's.
	CAFile string
}

// Client takes what an outside broker has, in its order, and acknowledges it once it is on the disk.
type Client struct {
	settings ClientSettings
	broker   *url.URL
	tls      *tls.Config
	receiver *Receiver
	kept     intake.Deliveries
	clock    energy.Clock
	log      *zap.Logger

	arrivals   chan arrival
	queued     *semaphore.Weighted // bytes of what has arrived
	deliveries *deliveries
	connected  prometheus.Gauge
	messages   *prometheus.CounterVec
}

// arrival is a message with how it is acknowledged.
type arrival struct {
	message intake.Message
	ack     func() error
	bytes   int64
	// id is the broker's number for it, 0 where no acknowledgement is asked for, and one its delivery.
	id  uint16
	one *delivery
	// again is set where it was delivered before, and is taken or waits in front of this.
	again bool
}

// Bounds of a client.
const (
	// inFlight is how many messages the broker sends before the first is acknowledged.
	inFlight = 2000
	// maxQueued is how many bytes may wait here for those that are being stored; a message that is longer waits alone.
	maxQueued = 64 << 20
	// maxIncoming is the longest packet that a broker of MQTT 5 sends, in bytes; no message that counts is so long.
	maxIncoming = 256 << 10
	// batch is how many share a commit.
	batch = 500
	// sessionKept is how long the broker keeps messages for a server that is away.
	sessionKept = 30 * 24 * time.Hour
	keepAlive   = 30 * time.Second
	// A broker that is away is looked for again after a second, then less often.
	firstRetry, lastRetry = time.Second, 30 * time.Second
	// lastTake bounds the pause before what could not be stored is tried again: a database that is back is used within seconds.
	lastTake = 4 * time.Second
	takeTime = 30 * time.Second
)

// ErrSettings is a setting that a client or broker cannot begin with.
type ErrSettings struct{ Variable, Reason string }

func (e ErrSettings) Error() string { return e.Variable + ": " + e.Reason }

// NewClient makes a client. Errors: ErrSettings.
func NewClient(s ClientSettings, receiver *Receiver, kept intake.Deliveries, clock energy.Clock, log *zap.Logger, registry prometheus.Registerer) (*Client, error) {
	broker, err := url.Parse(s.URL)
	if err != nil || broker.Host == "" || (broker.Scheme != "mqtt" && broker.Scheme != "mqtts") {
		return nil, ErrSettings{"MQTT_URL", "must be mqtt://user:password@host:port or mqtts://…"}
	}
	if v := broker.Query().Get("version"); v != "" && v != "5" && v != "3.1.1" {
		return nil, ErrSettings{"MQTT_URL", "version must be 5 or 3.1.1"}
	}
	c := &Client{
		settings: s, broker: broker, receiver: receiver, kept: kept, clock: clock, log: log,
		arrivals: make(chan arrival, inFlight), queued: semaphore.NewWeighted(maxQueued), deliveries: newDeliveries(),
		connected: prometheus.NewGauge(prometheus.GaugeOpts{Name: "holotwin_mqtt_connected", Help: "1 while the outside broker is connected."}),
		messages:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "holotwin_mqtt_messages_total", Help: "Messages of the outside broker, by what became of them."}, []string{"outcome"}),
	}
	if broker.Scheme == "mqtts" {
		if c.tls, err = clientTLS(broker.Hostname(), s.CAFile); err != nil {
			return nil, err
		}
	}
	registry.MustRegister(c.connected, c.messages)
	return c, nil
}

func clientTLS(host, file string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if file == "" {
		return config, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, ErrSettings{"MQTT_CA_FILE", "cannot be read"}
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, ErrSettings{"MQTT_CA_FILE", "holds no certificate"}
	}
	return config, nil
}

// filters are what is subscribed to.
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

// address is the broker's host and port.
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

// Connect keeps the connection until ctx ends; Run takes what comes.
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

// arrive queues a message; while the queue is full, the broker waits. id is 0 where no acknowledgement is asked for.
func (c *Client) arrive(ctx context.Context, m intake.Message, id uint16, dup bool, ack func() error) {
	m.Arrived = c.clock.Now()
	c.messages.WithLabelValues("received").Inc()
	a := arrival{message: m, ack: ack, bytes: int64(min(len(m.Topic)+len(m.Payload), maxQueued)), id: id}
	if c.queued.Acquire(ctx, a.bytes) != nil {
		return // the program ends
	}
	if id != 0 {
		a.one, a.again = c.deliveries.begin(packetID{id: id}, dup, m)
	}
	select {
	case c.arrivals <- a:
	case <-ctx.Done():
	}
}

// up and down tell once of each change.
func (c *Client) up() {
	c.connected.Set(1)
	c.log.Info("connected to the MQTT broker", zap.String("broker", c.address()))
}

func (c *Client) down(err error) {
	c.connected.Set(0)
	if reason, is := certificate.Reason(err); is {
		c.log.Error("the MQTT broker cannot be trusted; will retry", zap.String("broker", c.address()), zap.String("reason", reason))
		return
	}
	c.log.Warn("MQTT broker unreachable; will retry", zap.String("broker", c.address()), zap.Error(redacted(err)))
}

// redacted keeps what an error is about; its text may hold the broker's address with the password.
func redacted(err error) error {
	var address *url.Error
	if errors.As(err, &address) {
		return address.Err
	}
	return err
}

// anybody is on whose behalf messages of an outside broker come: who may publish what is the broker's to say.
var anybody = energy.Caller{Subject: "mqtt", Role: energy.Gateway, AllDevices: true}

// Run takes what has arrived, as many at once as wait, until ctx ends. While the database is away nothing is acknowledged, and
// nothing overtakes.
func (c *Client) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-c.arrivals:
			waiting := c.waiting(first)
			for _, a := range waiting {
				c.queued.Release(a.bytes)
			}
			if !c.take(ctx, waiting) {
				return
			}
			for _, a := range waiting {
				if err := a.ack(); err != nil {
					c.messages.WithLabelValues("not_acknowledged").Inc() // the connection is another; it comes again
				}
			}
		}
	}
}

// waiting are the first and those that wait behind it.
func (c *Client) waiting(first arrival) []arrival {
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
