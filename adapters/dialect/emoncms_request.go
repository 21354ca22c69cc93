package dialect

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// EmoncmsRequests decodes the HTTP calls of devices made for emoncms (OpenEVSE, IotaWatt, emonTx …), as the same devices are
// decoded over MQTT. Both calls return the observations, and energy.ErrInvalid if some values are invalid: the observations
// beside the error must be stored all the same. They return no observations if the time or the form of the request is invalid.
type EmoncmsRequests struct{}

// request reads a request in one of the supported forms.
func request(node string) (*inputs, string, error) {
	if node == "" {
		node = "0"
	}
	const maxNode = 64
	if len(node) > maxNode || !isInputName(node) {
		return nil, "", invalid("node", "pattern")
	}
	return &inputs{max: maxInputsOfRequest}, node, nil
}

func invalid(field, rule string) error {
	flaw := inputFlaw(field, rule)
	flaw.Args["max"] = maxInputsOfRequest
	return energy.ErrInvalid{Flaws: []energy.Flaw{flaw}}
}

// result returns the observations of a request, or its errors. A word that is not a number is not stored, and is reported.
func (in *inputs) result() ([]intake.Observation, error) {
	flaws := append(in.flaws, in.words...)
	switch {
	case in.full:
		return nil, invalid("data", "max_items")
	case len(flaws) > 0:
		return in.observations, energy.ErrInvalid{Flaws: flaws}
	case len(in.observations) == 0:
		return nil, invalid("data", "required")
	}
	return in.observations, nil
}

// Post decodes /input/post: node, and one of fulljson, json, data, csv; optionally time: seconds or ms since 1970, or ISO 8601.
func (EmoncmsRequests) Post(form url.Values) ([]intake.Observation, error) {
	in, node, err := request(form.Get("node"))
	if err != nil {
		return nil, err
	}
	var at moment
	if text := form.Get("time"); text != "" {
		if at, err = requestTime(text); err != nil {
			return nil, err
		}
	}
	text := cmp.Or(form.Get("fulljson"), form.Get("json"), form.Get("data"))
	switch {
	case form.Get("csv") != "":
		in.list(node, form.Get("csv"), at)
		return in.result()
	case text == "":
		return nil, invalid("data", "required")
	}
	if err := in.object(node, text, at, requestTime); err != nil {
		if errors.As(err, &energy.ErrInvalid{}) {
			return nil, err
		}
		return nil, invalid("data", "object")
	}
	return in.result()
}

// requestTime reads the time of a request. An unescaped plus arrives as a blank.
func requestTime(text string) (moment, error) {
	text = strings.TrimSpace(text)
	const zone = len(" 02:00")
	if n := len(text); n > len(time.DateTime) && text[n-zone] == ' ' {
		text = text[:n-zone] + "+" + text[n-zone+1:]
	}
	at, err := momentOf(text)
	if err != nil {
		return at, invalid("time", "instant")
	}
	return at, nil
}

// Bulk decodes /input/bulk: data=[[seconds, node, v1, v2 …] …]. The seconds count from time; or they are the device's own, and
// sentat or offset is what its clock shows now; with neither, the last row is now. Numbers above 1e11 are ms.
func (EmoncmsRequests) Bulk(form url.Values, now energy.Instant) ([]intake.Observation, error) {
	rows, err := bulkRows(form.Get("data"))
	if err != nil {
		return nil, err
	}
	reference, err := referenceOf(form, rows, now)
	if err != nil {
		return nil, err
	}
	all := inputs{max: maxInputsOfRequest}
	for _, row := range rows {
		one, node, err := request(row.node)
		if err != nil {
			return nil, err
		}
		for i, name := range row.names {
			one.add(node, name, row.numbers[i], moment{})
		}
		for i := range one.observations {
			reference.setOn(&one.observations[i], row.ms)
		}
		all.observations, all.flaws, all.words = append(all.observations, one.observations...), append(all.flaws, one.flaws...), append(all.words, one.words...)
		all.full = all.full || one.full || len(all.observations) > all.max
	}
	return all.result()
}

// reference is the instant from which the seconds of a bulk count.
type reference struct {
	moment
	source energy.TimeSource
}

// setOn sets an observation's instant to so many ms after the reference.
func (r reference) setOn(o *intake.Observation, ms int64) {
	if r.local.IsLocal() {
		o.LocalTime, o.LocalOffset, o.Source = r.local, ms, energy.ByDeviceLocal
		return
	}
	o.At, o.Source = cmp.Or(r.at.Add(ms), epoch), r.source
}

func referenceOf(form url.Values, rows []bulkRow, now energy.Instant) (r reference, err error) {
	for _, name := range []string{"sentat", "offset"} {
		text := form.Get(name)
		if text == "" {
			continue
		}
		n, ok := energy.ReadThousandths(text)
		if !ok {
			return r, invalid(name, "number")
		}
		return reference{moment{at: now - sinceEpoch(n)}, energy.ByAge}, nil
	}
	text := form.Get("time")
	if text == "" {
		return reference{moment{at: now.Add(-rows[len(rows)-1].ms)}, energy.ByAge}, nil
	}
	if n, ok := energy.ReadThousandths(text); ok {
		return reference{moment{at: sinceEpoch(n)}, energy.ByDevice}, nil
	}
	r.source = energy.ByDevice
	r.moment, err = requestTime(text)
	return r, err
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
		return nil, invalid("data", "array")
	}
	for decoder.PeekKind() != ']' {
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, invalid("data", "malformed")
		}
		if len(rows) >= maxInputsOfRequest {
			return nil, invalid("data", "max_items")
		}
		row, err := bulkRowOf(value)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, invalid("data", "malformed")
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) || len(rows) == 0 {
		return nil, invalid("data", "malformed")
	}
	return rows, nil
}

// bulkRowOf reads [seconds, node, v1, v2, {"name": v3} …]; numbers are named by their positions, from 1.
func bulkRowOf(value jsontext.Value) (row bulkRow, err error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(value), jsontext.AllowDuplicateNames(true))
	if token, err := decoder.ReadToken(); err != nil || token.Kind() != '[' {
		return row, invalid("data", "array")
	}
	for place := 0; decoder.PeekKind() != ']'; place++ {
		value, err := decoder.ReadValue()
		if err != nil {
			return row, invalid("data", "malformed")
		}
		switch {
		case place == 0:
			n, ok := energy.ReadThousandths(textOf(value))
			if !ok {
				return row, invalid("data", "number")
			}
			row.ms = int64(sinceEpoch(n))
		case place == 1:
			row.node = textOf(value)
		case value.Kind() == '{':
			names, numbers, _ := members(string(value))
			row.names, row.numbers = append(row.names, names...), append(row.numbers, numbers...)
		default:
			row.names, row.numbers = append(row.names, strconv.Itoa(place-1)), append(row.numbers, textOf(value))
		}
	}
	if row.node == "" {
		return row, invalid("data", "array")
	}
	return row, nil
}
