package mqtt

import (
	"context"
	"net/url"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// acksEvery is how often acknowledgements are sent, in the order of their messages.
const acksEvery = 5 * time.Millisecond

// connect5 keeps a session of MQTT 5 until ctx ends.
func (c *Client) connect5(ctx context.Context) error {
	password, _ := c.broker.User.Password()
	manager, err := autopaho.NewConnection(ctx, autopaho.ClientConfig{
		ServerUrls: []*url.URL{{Scheme: c.broker.Scheme, Host: c.address()}}, TlsCfg: c.tls,
		KeepAlive: uint16(keepAlive / time.Second), CleanStartOnInitialConnection: false, SessionExpiryInterval: uint32(sessionKept / time.Second),
		ConnectUsername: c.broker.User.Username(), ConnectPassword: []byte(password),
		ReconnectBackoff:     autopaho.NewExponentialBackoff(firstRetry, lastRetry, firstRetry, 2),
		ConnectPacketBuilder: func(p *paho.Connect, _ *url.URL) (*paho.Connect, error) { return bounded(p), nil },
		OnConnectionUp:       func(m *autopaho.ConnectionManager, _ *paho.Connack) { c.subscribe5(ctx, m) },
		OnConnectError:       c.down,
		ClientConfig: paho.ClientConfig{
			ClientID: c.settings.ID, EnableManualAcknowledgment: true, SendAcksInterval: acksEvery,
			OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
				m := intake.Message{Topic: r.Packet.Topic, Payload: r.Packet.Payload, Retained: r.Packet.Retain}
				c.arrive(ctx, m, r.Packet.PacketID, r.Packet.Duplicate(), func() error { return r.Client.Ack(r.Packet) })
				return true, nil
			}},
			OnClientError:      c.down,
			OnServerDisconnect: func(d *paho.Disconnect) { c.down(disconnected(d.ReasonCode)) },
		},
	})
	if err != nil {
		return err
	}
	<-manager.Done()
	return nil
}

// disconnected is why a broker ended the connection.
type disconnected byte

func (d disconnected) Error() string { return "the broker ended the connection" }

// bounded lets the broker send no more than can wait here.
func bounded(p *paho.Connect) *paho.Connect {
	if p.Properties == nil {
		p.Properties = &paho.ConnectProperties{}
	}
	most, longest := uint16(inFlight), uint32(maxIncoming)
	p.Properties.ReceiveMaximum, p.Properties.MaximumPacketSize = &most, &longest
	return p
}

func (c *Client) subscribe5(ctx context.Context, m *autopaho.ConnectionManager) {
	var wanted paho.Subscribe
	for _, filter := range c.filters() {
		wanted.Subscriptions = append(wanted.Subscriptions, paho.SubscribeOptions{Topic: filter, QoS: 1})
	}
	if _, err := m.Subscribe(ctx, &wanted); err != nil {
		c.down(err)
		return
	}
	c.up()
}
