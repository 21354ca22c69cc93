package simulate

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// MQTT publishes in the dialects of real devices.
type MQTT struct {
	client paho.Client
	zone   *time.Location
	// registrar registers the campus first; if nil, the devices appear in the inbox.
	registrar Sender
	states    map[string]string
}

// answerTime is the maximum time to wait for the broker.
const answerTime = 15 * time.Second

var errNoAnswer = errors.New("the broker does not answer")

// DialMQTT connects to a broker.
func DialMQTT(address string, zone *time.Location, registrar Sender) (*MQTT, error) {
	broker, err := url.Parse(address)
	if err != nil || broker.Host == "" {
		return nil, errors.New("mqtt: use mqtt://user:password@host:port")
	}
	password, _ := broker.User.Password()
	m := &MQTT{zone: zone, registrar: registrar, states: make(map[string]string)}
	m.client = paho.NewClient(paho.NewClientOptions().AddBroker("tcp://" + broker.Host).SetClientID("holotwin-simulate").
		SetUsername(broker.User.Username()).SetPassword(password).SetConnectTimeout(answerTime))
	return m, wait(m.client.Connect())
}

func wait(done paho.Token) error {
	if !done.WaitTimeout(answerTime) {
		return errNoAnswer
	}
	return done.Error()
}

// Close disconnects from the broker.
func (m *MQTT) Close() { m.client.Disconnect(uint(time.Second / time.Millisecond)) }

// Register registers the campus if there is a registrar.
func (m *MQTT) Register(ctx context.Context, rooms []*Room) error {
	if m.registrar == nil {
		return nil
	}
	return m.registrar.Register(ctx, rooms)
}

// Topic returns the topic of a simulated device; empty if its id identifies it.
func Topic(device string, k Kind) string {
	switch k {
	case AC:
		return "tele/" + device
	case Lighting:
		return "shellies/" + device + "/relay/0"
	case Sensor:
		return "zigbee2mqtt/" + device
	}
	return ""
}

// Send publishes messages and waits until the broker has acknowledged all of them.
func (m *MQTT) Send(_ context.Context, at time.Time, messages []Message) error {
	var sent []paho.Token
	publish := func(topic, payload string) { sent = append(sent, m.client.Publish(topic, 1, false, payload)) }
	for _, one := range messages {
		topic := Topic(one.Device, one.Kind)
		changed := one.State != "" && m.states[one.Device] != one.State
		m.states[one.Device] = one.State
		switch one.Kind {
		case AC:
			local := at.In(m.zone).Format("2006-01-02T15:04:05")
			publish(topic+"/SENSOR", fmt.Sprintf(`{"Time":"%s","ENERGY":{"Total":%s,"Power":%s}}`, local, one.Register, one.Watts))
			if changed {
				publish(topic+"/STATE", fmt.Sprintf(`{"Time":"%s","POWER":"%s"}`, local, map[string]string{"on": "ON", "off": "OFF"}[one.State]))
			}
		case Lighting:
			publish(topic+"/energy", wattMinutes(one.Register))
			if changed {
				publish(topic, one.State)
			}
		case Sensor:
			publish(topic, fmt.Sprintf(`{"temperature":%s,"humidity":%s,"occupancy":%t,"last_seen":"%s"}`, one.Temperature, one.Humidity, one.People > 0, at.UTC().Format(time.RFC3339)))
		default:
			publish("holotwin/"+one.Device+"/consumo", fmt.Sprintf(`{"kwh":%s,"timestamp":"%s"}`, one.KWh, at.UTC().Format(time.RFC3339)))
		}
	}
	for _, done := range sent {
		if err := wait(done); err != nil {
			return err
		}
	}
	return nil
}

// wattMinutes converts kWh to watt-minutes, the unit of a Shelly relay.
func wattMinutes(kwh string) string {
	n, ok := new(big.Rat).SetString(kwh)
	if !ok {
		return "0"
	}
	const perKWh, digits = 60_000, 3
	return n.Mul(n, big.NewRat(perKWh, 1)).FloatString(digits)
}
