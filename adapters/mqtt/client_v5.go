package mqtt

import (
	"context"
	"net/url"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// ackInterval is how often acknowledgements are sent, in the order of their messages.
const ackInterval = 5 * time.Millisecond

// connect5 keeps a session of MQTT 5 until ctx ends.
func (c *Client) connect5(ctx context.Context) error {
	password, _ := c.broker.User.Password()
	manager, err := autopaho.NewConnection(ctx, autopaho.ClientConfig{
		ServerUrls: []*url.URL{{Scheme: c.broker.Scheme, Host: c.address()}}, TlsCfg: c.tls,
		KeepAlive: uint16(keepAlive / time.Second), CleanStartOnInitialConnection: false, SessionExpiryInterval: uint32(sessionExpiry / time.Second),
		ConnectUsername: c.broker.User.Username(), ConnectPassword: []byte(password),
		ReconnectBackoff:     autopaho.NewExponentialBackoff(minRetryDelay, maxRetryDelay, minRetryDelay, 2),
		ConnectPacketBuilder: func(p *paho.Connect, _ *url.URL) (*paho.Connect, error) { return withReceiveMaximum(p), nil },
		OnConnectionUp:       func(m *autopaho.ConnectionManager, _ *paho.Connack) { c.subscribe5(ctx, m) },
		OnConnectError:       c.markDisconnected,
		ClientConfig: paho.ClientConfig{
			ClientID: c.settings.ID, EnableManualAcknowledgment: true, SendAcksInterval: ackInterval,
			OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
				m := intake.Message{Topic: r.Packet.Topic, Payload: r.Packet.Payload, Retained: r.Packet.Retain}
				c.enqueue(ctx, m, r.Packet.PacketID, r.Packet.Duplicate(), func() error { return r.Client.Ack(r.Packet) })
				return true, nil
			}},
			OnClientError:      c.markDisconnected,
			OnServerDisconnect: func(d *paho.Disconnect) { c.markDisconnected(disconnectCode(d.ReasonCode)) },
		},
	})
	if err != nil {
		return err
	}
	<-manager.Done()
	return nil
}

// disconnectCode is the broker's reason for ending the connection.
type disconnectCode byte

func (d disconnectCode) Error() string { return "the broker ended the connection" }

// withReceiveMaximum limits what the broker sends to what can be queued here.
func withReceiveMaximum(p *paho.Connect) *paho.Connect {
	if p.Properties == nil {
		p.Properties = &paho.ConnectProperties{}
	}
	maxMessages, maxBytes := uint16(inFlight), uint32(maxIncoming)
	p.Properties.ReceiveMaximum, p.Properties.MaximumPacketSize = &maxMessages, &maxBytes
	return p
}

func (c *Client) subscribe5(ctx context.Context, m *autopaho.ConnectionManager) {
	var wanted paho.Subscribe
	for _, filter := range c.filters() {
		wanted.Subscriptions = append(wanted.Subscriptions, paho.SubscribeOptions{Topic: filter, QoS: 1})
	}
	if _, err := m.Subscribe(ctx, &wanted); err != nil {
		c.markDisconnected(err)
		return
	}
	c.markConnected()
}
