package program

import (
	"fmt"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// Publisher is a device that uses MQTT.
type Publisher struct{ client paho.Client }

// DialMQTT connects a device.
func DialMQTT(address, id, user, password string) (*Publisher, error) {
	options := paho.NewClientOptions().AddBroker("tcp://" + address).SetClientID(id).SetUsername(user).SetPassword(password).
		SetCleanSession(false).SetAutoReconnect(true).SetMaxReconnectInterval(time.Second).SetConnectTimeout(answerFor)
	p := &Publisher{client: paho.NewClient(options)}
	done := p.client.Connect()
	if !done.WaitTimeout(answerFor) {
		return nil, fmt.Errorf("no answer from %s", address)
	}
	return p, done.Error()
}

// Publish sends with QoS 1 and returns a token that is done when the message is acknowledged.
func (p *Publisher) Publish(topic, payload string) paho.Token {
	return p.client.Publish(topic, 1, false, payload)
}

// Retain sends with QoS 1 what the broker is to keep.
func (p *Publisher) Retain(topic, payload string) paho.Token {
	return p.client.Publish(topic, 1, true, payload)
}

// Say publishes and waits until it is acknowledged.
func (p *Publisher) Say(topic, payload string) error {
	done := p.Publish(topic, payload)
	if !done.WaitTimeout(answerFor) {
		return fmt.Errorf("%s was not acknowledged", topic)
	}
	return done.Error()
}

// Close leaves.
func (p *Publisher) Close() { p.client.Disconnect(100) }
