package dialect

import (
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// ESPHome: <prefix>/<component>/<name>/state with one plain value. The unit comes from the discovery, if at all.
func knowsESPHome(_ memory, topic []string) bool {
	n := len(topic)
	if n < 4 || topic[n-1] != "state" {
		return false
	}
	switch topic[n-3] {
	case "sensor", "switch", "light", "binary_sensor":
		return true
	}
	return false
}

func readESPHome(mem memory, topic []string, m intake.Message) ([]intake.Observation, error) {
	n := len(topic)
	o := intake.Observation{Address: strings.Join(topic[:n-1], "/"), Name: topic[n-2]}
	return mem.plainEntity(o, topic[n-3], mem.unitOf(m.Topic), m)
}

// plainEntity decodes one plain value of a sensor or of a switched component.
func (mem memory) plainEntity(o intake.Observation, component string, unit energy.Unit, m intake.Message) ([]intake.Observation, error) {
	word, err := plain(m.Payload)
	if err != nil {
		return nil, err
	}
	switch strings.ToLower(word) {
	case "", "nan", "unavailable", "unknown", "none":
		return nil, nil
	}
	switch component {
	case "switch", "light":
		o.State = stateOf(word)
	case "sensor":
		number, err := energy.ParseNumber(word)
		if err != nil {
			if unit != "" {
				return nil, notANumber
			}
			return nil, nil // a text sensor
		}
		if number.IsNegative() && (unit.IsEnergy() || unit.IsPower()) {
			return nil, nil // energy returned
		}
		o.Plain, o.Unit = number, unit
	}
	return nonEmpty(o), nil
}
