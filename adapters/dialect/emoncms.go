package dialect

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// emoncms: emon/<node>/<name> with a number, or emon/<node> with an object or with numbers that are named by their places. No unit
// is told. The HTTP calls of emoncms say the same (emoncms_request.go): they have the addresses, the times and the rules of these.
func knowsEmoncms(_ memory, topic []string) bool { return topic[0] == emoncmsRoot && len(topic) > 1 }

const (
	emoncmsDialect = "emoncms"
	emoncmsRoot    = "emon"
)

// Bounds of what is said at once.
const (
	maxInputsOfMessage = 200
	maxInputsOfRequest = 10_000
	maxInputName       = 99
)

func readEmoncms(_ memory, topic []string, m intake.Message) ([]intake.Observation, error) {
	word, err := plain(m.Payload)
	if err != nil {
		return nil, err
	}
	if len(topic) > 2 {
		return numberAt(strings.Join(topic, "/"), word)
	}
	in := inputs{max: maxInputsOfMessage}
	if !strings.HasPrefix(word, "{") {
		in.list(topic[1], word, moment{})
		if len(in.said) == 0 || len(in.flaws)+len(in.words) > 0 {
			return nil, notANumber // of numbers that go by their places, one more or less would be another's
		}
	} else if err := in.object(topic[1], word, moment{}, momentOf); err != nil {
		return nil, err
	}
	switch {
	case in.full:
		return nil, wrongShape
	case len(in.said) == 0 && len(in.flaws) > 0:
		return nil, notANumber
	}
	return in.said, nil
}

func numberAt(address, word string) ([]intake.Observation, error) {
	in := inputs{max: 1}
	if in.addAt(address, word, moment{}); len(in.said) == 0 {
		return nil, notANumber
	}
	return in.said, nil
}

// inputs are the numbers of a message or a request.
type inputs struct {
	said []intake.Observation
	// flaws are the numbers that are none, and the names that can name none. Words are told apart from them.
	flaws, words []energy.Flaw
	max          int
	full         bool // more were said than max
}

// add takes a number under a node and a name. Numbers come as their text, so that no digit is lost.
func (in *inputs) add(node, name, number string, at moment) {
	number = strings.TrimSpace(number)
	if number == "" || number == "null" {
		return
	}
	if !isInputName(name) {
		in.flaws = append(in.flaws, inputFlaw(node+"/"+cut(name), "pattern"))
		return
	}
	in.addAt(emoncmsRoot+"/"+node+"/"+name, number, at)
}

// addAt takes a number under its address.
func (in *inputs) addAt(address, number string, at moment) {
	plain, err := energy.ParseNumber(number)
	if err != nil {
		flaw := inputFlaw(strings.TrimPrefix(address, emoncmsRoot+"/"), "number")
		if looksLikeNumber(number) {
			in.flaws = append(in.flaws, flaw)
		} else {
			in.words = append(in.words, flaw)
		}
		return
	}
	if in.full = in.full || len(in.said) >= in.max; in.full {
		return
	}
	o := intake.Observation{Dialect: emoncmsDialect, Address: address, Plain: plain}
	at.tell(&o, energy.ByDevice)
	in.said = append(in.said, o)
}

func inputFlaw(field, rule string) energy.Flaw {
	return energy.Flaw{Field: field, Rule: rule, Args: map[string]any{"pattern": "1–" + strconv.Itoa(maxInputName) + ", / # +"}}
}

// isInputName tells whether a text may name an input; a slash would be taken for the next part of the address.
func isInputName(s string) bool {
	return s != "" && len(s) <= maxInputName && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == '/' || r == '#' || r == '+' || r == '\uFFFD'
	})
}

// looksLikeNumber tells whether a text that is no number was meant as one, such as 12,5 or NaN, and is no word beside the numbers.
func looksLikeNumber(text string) bool {
	switch strings.ToLower(text) {
	case "nan", "inf", "-inf", "infinity", "-infinity":
		return true
	}
	return text != "" && strings.ContainsRune("+-.,0123456789", rune(text[0]))
}

// cut is the begin of a name that may be anything.
func cut(name string) string { return name[:min(len(name), maxInputName)] }

// list takes 100,200,300, which are named 1, 2, 3.
func (in *inputs) list(node, text string, at moment) {
	for i, number := range strings.Split(text, ",") {
		if number = strings.TrimSpace(number); number != "" {
			in.add(node, strconv.Itoa(i+1), number, at)
		}
	}
}

// object takes {"power1":100,"power2":200}, or the same without quotes, as older devices write it. Its member time is when all of
// it was, whatever its place; timeOf reads it.
func (in *inputs) object(node, text string, at moment, timeOf func(string) (moment, error)) error {
	names, numbers, ok := members(text)
	if !ok {
		names, numbers, ok = looseMembers(text)
	}
	if !ok {
		return notJSON
	}
	for i, name := range names {
		if name == "time" && numbers[i] != "" {
			var err error
			if at, err = timeOf(numbers[i]); err != nil {
				return err
			}
		}
	}
	for i, name := range names {
		if name != "time" {
			in.add(node, name, numbers[i], at)
		}
	}
	return nil
}

// members are the names and numbers of a JSON object, in its order; ok is false where it is none.
func members(text string) (names, numbers []string, ok bool) {
	decoder := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true))
	if token, err := decoder.ReadToken(); err != nil || token.Kind() != '{' {
		return nil, nil, false
	}
	for decoder.PeekKind() != '}' {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, nil, false
		}
		key := name.String()
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, nil, false
		}
		names, numbers = append(names, key), append(numbers, textOf(value))
	}
	_, _ = decoder.ReadToken()
	_, err := decoder.ReadToken()
	return names, numbers, errors.Is(err, io.EOF)
}

// textOf is a number, the text that holds one, or nothing where it is null.
func textOf(value jsontext.Value) string {
	switch value.Kind() {
	case '"':
		text, _ := jsontext.AppendUnquote(nil, value)
		return string(bytes.TrimSpace(text))
	case 'n':
		return ""
	}
	return string(value)
}

// looseMembers are those of {power1:100,power2:200}.
func looseMembers(text string) (names, numbers []string, ok bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") || !strings.HasSuffix(text, "}") {
		return nil, nil, false
	}
	for pair := range strings.SplitSeq(strings.Trim(text, "{}"), ",") {
		name, number, found := strings.Cut(pair, ":")
		if !found {
			return nil, nil, false
		}
		names, numbers = append(names, strings.Trim(strings.TrimSpace(name), `"'`)), append(numbers, strings.Trim(strings.TrimSpace(number), `"'`))
	}
	return names, numbers, true
}
