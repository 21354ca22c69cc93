package upload

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
)

// array reads a JSON array. Its rows are counted as lines, from 1. Broken JSON ends it, because the rows after it cannot be
// separated.
func (u *upload[D]) array(yield func(row[D]) bool) {
	decoder := jsontext.NewDecoder(u.reader)
	if token, err := decoder.ReadToken(); err != nil || token.Kind() != '[' {
		yield(row[D]{line: 1, broken: true, flaws: []energy.Flaw{{Field: "body", Rule: "array"}}})
		return
	}
	line := 0
	for decoder.PeekKind() != ']' {
		line++
		object, err := decoder.ReadValue()
		if err != nil {
			yield(row[D]{line: line, broken: true, flaws: []energy.Flaw{flawOf(err)}})
			return
		}
		if !yield(u.decode(line, object)) {
			return
		}
	}
	if _, err := decoder.ReadToken(); err != nil {
		yield(row[D]{line: line + 1, broken: true, flaws: []energy.Flaw{flawOf(err)}})
		return
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		yield(row[D]{line: line + 1, broken: true, flaws: []energy.Flaw{{Field: "body", Rule: "malformed"}}})
	}
}

// lines reads NDJSON: one row a line. A bad row does not affect the next.
func (u *upload[D]) lines(yield func(row[D]) bool) {
	for line := 1; ; line++ {
		text, tooLong, err := u.line()
		if u.body.broken() && err != nil {
			yield(u.truncatedRow(line))
			return
		}
		if object := bytes.TrimSpace(text); len(object) > 0 || tooLong {
			next := row[D]{line: line, broken: true, flaws: []energy.Flaw{{Field: "body", Rule: "max_length", Args: map[string]any{"max": maxLine}}}}
			if !tooLong {
				next = u.decode(line, object)
			}
			if !yield(next) {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// decode returns the row of a JSON object.
func (u *upload[D]) decode(line int, object []byte) row[D] {
	out := row[D]{line: line}
	out.flaws, out.broken = decodeObject(object, u.members, &out.draft)
	return out
}

// decodeObject reads a JSON object of plain members into a draft. It reads numbers from their text, so that no digit is lost. It
// continues after an unknown member, so that all flaws are reported at once; only broken JSON ends it.
func decodeObject[D any](data []byte, members []member[D], into *D) (flaws []energy.Flaw, broken bool) {
	decoder := jsontext.NewDecoder(bytes.NewReader(data))
	if decoder.PeekKind() != '{' {
		if _, err := decoder.ReadValue(); err != nil {
			return []energy.Flaw{flawOf(err)}, true
		}
		return []energy.Flaw{{Field: "body", Rule: "object"}}, true
	}
	_, _ = decoder.ReadToken()
	for decoder.PeekKind() != '}' {
		unknown, err := decodeMember(decoder, members, into)
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

// decodeMember reads a member, and returns the name of an unknown one.
func decodeMember[D any](decoder *jsontext.Decoder, members []member[D], into *D) (unknown string, err error) {
	token, err := decoder.ReadToken()
	if err != nil {
		return "", err
	}
	name := token.String()
	place := named(members, name)
	if place < 0 {
		return name, decoder.SkipValue()
	}
	read := value{wrongKind: !strings.ContainsRune(members[place].kinds, rune(decoder.PeekKind()))}
	if read.wrongKind {
		err = decoder.SkipValue()
	} else if token, err = decoder.ReadToken(); err == nil {
		read.text = token.String()
	}
	members[place].read(into, read)
	return "", err
}

// flawOf returns the place and kind of broken JSON.
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
