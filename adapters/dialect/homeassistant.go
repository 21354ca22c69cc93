package dialect

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Home Assistant's statestream: homeassistant/<domain>/<entity>/state with unit_of_measurement beside it; and its discovery:
// homeassistant/<component>/…/config, by which a device of any make tells on which topic it says what in which unit.
func knowsHomeAssistant(_ memory, topic []string) bool {
	return topic[0] == "homeassistant" && len(topic) > 3
}

func readHomeAssistant(known memory, topic []string, m intake.Message) ([]intake.Observation, error) {
	n := len(topic)
	address := strings.Join(topic[:n-1], "/")
	switch topic[n-1] {
	case "config":
		return nil, known.discover(topic[1], m.Payload)
	case "unit_of_measurement":
		word, err := plain(m.Payload)
		if unit := unitNamed(word); unit != "" {
			known.remember(address, "unit", string(unit))
		}
		return nil, err
	case "state":
		o := intake.Observation{Address: address, Name: topic[n-2]}
		return known.plainEntity(o, topic[n-3], energy.Unit(known.recall(address, "unit")), m)
	}
	return nil, nil
}

// units are as devices write them.
var units = map[string]energy.Unit{
	"mwh": energy.UnitMegawattHour, "kwh": energy.UnitKilowattHour, "wh": energy.UnitWattHour, "ws": energy.UnitWattSecond, "j": energy.UnitWattSecond,
	"w": energy.UnitWatt, "kw": energy.UnitKilowatt, "°c": energy.UnitCelsius, "°f": energy.UnitFahrenheit, "%": energy.UnitPercent, "ppm": energy.UnitPPM,
}

// unitNamed is the unit of a name; empty where it is none of ours. mW is no MW.
func unitNamed(name string) energy.Unit {
	switch name {
	case "mW":
		return energy.UnitMilliwatt
	case "mWh":
		return energy.UnitMilliwattHour
	}
	return units[strings.ToLower(name)]
}

// discovered is an entity that told where it speaks.
type discovered struct {
	component, name string
	path            []string // in the JSON of its topic; none: the topic holds the value alone
	unit            energy.Unit
}

// simplePath is the one form of template that is understood: {{ value_json.a["b c"].d }}, in the end perhaps rounded.
var simplePath = regexp.MustCompile(`^\{\{-?\s*value_json((?:\.[A-Za-z_][A-Za-z0-9_]*|\[\s*'[^']+'\s*\]|\[\s*"[^"]+"\s*\])+)\s*(?:\|\s*(?:float|round|int)(?:\([^)]*\))?\s*)*-?\}\}$`)

var pathStep = regexp.MustCompile(`\.([A-Za-z_][A-Za-z0-9_]*)|\[\s*'([^']+)'\s*\]|\[\s*"([^"]+)"\s*\]`)

// either is a member under its long or its short name.
func (o object) either(long, short string) string {
	if text := o.text(long); text != "" {
		return text
	}
	return o.text(short)
}

// discover reads a config message; an empty one takes the entity back, which then says nothing more. A message of a whole device
// (component "device") holds its entities; what one of them does not say it has from the device's part.
func (known memory) discover(component string, payload []byte) error {
	if len(payload) == 0 || component != "device" && !slices.Contains(entities, component) {
		return nil
	}
	body, err := objectOf(payload)
	if err != nil {
		return err
	}
	if component != "device" {
		return known.discoverEntity(component, body, nil)
	}
	parts := body.object("components")
	if parts == nil {
		parts = body.object("cmps")
	}
	for name := range parts {
		part := parts.object(name)
		if platform := part.either("platform", "p"); slices.Contains(entities, platform) {
			err = errors.Join(err, known.discoverEntity(platform, part, body)) // one that is not understood harms no other
		}
	}
	return err
}

// entities are the components that measure or tell a state.
var entities = []string{"sensor", "switch", "light"}

// discoverEntity takes an entity in; what it does not say it has from device, where there is one.
func (known memory) discoverEntity(component string, body, device object) error {
	said := func(long, short string) string {
		if text := body.either(long, short); text != "" {
			return text
		}
		return device.either(long, short)
	}
	topic := strings.Replace(said("state_topic", "stat_t"), "~", said("~", "~"), 1)
	if topic == "" {
		return nil
	}
	e := discovered{component: component, name: body.text("name"), unit: unitNamed(said("unit_of_measurement", "unit_of_meas"))}
	for _, of := range []object{body, device} {
		for _, key := range []string{"device", "dev"} {
			if e.name == "" {
				e.name = of.object(key).text("name")
			}
		}
	}
	if template := strings.TrimSpace(said("value_template", "val_tpl")); template != "" {
		found := simplePath.FindStringSubmatch(template)
		switch {
		case found == nil && (e.unit.IsEnergy() || said("device_class", "dev_cla") == "energy"):
			return notUnderstood
		case found == nil:
			return nil // a program of its own, which is not run here
		}
		for _, step := range pathStep.FindAllStringSubmatch(found[1], -1) {
			e.path = append(e.path, step[1]+step[2]+step[3])
		}
	}
	known.keepEntity(topic, e)
	return nil
}

// knowsDiscovered is asked last: topics of the other dialects are read by them.
func knowsDiscovered(known memory, topic []string) bool {
	return len(known.entitiesAt(strings.Join(topic, "/"))) > 0
}

func readDiscovered(known memory, _ []string, m intake.Message) (all []intake.Observation, err error) {
	for _, e := range known.entitiesAt(m.Topic) {
		o, value := intake.Observation{Address: m.Topic, Name: e.name}, m
		if len(e.path) > 0 {
			body, err := objectOf(m.Payload)
			if err != nil {
				return nil, err
			}
			for _, step := range e.path[:len(e.path)-1] {
				body = body.object(step)
			}
			last := e.path[len(e.path)-1]
			text := body.number(last)
			if text == "" {
				text = body.text(last)
			}
			o.Address, value.Payload = m.Topic+"#"+strings.Join(e.path, "."), []byte(text)
		}
		told, err := known.plainEntity(o, e.component, e.unit, value)
		if err != nil {
			return nil, err
		}
		all = append(all, told...)
	}
	return all, nil
}
