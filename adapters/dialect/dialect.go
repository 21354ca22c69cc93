// Package dialect decodes messages of devices, each make in a format of its own, into observations: of a broker (Decode) and of the
// HTTP calls of emoncms (EmoncmsRequests). A dialect is a file. Unknown members of a message are skipped, a message that makes no
// sense is an error with its reason, and no message stops the program.
package dialect

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Bounds of a message.
const (
	longestTopic   = 250
	longestPayload = 64 << 10
)

// Decoder reads messages of any dialect. It remembers what some messages of a sender tell of its others: units, and what is given
// back. It is safe for use by several at once.
type Decoder struct{ memories *memories }

// New makes a decoder.
func New() *Decoder { return &Decoder{memories: newMemories()} }

// dialects are tried in this order: the first that knows a topic reads its message.
var dialects = []struct {
	name string
	// knows tells whether a topic, in parts, is of the dialect.
	knows func(known memory, topic []string) bool
	read  func(known memory, topic []string, m intake.Message) ([]intake.Observation, error)
}{
	{"holotwin", knowsHoloTwin, readHoloTwin},
	{"shelly-gen1", knowsShellyGen1, readShellyGen1},
	{"zigbee2mqtt", knowsZigbee2MQTT, readZigbee2MQTT},
	{"emoncms", knowsEmoncms, readEmoncms},
	{"homeassistant", knowsHomeAssistant, readHomeAssistant},
	{"tasmota", knowsTasmota, readTasmota},
	{"shelly-gen2", knowsShellyGen2, readShellyGen2},
	{"esphome", knowsESPHome, readESPHome},
	{"homeassistant", knowsDiscovered, readDiscovered},
}

// Decode gives what a message says. Nothing and no error: it is of no dialect, or says nothing of use (a last will, a command).
// Errors: ErrUnread.
func (d *Decoder) Decode(m intake.Message) ([]intake.Observation, error) {
	if len(m.Topic) > longestTopic || !utf8.ValidString(m.Topic) || strings.ContainsFunc(m.Topic, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, intake.ErrUnread{Dialect: "unknown", Reason: "bad_topic"}
	}
	topic, known := strings.Split(m.Topic, "/"), memory{d.memories, m.From}
	for _, speech := range dialects {
		if !speech.knows(known, topic) {
			continue
		}
		if len(m.Payload) > longestPayload {
			return nil, intake.ErrUnread{Dialect: speech.name, Reason: "too_large"}
		}
		said, err := speech.read(known, topic, m)
		var reason garbage
		if errors.As(err, &reason) {
			return nil, intake.ErrUnread{Dialect: speech.name, Reason: string(reason)}
		}
		for i := range said {
			said[i].Dialect, said[i].Retained = speech.name, m.Retained
			if o := &said[i]; o.Counts && o.Power != nil && *o.Power < 0 {
				o.Power = nil // the channel's counter tells what was used
			}
		}
		return slices.DeleteFunc(said, func(o intake.Observation) bool { return !says(o) }), nil
	}
	return nil, nil
}

// garbage is why a message makes no sense.
type garbage string

func (g garbage) Error() string { return string(g) }

const (
	notJSON    garbage = "not_json"
	notANumber garbage = "not_a_number"
	notText    garbage = "not_text"
	wrongShape garbage = "wrong_shape"
	negative   garbage = "negative"
	badTime    garbage = "bad_time"
	// notUnderstood is what announces or looks like energy in a form that is not read.
	notUnderstood garbage = "not_understood"
)
