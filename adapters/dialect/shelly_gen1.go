package dialect

import (
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Shelly's first generation: shellies/<id>/…, one plain value a topic and no time. Relays count W·min, meters Wh. Energy returned
// has its own counter and is not subtracted. emeter/<n>/energy is the energy since the last report and is not used.
func knowsShellyGen1(_ memory, topic []string) bool {
	return topic[0] == "shellies" && len(topic) > 2
}

func readShellyGen1(_ memory, topic []string, m intake.Message) ([]intake.Observation, error) {
	component, rest := topic[2], topic[3:]
	switch component {
	case "relay", "light", "white", "color", "roller":
		return gen1Channel(topic, rest, m, "energy", energy.UnitWattMinute)
	case "emeter":
		return gen1Channel(topic, rest, m, "total", energy.UnitWattHour)
	case "sensor":
		return gen1Sensor(topic, rest, m)
	}
	return nil, nil
}

// gen1Channel decodes a channel's state, power and counter.
func gen1Channel(topic, rest []string, m intake.Message, counter string, unit energy.Unit) ([]intake.Observation, error) {
	if len(rest) == 0 || len(rest) > 2 {
		return nil, nil
	}
	const channel = 4
	o := intake.Observation{Address: strings.Join(topic[:channel], "/")}
	word, err := plain(m.Payload)
	if err != nil {
		return nil, err
	}
	switch {
	case len(rest) == 1:
		o.State = stateOf(word)
	case rest[1] == "power":
		o.HasCounter = true
		o.Power, err = power(word)
	case rest[1] == counter:
		o.Register, err = register(word, unit)
	}
	return nonEmpty(o), err
}

// gen1Sensor decodes a room sensor; a relay's own temperature has another topic.
func gen1Sensor(topic, rest []string, m intake.Message) ([]intake.Observation, error) {
	if len(rest) != 1 {
		return nil, nil
	}
	o := intake.Observation{Address: strings.Join(topic[:2], "/")}
	word, err := plain(m.Payload)
	if err != nil {
		return nil, err
	}
	switch rest[0] {
	case "temperature":
		o.Temperature = thousandths(word)
	case "humidity":
		o.Humidity = thousandths(word)
	case "co2":
		o.CO2 = integer(word)
	default:
		return nil, nil
	}
	if !hasContent(o) {
		return nil, notANumber
	}
	return nonEmpty(o), nil
}
