package dialect

import (
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
)

// Zigbee2MQTT: zigbee2mqtt/<name>, where the name may hold slashes and blanks. Every message repeats what was said before
// (cache_state), so a counter that stands is no measurement; that is the intake's matter. last_seen, where it is switched on, is
// when the bridge heard the device.
func knowsZigbee2MQTT(_ *Decoder, topic []string) bool {
	return topic[0] == "zigbee2mqtt" && len(topic) > 1 && topic[1] != "bridge"
}

func readZigbee2MQTT(_ *Decoder, topic []string, m Message) ([]energy.Observation, error) {
	switch topic[len(topic)-1] {
	case "availability", "set", "get", "action":
		return nil, nil
	}
	body, err := objectOf(m.Payload)
	if err != nil {
		return nil, err
	}
	_, counts := body["energy"]
	o := energy.Observation{Address: strings.Join(topic, "/"), Name: topic[len(topic)-1], Counts: counts, State: stateOf(body.text("state"))}
	if o.Register, err = register(body.number("energy"), energy.UnitKilowattHour); err != nil {
		return nil, err
	}
	if o.Power, err = power(body.number("power")); err != nil {
		return nil, err
	}
	o.Temperature, o.Humidity, o.CO2 = thousandths(body.number("temperature")), thousandths(body.number("humidity")), whole(body.number("co2"))
	for _, name := range []string{"occupancy", "presence"} {
		if there, is := body[name].(bool); is {
			n := int64(0)
			if there {
				n = 1
			}
			o.Occupancy = &n
		}
	}
	seen := body.text("last_seen")
	if seen == "" {
		seen = body.number("last_seen")
	}
	if seen == "" {
		return only(o), nil
	}
	at, err := momentOf(seen)
	if err != nil {
		return nil, err
	}
	at.tell(&o, energy.ByBridge)
	return only(o), nil
}
