package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/holotwin/holotwin/modules/energy"
)

// object is a JSON object whose numbers keep their text.
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

// object returns the object under a name; nil if there is none.
func (o object) object(name string) object {
	inner, _ := o[name].(map[string]any)
	return inner
}

// number returns the text of the number under a name, also from inside a string; empty if it is absent or null.
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

// text returns the text under a name; empty if there is none.
func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

// plain returns a payload that is not JSON: one word or number.
func plain(payload []byte) (string, error) {
	if !utf8.Valid(payload) {
		return "", notText
	}
	return strings.Trim(strings.TrimPrefix(string(payload), "\ufeff"), " \t\r\n\x00\""), nil
}
