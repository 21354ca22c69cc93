package conditions

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// AppendJSON appends the change as a JSON object, for answers and events alike. Ids, states and instants hold nothing that JSON
// would escape.
func (c StateChange) AppendJSON(b []byte) []byte {
	b = append(append(append(b, `{"device_id":"`...), c.Device...), `","state":"`...)
	b = append(append(append(b, c.State...), `","timestamp":"`...), c.At.String()...)
	return append(b, `"}`...)
}

// AppendJSON appends the reading as a JSON object, as it is answered: with null for what was not measured, and its source.
func (a Ambient) AppendJSON(b []byte) []byte {
	b = a.AppendIdentity(b)
	for _, m := range a.Measures() {
		b = m.Append(b)
	}
	source := a.Source
	if source == "" {
		source = FromSensor
	}
	b = append(append(append(b, `,"source":"`...), source...), '"')
	if a.Forecast {
		b = append(b, `,"forecast":true`...)
	}
	return append(b, '}')
}

// AppendIdentity appends the members that name the reading: its space and its instant.
func (a Ambient) AppendIdentity(b []byte) []byte {
	b = append(append(append(b, `{"space_id":"`...), a.Space...), `","timestamp":"`...)
	return append(append(b, a.At.String()...), '"')
}

// ambientMeasure is one measure of an ambient reading: whole, of 10^-digits; nil is not measured.
type ambientMeasure struct {
	name   string
	Value  *int64
	digits int
}

// Measures lists what the reading measured, in the order in which it is written.
func (a Ambient) Measures() [4]ambientMeasure {
	return [...]ambientMeasure{{"temperature_c", a.Temperature, 3}, {"humidity_pct", a.Humidity, 3}, {"co2_ppm", a.CO2, 0}, {"occupancy", a.Occupancy, 0}}
}

func (m ambientMeasure) Append(b []byte) []byte {
	b = append(append(append(b, `,"`...), m.name...), `":`...)
	if m.Value == nil {
		return append(b, "null"...)
	}
	return energy.AppendDecimal(b, *m.Value, m.digits)
}
