package energy

// AppendJSON appends the change as a JSON object, for answers and events alike. Ids, states and instants hold nothing that JSON
// would escape.
func (c StateChange) AppendJSON(b []byte) []byte {
	b = append(append(append(b, `{"device_id":"`...), c.Device...), `","state":"`...)
	b = append(append(append(b, c.State...), `","timestamp":"`...), c.At.String()...)
	return append(b, `"}`...)
}

// AppendJSON appends the reading as a JSON object, as it is answered: with null for what was not measured, and its source.
func (a Ambient) AppendJSON(b []byte) []byte {
	b = a.appendIdentity(b)
	for _, m := range a.measures() {
		b = m.append(b)
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

func (a Ambient) appendIdentity(b []byte) []byte {
	b = append(append(append(b, `{"space_id":"`...), a.Space...), `","timestamp":"`...)
	return append(append(b, a.At.String()...), '"')
}

// ambientMeasure is one measure of an ambient reading: whole, of 10^-digits; nil is not measured.
type ambientMeasure struct {
	name   string
	value  *int64
	digits int
}

func (a Ambient) measures() [4]ambientMeasure {
	return [...]ambientMeasure{{"temperature_c", a.Temperature, 3}, {"humidity_pct", a.Humidity, 3}, {"co2_ppm", a.CO2, 0}, {"occupancy", a.Occupancy, 0}}
}

func (m ambientMeasure) append(b []byte) []byte {
	b = append(append(append(b, `,"`...), m.name...), `":`...)
	if m.value == nil {
		return append(b, "null"...)
	}
	return AppendDecimal(b, *m.value, m.digits)
}
