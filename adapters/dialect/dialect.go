// Package dialect decodes messages of devices, each make in its own format, into observations: messages of a broker (Decode) and
// the HTTP calls of emoncms (EmoncmsRequests). Each dialect is a file. Unknown members of a message are skipped. A message that
// makes no sense returns an error with its reason, and no message stops the program.
package dialect

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Limits of a message.
const (
	longestTopic   = 250
	longestPayload = 64 << 10
)

// Decoder decodes messages of any dialect. It remembers facts from a sender's messages that later ones need: units, and the
// energy returned. It is safe for concurrent use.
type Decoder struct{ memories *memories }

// New returns a decoder.
func New() *Decoder { return &Decoder{memories: newMemories()} }

// dialects are tried in this order: the first that knows a topic decodes its message.
var dialects = []struct {
	name string
	// knows reports whether a topic, split at its slashes, belongs to the dialect.
	knows func(mem memory, topic []string) bool
	read  func(mem memory, topic []string, m intake.Message) ([]intake.Observation, error)
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

// Decode returns the observations of a message. It returns nothing and no error if no dialect knows it, or if it holds nothing of
// use (a last will, a command). Errors: ErrUnread.
func (d *Decoder) Decode(m intake.Message) ([]intake.Observation, error) {
	if len(m.Topic) > longestTopic || !utf8.ValidString(m.Topic) || strings.ContainsFunc(m.Topic, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, intake.ErrUnread{Dialect: "unknown", Reason: "bad_topic"}
	}
	topic, mem := strings.Split(m.Topic, "/"), memory{d.memories, m.From}
	for _, format := range dialects {
		if !format.knows(mem, topic) {
			continue
		}
		if len(m.Payload) > longestPayload {
			return nil, intake.ErrUnread{Dialect: format.name, Reason: "too_large"}
		}
		observations, err := format.read(mem, topic, m)
		var reason decodeReason
		if errors.As(err, &reason) {
			return nil, intake.ErrUnread{Dialect: format.name, Reason: string(reason)}
		}
		for i := range observations {
			observations[i].Dialect, observations[i].Retained = format.name, m.Retained
			if o := &observations[i]; o.HasCounter && o.Power != nil && *o.Power < 0 {
				o.Power = nil // the channel's counter has the energy
			}
		}
		return slices.DeleteFunc(observations, func(o intake.Observation) bool { return !hasContent(o) }), nil
	}
	return nil, nil
}

// decodeReason is the reason why a message cannot be decoded.
type decodeReason string

func (g decodeReason) Error() string { return string(g) }

const (
	notJSON    decodeReason = "not_json"
	notANumber decodeReason = "not_a_number"
	notText    decodeReason = "not_text"
	wrongShape decodeReason = "wrong_shape"
	negative   decodeReason = "negative"
	badTime    decodeReason = "bad_time"
	// notUnderstood is an announcement or a value that looks like energy, in a form that is not supported.
	notUnderstood decodeReason = "not_understood"
)
