package energy

// Figure is a number of a reading with its name in JSON.
type Figure struct {
	Name string
	// Number is in units of 10^-Digits.
	Number int64
	Digits int
}

// Text is the exact decimal number.
func (f Figure) Text() string { return string(AppendDecimal(nil, f.Number, f.Digits)) }

// energyNames are the JSON names of a reading's energies.
type energyNames struct{ interval, register string }

// namesOfQuantities are the names for quantities other than active energy.
var namesOfQuantities = map[Quantity]energyNames{
	ReactiveInductive:  {"kvarh", "register_kvarh"},
	ReactiveCapacitive: {"kvarh", "register_kvarh"},
}

// Figures are the reading's numbers, under the names of what its device measures.
func (r Reading) Figures(measures Quantity) []Figure {
	names, special := namesOfQuantities[measures]
	if !special {
		names = energyNames{"kwh", "register_kwh"}
	}
	switch r.Kind {
	case Interval:
		return []Figure{{names.interval, int64(r.Energy), 6}, {"interval_s", r.Span, 3}}
	case Register:
		return []Figure{{names.register, int64(r.Energy), 6}}
	case Sample:
		return []Figure{{"power_w", int64(r.Power), 3}}
	}
	return nil
}

// AppendJSON appends the reading as a JSON object, for answers and events. It runs for every reading, so it does not use
// encoding/json: ids and instants have no characters that JSON would escape.
func (r Reading) AppendJSON(b []byte, measures Quantity) []byte {
	b = append(append(append(b, `{"device_id":"`...), r.Device...), `","timestamp":"`...)
	b = append(append(b, r.At.String()...), '"')
	for _, f := range r.Figures(measures) {
		b = append(append(append(b, `,"`...), f.Name...), `":`...)
		b = AppendDecimal(b, f.Number, f.Digits)
	}
	if source := r.Source.String(); source != "" {
		b = append(append(append(b, `,"time_source":"`...), source...), '"')
	}
	return append(b, '}')
}
