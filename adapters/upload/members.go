package upload

import (
	"errors"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// member is a field of a draft D: its name, its JSON kinds ('"' for text and '0' for a number), and how it is read.
type member[D any] struct {
	name, kinds string
	read        func(draft *D, v value)
}

// isNumber reports whether the member is a number.
func (m member[D]) isNumber() bool { return m.kinds == "0" }

// value is a member's value as sent: a text, or something that is not of the member's kinds.
type value struct {
	text      string
	wrongKind bool
}

// field reads a value with a parser.
func field[T any](v value, parse func(string) (T, error)) energy.Field[T] {
	if v.wrongKind {
		return energy.Unreadable[T]()
	}
	return energy.Read(v.text, parse)
}

// readingMembers are the fields of a reading.
var readingMembers = []member[ledger.Draft]{
	{"device_id", "\"0", func(d *ledger.Draft, v value) { d.Device = field(v, energy.ParseDeviceID) }},
	{"kwh", "0", func(d *ledger.Draft, v value) { d.KWh = field(v, energy.ParseKWh) }},
	{"register_kwh", "0", func(d *ledger.Draft, v value) { d.Register = field(v, energy.ParseKWh) }},
	{"power_w", "0", func(d *ledger.Draft, v value) { d.Power = field(v, energy.ParseWatts) }},
	{"kvarh", "0", func(d *ledger.Draft, v value) { d.KVArh = field(v, energy.ParseKWh) }},
	{"register_kvarh", "0", func(d *ledger.Draft, v value) { d.RegisterKVArh = field(v, energy.ParseKWh) }},
	{"interval_s", "0", func(d *ledger.Draft, v value) { d.Span = field(v, thousandths) }},
	{"timestamp", "\"", func(d *ledger.Draft, v value) { d.At = field(v, energy.ParseWallTime) }},
	{"age_s", "0", func(d *ledger.Draft, v value) { d.Age = field(v, thousandths) }},
}

// ambientMembers are the fields of an ambient reading.
var ambientMembers = []member[conditions.AmbientDraft]{
	{"space_id", "\"", func(d *conditions.AmbientDraft, v value) {
		d.Space = field(v, func(id string) (energy.SpaceID, error) { return energy.SpaceID(id), nil })
	}},
	{"timestamp", "\"", func(d *conditions.AmbientDraft, v value) { d.At = field(v, energy.ParseWallTime) }},
	{"temperature_c", "0", func(d *conditions.AmbientDraft, v value) { d.Temperature = field(v, thousandths) }},
	{"humidity_pct", "0", func(d *conditions.AmbientDraft, v value) { d.Humidity = field(v, thousandths) }},
	{"co2_ppm", "0", func(d *conditions.AmbientDraft, v value) { d.CO2 = field(v, wholes) }},
	{"occupancy", "0", func(d *conditions.AmbientDraft, v value) { d.Occupancy = field(v, wholes) }},
}

var errNotNumber = errors.New("not a decimal number")

// thousandths reads a decimal number as thousandths: seconds as ms, °C as m°C, % as m%.
func thousandths(text string) (int64, error) { return numberOr(energy.ReadThousandths(text)) }

// wholes reads a decimal number as an integer: ppm, persons.
func wholes(text string) (int64, error) { return numberOr(energy.ReadWhole(text)) }

func numberOr(n int64, ok bool) (int64, error) {
	if !ok {
		return 0, errNotNumber
	}
	return n, nil
}

// named returns the index of the member with a name; -1 if there is none.
func named[D any](all []member[D], name string) int {
	return slices.IndexFunc(all, func(m member[D]) bool { return m.name == name })
}
