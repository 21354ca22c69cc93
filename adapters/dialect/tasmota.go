package dialect

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Tasmota: tele/<topic>/SENSOR every few minutes, stat/<topic>/STATUS8 on request, tele/<topic>/STATE and stat/<topic>/POWER for
// switches. The parts may be in another order (FullTopic). Its time is local and mostly without a zone; several channels come as
// arrays.
func knowsTasmota(_ memory, topic []string) bool {
	_, _, is := tasmotaTopic(topic)
	return is
}

// tasmotaTopic splits a topic into the device's own part and the kind of message.
func tasmotaTopic(topic []string) (name, what string, is bool) {
	n := len(topic)
	if n < 3 {
		return "", "", false
	}
	what = topic[n-1]
	switch {
	case topic[0] == "tele" || topic[0] == "stat":
		name = strings.Join(topic[1:n-1], "/")
	case topic[n-2] == "tele" || topic[n-2] == "stat":
		name = strings.Join(topic[:n-2], "/")
	default:
		return "", "", false
	}
	return name, what, name != ""
}

func readTasmota(_ memory, topic []string, m intake.Message) ([]intake.Observation, error) {
	name, what, _ := tasmotaTopic(topic)
	address := "tele/" + name
	if strings.HasPrefix(what, "POWER") {
		word, err := plain(m.Payload)
		return nonEmpty(intake.Observation{Address: address + channelOf(strings.TrimPrefix(what, "POWER")), State: stateOf(word)}), err
	}
	if what != "SENSOR" && what != "STATUS8" && what != "STATUS10" && what != "STATE" && what != "RESULT" {
		return nil, nil
	}
	body, err := objectOf(m.Payload)
	if err != nil {
		return nil, err
	}
	if inner := body.object("StatusSNS"); inner != nil {
		body = inner
	}
	var at moment
	if text := body.text("Time"); text != "" {
		if at, err = momentOf(text); err != nil {
			return nil, err
		}
	}
	all, err := tasmotaObservations(address, body)
	for i := range all {
		at.setOn(&all[i], energy.ByDevice)
	}
	return all, err
}

// tasmotaObservations decodes switches, energy and sensors.
func tasmotaObservations(address string, body object) (all []intake.Observation, err error) {
	for _, key := range slices.Sorted(maps.Keys(body)) {
		inner := body.object(key)
		switch {
		case strings.HasPrefix(key, "POWER"):
			all = append(all, nonEmpty(intake.Observation{Address: address + channelOf(strings.TrimPrefix(key, "POWER")), State: stateOf(body.text(key))})...)
		case key == "ENERGY" && inner != nil:
			decoded, err := tasmotaEnergy(address, inner)
			if err != nil {
				return nil, err
			}
			all = append(all, decoded...)
		case inner != nil:
			decoded, err := tasmotaSensor(address, key, inner, body.text("TempUnit"))
			if err != nil {
				return nil, err
			}
			all = append(all, decoded...)
		}
	}
	return all, nil
}

// channelOf returns the suffix of a further channel in an address: POWER and POWER1 are the first, which has none.
func channelOf(number string) string {
	if number == "" || number == "1" {
		return ""
	}
	return "#" + number
}

// tasmotaEnergy decodes ENERGY. If only the power is by channel, the total is that of all channels.
func tasmotaEnergy(address string, body object) ([]intake.Observation, error) {
	totals, several := body["Total"].([]any)
	if !several {
		o := intake.Observation{Address: address, HasCounter: true}
		var err error
		if o.Register, err = register(body.number("Total"), energy.UnitKilowattHour); err != nil {
			return nil, err
		}
		o.Power, err = power(body.number("Power"))
		return nonEmpty(o), err
	}
	var all []intake.Observation
	for i, total := range totals {
		e, err := register(numberOf(total), energy.UnitKilowattHour)
		if err != nil {
			return nil, err
		}
		all = append(all, nonEmpty(intake.Observation{Address: address + channelOf(strconv.Itoa(i+1)), Register: e})...)
	}
	return all, nil
}

// obis are the names that meter scripts use for the energy drawn, kWh.
var obis = []string{"1-0:1.8.0", "1_8_0", "Total_in", "total_in"}

// tasmotaSensor decodes a sensor of any name, or a meter that a script reads.
func tasmotaSensor(address, name string, body object, unit string) ([]intake.Observation, error) {
	for _, code := range obis {
		if text := body.number(code); text != "" {
			e, err := register(text, energy.UnitKilowattHour)
			return nonEmpty(intake.Observation{Address: address + "#" + name, Register: e}), err
		}
	}
	return nonEmpty(intake.Observation{
		Address: address, Temperature: celsius(body.number("Temperature"), unit), Humidity: thousandths(body.number("Humidity")), CO2: integer(body.number("CarbonDioxide")),
	}), nil
}
