package dialect

import (
	"maps"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Shelly's later generations: <prefix>/events/rpc has what changed, with the device's clock (absent is unchanged, null is
// unavailable); <prefix>/status/<component> has a component without a clock. Both have the address <prefix>/<component>.
func knowsShellyGen2(_ memory, topic []string) bool {
	n := len(topic)
	if n < 3 {
		return false
	}
	return (topic[n-2] == "events" && topic[n-1] == "rpc") || (topic[n-2] == "status" && strings.Contains(topic[n-1], ":"))
}

func readShellyGen2(mem memory, topic []string, m intake.Message) ([]intake.Observation, error) {
	body, err := objectOf(m.Payload)
	if err != nil {
		return nil, err
	}
	n := len(topic)
	prefix := strings.Join(topic[:n-2], "/")
	if topic[n-1] != "rpc" {
		o, err := mem.gen2Component(prefix, topic[n-1], body)
		return nonEmpty(o), err
	}
	if method := body.text("method"); method != "NotifyStatus" && method != "NotifyFullStatus" {
		return nil, nil
	}
	params := body.object("params")
	if params == nil {
		return nil, wrongShape
	}
	var at moment
	if ts := params.number("ts"); ts != "" {
		if at, err = momentOf(ts); err != nil {
			return nil, err
		}
	}
	var all []intake.Observation
	for _, component := range slices.Sorted(maps.Keys(params)) {
		inner := params.object(component)
		if inner == nil || !strings.Contains(component, ":") {
			continue
		}
		o, err := mem.gen2Component(prefix, component, inner)
		if err != nil {
			return nil, err
		}
		at.setOn(&o, energy.ByDevice)
		all = append(all, nonEmpty(o)...)
	}
	return all, nil
}

// gen2Component decodes one component.
func (mem memory) gen2Component(prefix, component string, body object) (o intake.Observation, err error) {
	kind, number, _ := strings.Cut(component, ":")
	o = intake.Observation{Address: prefix + "/" + component, HasCounter: true}
	switch kind {
	case "switch", "pm1", "light", "cover":
		if on, is := body["output"].(bool); is {
			o.State = conditions.Off
			if on {
				o.State = conditions.On
			}
		}
		if o.Power, err = power(body.number("apower")); err != nil {
			return o, err
		}
		o.Register, err = mem.gen2Drawn(o.Address, body)
	case "em":
		o.Power, err = power(body.number("total_act_power"))
	case "em1":
		o.Power, err = power(body.number("act_power"))
	case "emdata":
		o.Address = prefix + "/em:" + number
		o.Register, err = register(body.number("total_act"), energy.UnitWattHour)
	case "em1data":
		o.Address = prefix + "/em1:" + number
		o.Register, err = register(body.number("total_act_energy"), energy.UnitWattHour)
	case "temperature":
		o.Address, o.Temperature = prefix, thousandths(body.number("tC"))
	case "humidity":
		o.Address, o.Humidity = prefix, thousandths(body.number("rh"))
	}
	return o, err
}

// gen2Drawn returns the energy drawn: a channel's counter includes the energy returned, which has its own counter. The device
// sends that one only when it changes.
func (mem memory) gen2Drawn(address string, body object) (*energy.Energy, error) {
	returned := body.object("ret_aenergy").number("total")
	if returned != "" {
		mem.remember(address, "returned", returned)
	} else {
		returned = mem.recall(address, "returned")
	}
	drawn, err := register(body.object("aenergy").number("total"), energy.UnitWattHour)
	if err != nil || drawn == nil || returned == "" {
		return drawn, err
	}
	back, err := register(returned, energy.UnitWattHour)
	if err != nil {
		return nil, err
	}
	net := *drawn - *back
	if net < 0 {
		return nil, negative
	}
	return &net, nil
}
