package dialect

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Tasmota: tele/<topic>/SENSOR every few minutes, stat/<topic>/STATUS8 when asked, tele/<topic>/STATE and stat/<topic>/POWER for
// what is switched. The order of the parts may be another (FullTopic). Its time is local and mostly without a zone; several
// channels come as arrays.
func knowsTasmota(_ memory, topic []string) bool {
	_, _, is := tasmotaTopic(topic)
	return is
}

// tasmotaTopic takes a topic apart: the device's own part, and what is told.
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
		return only(intake.Observation{Address: address + channelOf(strings.TrimPrefix(what, "POWER")), State: stateOf(word)}), err
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
	all, err := tasmotaSays(address, body)
	for i := range all {
		at.tell(&all[i], energy.ByDevice)
	}
	return all, err
}

// tasmotaSays reads switches, energy and sensors.
func tasmotaSays(address string, body object) (all []intake.Observation, err error) {
	for _, key := range slices.Sorted(maps.Keys(body)) {
		inner := body.object(key)
		switch {
		case strings.HasPrefix(key, "POWER"):
			all = append(all, only(intake.Observation{Address: address + channelOf(strings.TrimPrefix(key, "POWER")), State: stateOf(body.text(key))})...)
		case key == "ENERGY" && inner != nil:
			told, err := tasmotaEnergy(address, inner)
			if err != nil {
				return nil, err
			}
			all = append(all, told...)
		case inner != nil:
			told, err := tasmotaSensor(address, key, inner, body.text("TempUnit"))
			if err != nil {
				return nil, err
			}
			all = append(all, told...)
		}
	}
	return all, nil
}

// channelOf is how a further channel is told in an address: POWER and POWER1 are the first, which is the device's own.
func channelOf(number string) string {
	if number == "" || number == "1" {
		return ""
	}
	return "#" + number
}

// tasmotaEnergy reads ENERGY. Where only the power comes by channel, the total is that of all.
func tasmotaEnergy(address string, body object) ([]intake.Observation, error) {
	totals, several := body["Total"].([]any)
	if !several {
		o := intake.Observation{Address: address, Counts: true}
		var err error
		if o.Register, err = register(body.number("Total"), energy.UnitKilowattHour); err != nil {
			return nil, err
		}
		o.Power, err = power(body.number("Power"))
		return only(o), err
	}
	var all []intake.Observation
	for i, total := range totals {
		e, err := register(numberOf(total), energy.UnitKilowattHour)
		if err != nil {
			return nil, err
		}
		all = append(all, only(intake.Observation{Address: address + channelOf(strconv.Itoa(i+1)), Register: e})...)
	}
	return all, nil
}

// obis are the names under which scripts for electricity meters tell what was drawn, kWh.
var obis = []string{"1-0:1.8.0", "1_8_0", "Total_in", "total_in"}

// tasmotaSensor reads a sensor of any name, or a meter that a script reads.
func tasmotaSensor(address, name string, body object, unit string) ([]intake.Observation, error) {
	for _, code := range obis {
		if text := body.number(code); text != "" {
			e, err := register(text, energy.UnitKilowattHour)
			return only(intake.Observation{Address: address + "#" + name, Register: e}), err
		}
	}
	return only(intake.Observation{
		Address: address, Temperature: celsius(body.number("Temperature"), unit), Humidity: thousandths(body.number("Humidity")), CO2: whole(body.number("CarbonDioxide")),
	}), nil
}
