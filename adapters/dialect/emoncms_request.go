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

// EmoncmsRequests reads the HTTP calls of devices that were made for emoncms (OpenEVSE, IotaWatt, emonTx …), as the same devices are
// read over MQTT. Both calls give what was said, and energy.ErrInvalid where some of it cannot be read: what is given beside the
// error is to be taken all the same, and nothing is given where the time or the form of the request is not to be understood.
type EmoncmsRequests struct{}

// request reads a request whose form is one of the calls'.
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

// taken are the numbers of a request, or what is wrong with it. A word that is no number is not stored, and so is told.
func (in *inputs) taken() ([]intake.Observation, error) {
	flaws := append(in.flaws, in.words...)
	switch {
	case in.full:
		return nil, invalid("data", "max_items")
	case len(flaws) > 0:
		return in.said, energy.ErrInvalid{Flaws: flaws}
	case len(in.said) == 0:
		return nil, invalid("data", "required")
	}
	return in.said, nil
}

// Post reads what /input/post takes: node, and one of fulljson, json, data, csv; with time, when it was: seconds or ms since 1970,
// or ISO 8601.
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
		return in.taken()
	case text == "":
		return nil, invalid("data", "required")
	}
	if err := in.object(node, text, at, requestTime); err != nil {
		if errors.As(err, &energy.ErrInvalid{}) {
			return nil, err
		}
		return nil, invalid("data", "object")
	}
	return in.taken()
}

// requestTime reads a time of a request. A plus that was not escaped came as a blank.
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

// Bulk reads what /input/bulk takes: data=[[seconds, node, v1, v2 …] …]. The seconds count from time; or they are the device's
// own, and sentat or offset is what its clock shows now; with neither, the last row was now. Numbers above 1e11 are ms.
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
		for i := range one.said {
			reference.tell(&one.said[i], row.ms)
		}
		all.said, all.flaws, all.words = append(all.said, one.said...), append(all.flaws, one.flaws...), append(all.words, one.words...)
		all.full = all.full || one.full || len(all.said) > all.max
	}
	return all.taken()
}

// reference is what the seconds of a bulk count from.
type reference struct {
	moment
	source energy.TimeSource
}

// tell puts the instant that is so many ms after the reference into an observation.
func (r reference) tell(o *intake.Observation, ms int64) {
	if r.local.IsLocal() {
		o.LocalTime, o.Later, o.Source = r.local, ms, energy.ByDeviceLocal
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

// bulkRowOf reads [seconds, node, v1, v2, {"name": v3} …]; numbers are named by their places, from 1.
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
