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

// emoncms: emon/<node>/<name> with a number, or emon/<node> with an object or with numbers named by their positions. It sends no
// units. The HTTP calls of emoncms (emoncms_request.go) have the same addresses, times and rules.
func knowsEmoncms(_ memory, topic []string) bool { return topic[0] == emoncmsRoot && len(topic) > 1 }

const (
	emoncmsDialect = "emoncms"
	emoncmsRoot    = "emon"
)

// Limits of one message or request.
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
		if len(in.observations) == 0 || len(in.flaws)+len(in.words) > 0 {
			return nil, notANumber // in a list, one number more or less would shift the names
		}
	} else if err := in.object(topic[1], word, moment{}, momentOf); err != nil {
		return nil, err
	}
	switch {
	case in.full:
		return nil, wrongShape
	case len(in.observations) == 0 && len(in.flaws) > 0:
		return nil, notANumber
	}
	return in.observations, nil
}

func numberAt(address, word string) ([]intake.Observation, error) {
	in := inputs{max: 1}
	if in.addAt(address, word, moment{}); len(in.observations) == 0 {
		return nil, notANumber
	}
	return in.observations, nil
}

// inputs are the numbers of a message or a request.
type inputs struct {
	observations []intake.Observation
	// flaws are invalid numbers and invalid names; words are values that are no numbers on purpose.
	flaws, words []energy.Flaw
	max          int
	full         bool // there were more than max
}

// add adds a number under a node and a name. Numbers come as text, so that no digit is lost.
func (in *inputs) add(node, name, number string, at moment) {
	number = strings.TrimSpace(number)
	if number == "" || number == "null" {
		return
	}
	if !isInputName(name) {
		in.flaws = append(in.flaws, inputFlaw(node+"/"+shortName(name), "pattern"))
		return
	}
	in.addAt(emoncmsRoot+"/"+node+"/"+name, number, at)
}

// addAt adds a number under its address.
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
	if in.full = in.full || len(in.observations) >= in.max; in.full {
		return
	}
	o := intake.Observation{Dialect: emoncmsDialect, Address: address, Plain: plain}
	at.setOn(&o, energy.ByDevice)
	in.observations = append(in.observations, o)
}

func inputFlaw(field, rule string) energy.Flaw {
	return energy.Flaw{Field: field, Rule: rule, Args: map[string]any{"pattern": "1–" + strconv.Itoa(maxInputName) + ", / # +"}}
}

// isInputName reports whether a text may name an input. A slash would start the next part of the address.
func isInputName(s string) bool {
	return s != "" && len(s) <= maxInputName && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == '/' || r == '#' || r == '+' || r == '\uFFFD'
	})
}

// looksLikeNumber reports whether a text was meant as a number but is invalid, such as 12,5 or NaN, and is not a word.
func looksLikeNumber(text string) bool {
	switch strings.ToLower(text) {
	case "nan", "inf", "-inf", "infinity", "-infinity":
		return true
	}
	return text != "" && strings.ContainsRune("+-.,0123456789", rune(text[0]))
}

// shortName returns the beginning of a name, which may hold any text.
func shortName(name string) string { return name[:min(len(name), maxInputName)] }

// list reads 100,200,300, which are named 1, 2, 3.
func (in *inputs) list(node, text string, at moment) {
	for i, number := range strings.Split(text, ",") {
		if number = strings.TrimSpace(number); number != "" {
			in.add(node, strconv.Itoa(i+1), number, at)
		}
	}
}

// object reads {"power1":100,"power2":200}, or the same without quotes, as older devices send it. Its member time is the time of
// all its values, at any position; timeOf reads it.
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

// members returns the names and numbers of a JSON object, in order; ok is false if the text is not an object.
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

// textOf returns the text of a number, the text of a string, or nothing for null.
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

// looseMembers returns those of {power1:100,power2:200}.
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
