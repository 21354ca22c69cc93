package httpenergy

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
)

// member is a field of a report: its name, where it goes, and what it takes.
type member struct {
	name string
	into **string
	// kinds are the JSON kinds that it takes, '"' for text and '0' for a number; of others, rule is broken.
	kinds string
	rule  string
}

// members are the fields of a report.
func members(r *energy.Report) []member {
	return []member{
		{"device_id", &r.Device, "\"0", "text"},
		{"kwh", &r.KWh, "0", "number"},
		{"register_kwh", &r.Register, "0", "number"},
		{"power_w", &r.PowerW, "0", "number"},
		{"interval_s", &r.Seconds, "0", "number"},
		{"timestamp", &r.At, "\"", "text"},
		{"age_s", &r.Age, "0", "number"},
	}
}

// ambientMembers are those of an ambient report.
func ambientMembers(r *energy.AmbientReport) []member {
	return []member{
		{"space_id", &r.Space, "\"", "text"},
		{"timestamp", &r.At, "\"", "text"},
		{"temperature_c", &r.Temperature, "0", "number"},
		{"humidity_pct", &r.Humidity, "0", "number"},
		{"co2_ppm", &r.CO2, "0", "number"},
		{"occupancy", &r.Occupancy, "0", "number"},
	}
}

// named finds a member by name; -1 where there is none.
func named(all []member, name string) int {
	return slices.IndexFunc(all, func(m member) bool { return m.name == name })
}

// decodeObject reads a JSON object of plain members, keeping numbers as the text that was sent, so that no digit
// is lost. It goes on after a bad member, so that all are named at once; only broken JSON ends it.
func decodeObject(data []byte, into []member) []energy.Flaw {
	decoder := jsontext.NewDecoder(bytes.NewReader(data))
	if decoder.PeekKind() != '{' {
		if _, err := decoder.ReadValue(); err != nil {
			return []energy.Flaw{flawOf(err)}
		}
		return []energy.Flaw{{Field: "body", Rule: "object"}}
	}
	_, _ = decoder.ReadToken()
	var flaws []energy.Flaw
	for decoder.PeekKind() != '}' {
		flaw, err := decodeMember(decoder, into)
		if err != nil {
			return append(flaws, flawOf(err))
		}
		flaws = append(flaws, flaw...)
	}
	if _, err := decoder.ReadToken(); err != nil {
		return append(flaws, flawOf(err))
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return append(flaws, energy.Flaw{Field: "body", Rule: "malformed"})
	}
	return flaws
}

func decodeMember(decoder *jsontext.Decoder, into []member) ([]energy.Flaw, error) {
	token, err := decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	name := token.String()
	place := named(into, name)
	if place < 0 {
		return []energy.Flaw{{Field: name, Rule: "unknown"}}, decoder.SkipValue()
	}
	m := into[place]
	if !strings.ContainsRune(m.kinds, rune(decoder.PeekKind())) {
		return []energy.Flaw{{Field: name, Rule: m.rule}}, decoder.SkipValue()
	}
	value, err := decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	text := value.String()
	*m.into = &text
	return nil, nil
}

// flawOf names the place and kind of broken JSON.
func flawOf(err error) energy.Flaw {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return energy.Flaw{Field: "body", Rule: "malformed"}
	}
	field := syntax.JSONPointer.LastToken()
	if field == "" {
		field = "body"
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return energy.Flaw{Field: field, Rule: "duplicate"}
	}
	return energy.Flaw{Field: field, Rule: "malformed"}
}
