package dialect

import (
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// HoloTwin's own: holotwin/<device>/consumo, estado and ambiente, with the members of the HTTP calls, or one plain word.
func knowsHoloTwin(_ memory, topic []string) bool { return topic[0] == "holotwin" }

func readHoloTwin(_ memory, topic []string, m intake.Message) ([]intake.Observation, error) {
	const parts = 3
	if len(topic) != parts {
		return nil, nil
	}
	device, err := energy.ParseDeviceID(topic[1])
	if err != nil {
		return nil, decodeReason("bad_topic")
	}
	o := intake.Observation{Device: device, Address: strings.Join(topic[:2], "/")}
	read := map[string]func(*intake.Observation, intake.Message) error{"consumo": ownReading, "estado": ownState, "ambiente": ownAmbient}[topic[2]]
	if read == nil {
		return nil, nil
	}
	if err := read(&o, m); err != nil {
		return nil, err
	}
	return nonEmpty(o), nil
}

func ownReading(o *intake.Observation, m intake.Message) (err error) {
	if word, err := plain(m.Payload); err == nil && !strings.HasPrefix(word, "{") {
		o.Interval, err = register(word, energy.UnitKilowattHour)
		return err
	}
	body, err := objectOf(m.Payload)
	if err != nil {
		return err
	}
	n := 0
	for _, name := range []string{"kwh", "kvarh", "register_kwh", "register_kvarh", "power_w"} {
		text := body.number(name)
		if text == "" && body[name] != nil {
			return notANumber
		}
		if text == "" {
			continue
		}
		n++
		switch {
		case name == "power_w":
			o.Power, err = power(text)
		case strings.HasPrefix(name, "register"):
			o.Register, err = register(text, energy.UnitKilowattHour)
		default:
			o.Interval, err = register(text, energy.UnitKilowattHour)
		}
		if err != nil {
			return err
		}
	}
	if n != 1 {
		return wrongShape
	}
	if text := body.number("interval_s"); text != "" {
		if o.Span, _ = energy.ReadThousandths(text); o.Span <= 0 {
			return notANumber
		}
	}
	return ownTime(o, body, m.Arrived)
}

// ownTime reads timestamp, or age_s from devices without a clock.
func ownTime(o *intake.Observation, body object, arrived energy.Instant) error {
	if age := body.number("age_s"); age != "" {
		ms, ok := energy.ReadThousandths(age)
		if !ok || ms < 0 {
			return badTime
		}
		o.At, o.Source = arrived-energy.Instant(ms), energy.ByAge
		return nil
	}
	text := body.text("timestamp")
	if text == "" {
		text = body.number("timestamp")
	}
	if text == "" {
		return nil
	}
	at, err := momentOf(text)
	if err != nil {
		return err
	}
	at.setOn(o, energy.ByDevice)
	return nil
}

func ownState(o *intake.Observation, m intake.Message) error {
	word, err := plain(m.Payload)
	if err != nil {
		return err
	}
	if strings.HasPrefix(word, "{") {
		body, err := objectOf(m.Payload)
		if err != nil {
			return err
		}
		word = body.text("state")
		if err := ownTime(o, body, m.Arrived); err != nil {
			return err
		}
	}
	if o.State = stateOf(word); o.State == "" {
		return wrongShape
	}
	return nil
}

func ownAmbient(o *intake.Observation, m intake.Message) error {
	body, err := objectOf(m.Payload)
	if err != nil {
		return err
	}
	o.Space = energy.SpaceID(body.text("space_id"))
	o.Temperature, o.Humidity = thousandths(body.number("temperature_c")), thousandths(body.number("humidity_pct"))
	o.CO2, o.Occupancy = integer(body.number("co2_ppm")), integer(body.number("occupancy"))
	if !hasContent(*o) {
		return wrongShape
	}
	return ownTime(o, body, m.Arrived)
}
