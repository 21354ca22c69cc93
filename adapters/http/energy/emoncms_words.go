package httpenergy

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
)

// emoncmsDialect is how devices speak that were made for emoncms: a node with named numbers that tell no unit.
const emoncmsDialect = "emoncms"

// Bounds of one request in emoncms' words.
const (
	mostInputs   = 10_000
	longestInput = 64
)

// errInputs is what cannot be read; field and rule name it.
type errInputs struct{ field, rule string }

func (e errInputs) Error() string { return e.field + ": " + e.rule }

// inputs gathers the numbers of a request.
type inputs struct{ said []energy.Observation }

// add takes a number under a node and a name. Numbers come as their text, so that no digit is lost.
func (in *inputs) add(node, name, number string, at energy.Instant, source energy.TimeSource) error {
	if number == "" || number == "null" {
		return nil
	}
	if len(in.said) >= mostInputs {
		return errInputs{"data", "max_items"}
	}
	if !isInputName(node) {
		return errInputs{"node", "pattern"}
	}
	if !isInputName(name) {
		return errInputs{"data", "pattern"}
	}
	if _, ok := energy.ReadThousandths(number); !ok {
		return errInputs{"data", "number"}
	}
	in.said = append(in.said, energy.Observation{
		Dialect: emoncmsDialect, Address: "emon/" + node + "/" + name, Plain: number, At: at, Source: source,
	})
	return nil
}

// isInputName tells whether a text may name a node or an input; a slash would be taken for the next part of the address.
func isInputName(s string) bool {
	return s != "" && len(s) <= longestInput && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == '/' || r == '#' || r == '+' || r == '\uFFFD'
	})
}

// post reads what /input/post takes: node, and one of fulljson, json, data, csv; with time, when it was.
func (in *inputs) post(form url.Values) error {
	node := form.Get("node")
	if node == "" {
		node = "0"
	}
	at, source, err := inputTime(form.Get("time"))
	if err != nil {
		return err
	}
	if csv := form.Get("csv"); csv != "" {
		for i, number := range strings.Split(csv, ",") {
			if err := in.add(node, strconv.Itoa(i+1), strings.TrimSpace(number), at, source); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range []string{"fulljson", "json", "data"} {
		if text := form.Get(name); text != "" {
			return in.object(node, text, at, source)
		}
	}
	return errInputs{"data", "required"}
}

// object reads {"power1":100,"power2":200}, or the same without quotes, as older devices write it.
func (in *inputs) object(node, text string, at energy.Instant, source energy.TimeSource) error {
	decoder := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true))
	if token, err := decoder.ReadToken(); err != nil || token.Kind() != '{' {
		return in.looseObject(node, text, at, source)
	}
	var names, numbers []string
	for decoder.PeekKind() != '}' {
		name, err := decoder.ReadToken()
		if err != nil {
			return in.looseObject(node, text, at, source)
		}
		key := name.String()
		number, err := numberText(decoder)
		if err != nil {
			return err
		}
		if key == "time" {
			if at, source, err = inputTime(number); err != nil {
				return err
			}
			continue
		}
		names, numbers = append(names, key), append(numbers, number)
	}
	for i := range names {
		if err := in.add(node, names[i], numbers[i], at, source); err != nil {
			return err
		}
	}
	return nil
}

// looseObject reads {power1:100,power2:200}.
func (in *inputs) looseObject(node, text string, at energy.Instant, source energy.TimeSource) error {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") || !strings.HasSuffix(text, "}") {
		return errInputs{"data", "object"}
	}
	for pair := range strings.SplitSeq(strings.Trim(text, "{}"), ",") {
		name, number, found := strings.Cut(pair, ":")
		if !found {
			return errInputs{"data", "object"}
		}
		if err := in.add(node, strings.Trim(strings.TrimSpace(name), `"'`), strings.Trim(strings.TrimSpace(number), `"'`), at, source); err != nil {
			return err
		}
	}
	return nil
}

// numberText reads a number, a text that holds one, or null, which is the empty text.
func numberText(decoder *jsontext.Decoder) (string, error) {
	switch decoder.PeekKind() {
	case '0', '"':
		token, err := decoder.ReadToken()
		if err != nil {
			return "", errInputs{"data", "malformed"}
		}
		return strings.TrimSpace(token.String()), nil
	case 'n':
		return "", decoder.SkipValue()
	}
	if err := decoder.SkipValue(); err != nil {
		return "", errInputs{"data", "malformed"}
	}
	return "", errInputs{"data", "number"}
}

// inputTime reads seconds since 1970 or ISO 8601; empty is when it came.
func inputTime(text string) (energy.Instant, energy.TimeSource, error) {
	if text == "" {
		return 0, 0, nil
	}
	if ms, ok := energy.ReadThousandths(text); ok {
		return energy.Instant(ms), energy.ByDevice, nil
	}
	at, err := energy.ParseInstant(text, time.UTC)
	if err != nil {
		return 0, 0, errInputs{"time", "instant"}
	}
	return at, energy.ByDevice, nil
}

// bulk reads what /input/bulk takes: data=[[seconds, node, v1, v2 …] …]. The seconds count from time; or they are the device's
// own, and sentat or offset is what its clock shows now; with neither, the last row was now.
func (in *inputs) bulk(form url.Values, now energy.Instant) error {
	rows, err := bulkRows(form.Get("data"))
	if err != nil {
		return err
	}
	reference, source, err := bulkReference(form, rows, now)
	if err != nil {
		return err
	}
	for _, row := range rows {
		for i, name := range row.names {
			if err := in.add(row.node, name, row.numbers[i], reference.Add(row.ms), source); err != nil {
				return err
			}
		}
	}
	return nil
}

func bulkReference(form url.Values, rows []bulkRow, now energy.Instant) (energy.Instant, energy.TimeSource, error) {
	for _, name := range []string{"sentat", "offset", "time"} {
		text := form.Get(name)
		if text == "" {
			continue
		}
		ms, ok := energy.ReadThousandths(text)
		if !ok {
			return 0, 0, errInputs{name, "number"}
		}
		if name == "time" {
			return energy.Instant(ms), energy.ByDevice, nil
		}
		return now - energy.Instant(ms), energy.ByAge, nil
	}
	return now - energy.Instant(rows[len(rows)-1].ms), energy.ByAge, nil
}

// bulkRow is one row of /input/bulk.
type bulkRow struct {
	ms             int64
	node           string
	names, numbers []string
}

func bulkRows(text string) (rows []bulkRow, err error) {
	decoder := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true))
	if token, err := decoder.ReadToken(); err != nil || token.Kind() != '[' {
		return nil, errInputs{"data", "array"}
	}
	for decoder.PeekKind() != ']' {
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, errInputs{"data", "malformed"}
		}
		if len(rows) >= mostInputs {
			return nil, errInputs{"data", "max_items"}
		}
		row, err := bulkRowOf(value)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, errInputs{"data", "malformed"}
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) || len(rows) == 0 {
		return nil, errInputs{"data", "malformed"}
	}
	return rows, nil
}

// bulkRowOf reads [seconds, node, v1, v2, {"name": v3} …]; numbers are named by their places, from 1.
func bulkRowOf(value jsontext.Value) (row bulkRow, err error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(value), jsontext.AllowDuplicateNames(true))
	if token, err := decoder.ReadToken(); err != nil || token.Kind() != '[' {
		return row, errInputs{"data", "array"}
	}
	for place := 0; decoder.PeekKind() != ']'; place++ {
		if decoder.PeekKind() == '{' && place > 1 {
			if err := row.named(decoder); err != nil {
				return row, err
			}
			continue
		}
		text, err := numberText(decoder)
		if err != nil {
			return row, err
		}
		ok := true
		switch place {
		case 0:
			row.ms, ok = energy.ReadThousandths(text)
		case 1:
			row.node = text
		default:
			row.names, row.numbers = append(row.names, strconv.Itoa(place-1)), append(row.numbers, text)
		}
		if !ok {
			return row, errInputs{"data", "number"}
		}
	}
	if row.node == "" {
		return row, errInputs{"data", "array"}
	}
	return row, nil
}

func (r *bulkRow) named(decoder *jsontext.Decoder) error {
	_, _ = decoder.ReadToken()
	for decoder.PeekKind() != '}' {
		name, err := decoder.ReadToken()
		if err != nil {
			return errInputs{"data", "malformed"}
		}
		key := name.String()
		number, err := numberText(decoder)
		if err != nil {
			return err
		}
		r.names, r.numbers = append(r.names, key), append(r.numbers, number)
	}
	_, err := decoder.ReadToken()
	return err
}
