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

// member is a field of a report: its name, where it goes, and the JSON kinds that it takes, '"' for text and '0'
// for a number.
type member struct {
	name  string
	into  **string
	kinds string
}

// members are the fields of a report.
func members(r *energy.Report) []member {
	return []member{
		{"device_id", &r.Device, "\"0"},
		{"kwh", &r.KWh, "0"},
		{"register_kwh", &r.Register, "0"},
		{"power_w", &r.PowerW, "0"},
		{"kvarh", &r.KVArh, "0"},
		{"register_kvarh", &r.RegisterKVArh, "0"},
		{"interval_s", &r.Seconds, "0"},
		{"timestamp", &r.At, "\""},
		{"age_s", &r.Age, "0"},
	}
}

// ambientMembers are those of an ambient report.
func ambientMembers(r *energy.AmbientReport) []member {
	return []member{
		{"space_id", &r.Space, "\""},
		{"timestamp", &r.At, "\""},
		{"temperature_c", &r.Temperature, "0"},
		{"humidity_pct", &r.Humidity, "0"},
		{"co2_ppm", &r.CO2, "0"},
		{"occupancy", &r.Occupancy, "0"},
	}
}

// named finds a member by name; -1 where there is none.
func named(all []member, name string) int {
	return slices.IndexFunc(all, func(m member) bool { return m.name == name })
}

// decodeObject reads a JSON object of plain members, keeping numbers as the text that was sent, so that no digit
// is lost. It goes on after an unknown member, so that all flaws are named at once; only broken JSON ends it.
func decodeObject(data []byte, into []member) (flaws []energy.Flaw, broken bool) {
	decoder := jsontext.NewDecoder(bytes.NewReader(data))
	if decoder.PeekKind() != '{' {
		if _, err := decoder.ReadValue(); err != nil {
			return []energy.Flaw{flawOf(err)}, true
		}
		return []energy.Flaw{{Field: "body", Rule: "object"}}, true
	}
	_, _ = decoder.ReadToken()
	for decoder.PeekKind() != '}' {
		unknown, err := decodeMember(decoder, into)
		if err != nil {
			return append(flaws, flawOf(err)), true
		}
		if unknown != "" {
			flaws = append(flaws, energy.Flaw{Field: unknown, Rule: "unknown"})
		}
	}
	if _, err := decoder.ReadToken(); err != nil {
		return append(flaws, flawOf(err)), true
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return append(flaws, energy.Flaw{Field: "body", Rule: "malformed"}), true
	}
	return flaws, false
}

// wrongKind begins the text of a member that is not of the kind it should be: no check lets it pass, so the
// module names the field with the words for what it should have been.
const wrongKind = "\x00"

// decodeMember reads a member, and names one that is unknown.
func decodeMember(decoder *jsontext.Decoder, into []member) (unknown string, err error) {
	token, err := decoder.ReadToken()
	if err != nil {
		return "", err
	}
	name := token.String()
	place := named(into, name)
	if place < 0 {
		return name, decoder.SkipValue()
	}
	text := wrongKind
	if !strings.ContainsRune(into[place].kinds, rune(decoder.PeekKind())) {
		err = decoder.SkipValue()
	} else if token, err = decoder.ReadToken(); err == nil {
		text = token.String()
	}
	*into[place].into = &text
	return "", err
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
