package dialect

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Zigbee2MQTT: zigbee2mqtt/<name>, where the name may hold slashes and blanks. Every message repeats earlier values
// (cache_state), so an unchanged counter is not a measurement; the intake handles that. last_seen, if enabled, is when the bridge
// received the device's values. With "output: attribute" each member comes alone, at zigbee2mqtt/<name>/<member>. A plug with
// several sockets sends energy_l1, power_l1, state_l1, energy_l2 and so on; each socket is its own channel.
func knowsZigbee2MQTT(_ memory, topic []string) bool {
	return topic[0] == "zigbee2mqtt" && len(topic) > 1 && topic[1] != "bridge"
}

func readZigbee2MQTT(mem memory, topic []string, m intake.Message) ([]intake.Observation, error) {
	switch topic[len(topic)-1] {
	case "availability", "set", "get", "action":
		return nil, nil
	}
	topic, body, err := zigbeeMessage(topic, m.Payload)
	if err != nil || body == nil {
		return nil, err
	}
	var all []intake.Observation
	for _, channel := range zigbeeChannels(body) {
		o, err := mem.zigbeeChannel(topic, body, channel)
		if err != nil {
			return nil, err
		}
		all = append(all, nonEmpty(o)...)
	}
	if len(all) == 0 && body.hasUnknownEnergy() {
		return nil, notUnderstood
	}
	return all, nil
}

// zigbeeObjects are the members whose value is an object but not a device.
var zigbeeObjects = []string{"update", "color", "color_options", "level_config", "options"}

// zigbeeMessage returns the device's topic and its values; no body if there is nothing of use.
func zigbeeMessage(topic []string, payload []byte) ([]string, object, error) {
	last := topic[len(topic)-1]
	payload = bytes.TrimSpace(payload)
	if len(topic) < 3 || bytes.HasPrefix(payload, []byte("{")) && !slices.Contains(zigbeeObjects, last) || bytes.HasPrefix(payload, []byte("[")) {
		body, err := objectOf(payload)
		return topic, body, err
	}
	if slices.Contains(zigbeeObjects, last) {
		return topic, nil, nil
	}
	word, err := plain(payload)
	if err != nil {
		return topic, nil, err
	}
	body := object{last: word}
	if number := numberOf(word); number != "" {
		body[last] = json.Number(number)
	} else if word == "true" || word == "false" {
		body[last] = word == "true"
	}
	return topic[:len(topic)-1], body, nil
}

// zigbeeSocket matches a member of one of several sockets: its name and the socket's.
var zigbeeSocket = regexp.MustCompile(`^(?:energy|power|state)_(l[0-9]{1,2}|left|right|center|top|bottom)$`)

// zigbeeChannels returns the sockets in a message, and "" for the plug's own members.
func zigbeeChannels(body object) []string {
	channels := []string{""}
	for name := range body {
		if found := zigbeeSocket.FindStringSubmatch(name); found != nil && !slices.Contains(channels, found[1]) {
			channels = append(channels, found[1])
		}
	}
	slices.Sort(channels)
	return channels
}

// zigbeeChannel decodes one channel; ambient values belong to the plug itself.
func (mem memory) zigbeeChannel(topic []string, body object, channel string) (o intake.Observation, err error) {
	address, suffix := strings.Join(topic, "/"), ""
	o.Name = topic[len(topic)-1]
	if channel != "" {
		address, suffix, o.Name = address+"#"+channel, "_"+channel, o.Name+" "+channel
	}
	o.Address = address
	if _, counts := body["energy"+suffix]; counts {
		mem.remember(address, "counts", "energy")
	}
	o.HasCounter, o.State = mem.recall(address, "counts") != "", stateOf(body.text("state"+suffix))
	if o.Register, err = register(body.number("energy"+suffix), energy.UnitKilowattHour); err != nil {
		return o, err
	}
	if o.Power, err = power(body.number("power" + suffix)); err != nil {
		return o, err
	}
	if channel == "" {
		o.Temperature, o.Humidity, o.CO2 = thousandths(body.number("temperature")), thousandths(body.number("humidity")), integer(body.number("co2"))
		o.Occupancy = presence(body)
	}
	return o, body.lastSeen(&o)
}

// presence returns 1 or 0 persons from a presence sensor; nil if there is none.
func presence(body object) *int64 {
	for _, name := range []string{"presence", "occupancy"} {
		if there, is := body[name].(bool); is {
			n := int64(0)
			if there {
				n = 1
			}
			return &n
		}
	}
	return nil
}

// lastSeen sets an observation's time to when the bridge received it.
func (o object) lastSeen(into *intake.Observation) error {
	seen := o.text("last_seen")
	if seen == "" {
		seen = o.number("last_seen")
	}
	if seen == "" {
		return nil
	}
	at, err := momentOf(seen)
	if err == nil {
		at.setOn(into, energy.ByBridge)
	}
	return err
}

// zigbeeTotals are the totals that the bridge or the device computes from the counter.
var zigbeeTotals = regexp.MustCompile(`^energy_(today|yesterday|day|week|month|year|t[0-9])$`)

// hasUnknownEnergy reports whether a number looks like a counter that is not supported.
func (o object) hasUnknownEnergy() bool {
	for name := range o {
		if strings.HasPrefix(name, "energy") && name != "energy" && !zigbeeSocket.MatchString(name) && !zigbeeTotals.MatchString(name) && o.number(name) != "" {
			return true
		}
	}
	return false
}
