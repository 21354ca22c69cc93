package mqtt

import (
	"context"
	"fmt"
	"time"

	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// connect3 keeps a session of MQTT 3.1.1 until ctx ends.
func (c *Client) connect3(ctx context.Context) error {
	scheme := "tcp"
	if c.tls != nil {
		scheme = "ssl"
	}
	options := paho3.NewClientOptions().AddBroker(scheme + "://" + c.address()).SetClientID(c.settings.ID).SetProtocolVersion(4).
		SetCleanSession(false).SetAutoAckDisabled(true).SetOrderMatters(true).SetKeepAlive(keepAlive).
		SetAutoReconnect(true).SetConnectRetry(true).SetConnectRetryInterval(minRetryDelay).SetMaxReconnectInterval(maxRetryDelay).
		SetTLSConfig(c.tls).SetConnectionLostHandler(func(_ paho3.Client, err error) { c.markDisconnected(err) }).
		SetConnectionNotificationHandler(func(_ paho3.Client, n paho3.ConnectionNotification) {
			if failed, is := n.(paho3.ConnectionNotificationBrokerFailed); is {
				c.markDisconnected(failed.Reason)
			}
		}).
		SetDefaultPublishHandler(func(_ paho3.Client, m paho3.Message) {
			c.enqueue(ctx, intake.Message{Topic: m.Topic(), Payload: m.Payload(), Retained: m.Retained()}, m.MessageID(), m.Duplicate(), func() error { m.Ack(); return nil })
		}).
		SetOnConnectHandler(c.subscribe3)
	if c.broker.User != nil {
		password, _ := c.broker.User.Password()
		options.SetUsername(c.broker.User.Username()).SetPassword(password)
	}
	client := paho3.NewClient(options)
	client.Connect()
	<-ctx.Done()
	const lastAcks = 250
	client.Disconnect(lastAcks)
	return nil
}

func (c *Client) subscribe3(client paho3.Client) {
	filters := make(map[string]byte)
	for _, filter := range c.filters() {
		filters[filter] = 1
	}
	done := client.SubscribeMultiple(filters, nil)
	if !done.WaitTimeout(10 * time.Second) {
		c.markDisconnected(fmt.Errorf("the broker did not answer a subscription"))
		return
	}
	if err := done.Error(); err != nil {
		c.markDisconnected(err)
		return
	}
	c.markConnected()
}
