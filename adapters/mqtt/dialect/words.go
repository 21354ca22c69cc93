package dialect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/holotwin/holotwin/modules/energy"
)

// object is a JSON object whose numbers are kept as they were written.
type object map[string]any

// objectOf reads one JSON object.
func objectOf(payload []byte) (object, error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(payload, []byte("\xef\xbb\xbf"))))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, notJSON
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, notJSON
	}
	o, is := value.(map[string]any)
	if !is {
		return nil, wrongShape
	}
	return o, nil
}

// object is the object under a name; nil where there is none.
func (o object) object(name string) object {
	inner, _ := o[name].(map[string]any)
	return inner
}

// number is the text of the number under a name, or of a text that holds one; empty where there is none, or null.
func (o object) number(name string) string { return numberOf(o[name]) }

func numberOf(v any) string {
	switch n := v.(type) {
	case json.Number:
		return n.String()
	case string:
		if _, ok := energy.ReadThousandths(strings.TrimSpace(n)); ok {
			return strings.TrimSpace(n)
		}
	}
	return ""
}

// text is the text under a name; empty where there is none.
func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

// plain is a payload that is no JSON: one word or number.
func plain(payload []byte) (string, error) {
	if !utf8.Valid(payload) {
		return "", notText
	}
	return strings.Trim(strings.TrimPrefix(string(payload), "\ufeff"), " \t\r\n\x00\""), nil
}

// register reads what a counter shows; nil where the text is empty.
func register(text string, unit energy.Unit) (*energy.Energy, error) {
	if text == "" {
		return nil, nil
	}
	e, err := energy.ReadEnergy(text, unit)
	switch {
	case err != nil:
		return nil, notANumber
	case e < 0:
		return nil, negative
	}
	return &e, nil
}

// power reads W; nil where the text is empty. It is below zero where power is given back: who books it refuses that by name.
func power(text string) (*energy.Power, error) {
	if text == "" {
		return nil, nil
	}
	p, err := energy.ReadPower(text, energy.UnitWatt)
	if err != nil {
		return nil, notANumber
	}
	return &p, nil
}

// thousandths reads °C or %; nil where the text is empty or no number.
func thousandths(text string) *int64 {
	n, ok := energy.ReadThousandths(text)
	if !ok {
		return nil
	}
	return &n
}

// whole reads ppm or persons; nil where the text is empty or no number.
func whole(text string) *int64 {
	n, ok := energy.ReadWhole(text)
	if !ok {
		return nil
	}
	return &n
}

// celsius reads a temperature in °C, or in °F where the device says so.
func celsius(text, unit string) *int64 {
	n := thousandths(text)
	if n != nil && strings.EqualFold(strings.TrimPrefix(unit, "°"), "F") {
		const zero, nine, five = 32_000, 9, 5
		c := (*n - zero) * five / nine
		return &c
	}
	return n
}

// stateOf reads ON, off, true …; empty where it is none of a state.
func stateOf(word string) energy.State {
	switch strings.ToLower(word) {
	case "on", "true", "1":
		return energy.On
	case "off", "false", "0":
		return energy.Off
	case "standby", "idle":
		return energy.Standby
	case "fault", "overpower", "error":
		return energy.Fault
	}
	return ""
}

// moment is when something was: an instant, or a local time without a zone.
type moment struct {
	at    energy.Instant
	local string
}

// epoch is 1970-01-01T00:00:00Z where a message tells it: an instant of 0 is none.
const epoch energy.Instant = 1

// momentOf reads RFC 3339 with or without a zone, the dots and blanks of older devices, or seconds or ms since 1970. A date that is
// none, of a year before 2000 ("0000-00-00 00:00:00"), is what a clock shows that was never set.
func momentOf(text string) (moment, error) {
	if n, ok := energy.ReadThousandths(text); ok {
		return moment{at: cmp.Or(sinceEpoch(n), epoch)}, nil
	}
	text = strings.Replace(text, " ", "T", 1)
	const dated = len("2006-01-02")
	if len(text) > dated && text[4] == '.' && text[7] == '.' {
		text = text[:4] + "-" + text[5:7] + "-" + text[8:]
	}
	text = noSeconds.ReplaceAllString(text, "$1:00$2")
	if len(text) > dated && (strings.ContainsAny(text[dated:], "Zz+") || strings.Contains(text[dated:], "-")) {
		if n := len(text); text[n-5] == '+' || text[n-5] == '-' { // +0100, as some write it
			text = text[:n-2] + ":" + text[n-2:]
		}
		at, err := energy.ParseInstant(text, time.UTC)
		if err != nil {
			return neverSet(text)
		}
		return moment{at: cmp.Or(at, epoch)}, nil
	}
	if _, err := energy.ParseInstant(text, time.UTC); err != nil {
		return neverSet(text)
	}
	return moment{local: text}, nil
}

// noSeconds is a date with hours and minutes alone.
var noSeconds = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2})([Zz]|[+-][0-9]{2}:?[0-9]{2})?$`)

// noDate is a date and time of before 2000, whatever day and hour it tells.
var noDate = regexp.MustCompile(`^[01][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}`)

func neverSet(text string) (moment, error) {
	if noDate.MatchString(text) {
		return moment{at: epoch}, nil
	}
	return moment{}, badTime
}

// sinceEpoch takes thousandths of seconds, or of ms where they would be of a year far away.
func sinceEpoch(thousandths int64) energy.Instant {
	const farAway = 100_000_000_000_000 // thousandths of a second: the year 5138
	if thousandths > farAway {
		return energy.Instant(thousandths / 1000)
	}
	return energy.Instant(thousandths)
}

// tell puts a moment into an observation, by the clock of a device or of a bridge.
func (t moment) tell(o *energy.Observation, source energy.TimeSource) {
	switch {
	case t.local != "":
		o.LocalTime, o.Source = t.local, energy.ByDeviceLocal
	case t.at != 0:
		o.At, o.Source = t.at, source
	}
}

// says tells whether an observation says anything.
func says(o energy.Observation) bool {
	return o.Register != nil || o.Interval != nil || o.Power != nil || o.Plain != "" || o.State != "" ||
		o.Temperature != nil || o.Humidity != nil || o.CO2 != nil || o.Occupancy != nil
}

// only gives an observation that says something, and none that says nothing.
func only(o energy.Observation) []energy.Observation {
	if !says(o) {
		return nil
	}
	return []energy.Observation{o}
}
