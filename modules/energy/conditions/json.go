package conditions

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// AppendJSON appends the change as a JSON object, for answers and events. Ids, states and instants have no characters that JSON
// would escape.
func (c StateChange) AppendJSON(b []byte) []byte {
	b = append(append(append(b, `{"device_id":"`...), c.Device...), `","state":"`...)
	b = append(append(append(b, c.State...), `","timestamp":"`...), c.At.String()...)
	return append(b, `"}`...)
}

// AppendJSON appends the reading as a JSON object for answers: with null for a measure without a value, and with its source.
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

// AppendIdentity appends the start of a JSON object with the reading's identity: its space and its instant.
func (a Ambient) AppendIdentity(b []byte) []byte {
	b = append(append(append(b, `{"space_id":"`...), a.Space...), `","timestamp":"`...)
	return append(append(b, a.At.String()...), '"')
}

// ambientMeasure is one measure of an ambient reading, in units of 10^-digits; a nil Value is not measured.
type ambientMeasure struct {
	name   string
	Value  *int64
	digits int
}

// Measures lists the measures of the reading, in the order of the JSON object.
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
