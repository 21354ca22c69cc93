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
