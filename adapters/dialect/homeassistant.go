package dialect

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Home Assistant's statestream: homeassistant/<domain>/<entity>/state with unit_of_measurement beside it. And its discovery:
// homeassistant/<component>/…/config, in which a device of any make announces its topics, values and units.
func knowsHomeAssistant(_ memory, topic []string) bool {
	return topic[0] == "homeassistant" && len(topic) > 3
}

func readHomeAssistant(mem memory, topic []string, m intake.Message) ([]intake.Observation, error) {
	n := len(topic)
	address := strings.Join(topic[:n-1], "/")
	switch topic[n-1] {
	case "config":
		return nil, mem.discover(topic[1], m.Payload)
	case "unit_of_measurement":
		word, err := plain(m.Payload)
		if unit := unitNamed(word); unit != "" {
			mem.remember(address, "unit", string(unit))
		}
		return nil, err
	case "state":
		o := intake.Observation{Address: address, Name: topic[n-2]}
		return mem.plainEntity(o, topic[n-3], energy.Unit(mem.recall(address, "unit")), m)
	}
	return nil, nil
}

// units are the spellings that devices use.
var units = map[string]energy.Unit{
	"mwh": energy.UnitMegawattHour, "kwh": energy.UnitKilowattHour, "wh": energy.UnitWattHour, "ws": energy.UnitWattSecond, "j": energy.UnitWattSecond,
	"w": energy.UnitWatt, "kw": energy.UnitKilowatt, "°c": energy.UnitCelsius, "°f": energy.UnitFahrenheit, "%": energy.UnitPercent, "ppm": energy.UnitPPM,
}

// unitNamed returns the unit of a name; empty if it is not supported. mW is not MW.
func unitNamed(name string) energy.Unit {
	switch name {
	case "mW":
		return energy.UnitMilliwatt
	case "mWh":
		return energy.UnitMilliwattHour
	}
	return units[strings.ToLower(name)]
}

// entity is an entity that announced its topic.
type entity struct {
	component, name string
	path            []string // in the JSON of its topic; nil if the topic holds the value alone
	unit            energy.Unit
}

// simplePath is the one supported form of a template: {{ value_json.a["b c"].d }}, optionally rounded at the end.
var simplePath = regexp.MustCompile(`^\{\{-?\s*value_json((?:\.[A-Za-z_][A-Za-z0-9_]*|\[\s*'[^']+'\s*\]|\[\s*"[^"]+"\s*\])+)\s*(?:\|\s*(?:float|round|int)(?:\([^)]*\))?\s*)*-?\}\}$`)

var pathStep = regexp.MustCompile(`\.([A-Za-z_][A-Za-z0-9_]*)|\[\s*'([^']+)'\s*\]|\[\s*"([^"]+)"\s*\]`)

// longOrShort returns a member by its long or its short name.
func (o object) longOrShort(long, short string) string {
	if text := o.text(long); text != "" {
		return text
	}
	return o.text(short)
}

// discover reads a config message. An empty one removes the entity. A message of a whole device (component "device") holds its
// entities; a member that an entity lacks comes from the device's part.
func (mem memory) discover(component string, payload []byte) error {
	if len(payload) == 0 || component != "device" && !slices.Contains(entities, component) {
		return nil
	}
	body, err := objectOf(payload)
	if err != nil {
		return err
	}
	if component != "device" {
		return mem.discoverEntity(component, body, nil)
	}
	parts := body.object("components")
	if parts == nil {
		parts = body.object("cmps")
	}
	for name := range parts {
		part := parts.object(name)
		if platform := part.longOrShort("platform", "p"); slices.Contains(entities, platform) {
			err = errors.Join(err, mem.discoverEntity(platform, part, body)) // one error does not stop the others
		}
	}
	return err
}

// entities are the components that measure or report a state.
var entities = []string{"sensor", "switch", "light"}

// discoverEntity adds an entity; what it lacks comes from device, if there is one.
func (mem memory) discoverEntity(component string, body, device object) error {
	value := func(long, short string) string {
		if text := body.longOrShort(long, short); text != "" {
			return text
		}
		return device.longOrShort(long, short)
	}
	topic := strings.Replace(value("state_topic", "stat_t"), "~", value("~", "~"), 1)
	if topic == "" {
		return nil
	}
	e := entity{component: component, name: body.text("name"), unit: unitNamed(value("unit_of_measurement", "unit_of_meas"))}
	for _, of := range []object{body, device} {
		for _, key := range []string{"device", "dev"} {
			if e.name == "" {
				e.name = of.object(key).text("name")
			}
		}
	}
	if template := strings.TrimSpace(value("value_template", "val_tpl")); template != "" {
		found := simplePath.FindStringSubmatch(template)
		switch {
		case found == nil && (e.unit.IsEnergy() || value("device_class", "dev_cla") == "energy"):
			return notUnderstood
		case found == nil:
			return nil // a template program, which is not run here
		}
		for _, step := range pathStep.FindAllStringSubmatch(found[1], -1) {
			e.path = append(e.path, step[1]+step[2]+step[3])
		}
	}
	mem.keepEntity(topic, e)
	return nil
}

// knowsDiscovered is the last of dialects: the other dialects decode their own topics.
func knowsDiscovered(mem memory, topic []string) bool {
	return len(mem.entitiesAt(strings.Join(topic, "/"))) > 0
}

func readDiscovered(mem memory, _ []string, m intake.Message) (all []intake.Observation, err error) {
	for _, e := range mem.entitiesAt(m.Topic) {
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
		decoded, err := mem.plainEntity(o, e.component, e.unit, value)
		if err != nil {
			return nil, err
		}
		all = append(all, decoded...)
	}
	return all, nil
}
