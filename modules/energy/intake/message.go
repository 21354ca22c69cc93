package intake

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// Message is one message of a broker, as it came.
type Message struct {
	Topic    string
	Payload  []byte
	Retained bool
	Arrived  energy.Instant
	// From is the id of the API key that the message came with; empty where it came from an outside broker.
	From string
}

// Decoder reads messages of devices. It is safe for use by several goroutines at once.
type Decoder interface {
	// Decode returns the observations of a message. No observation and no error: the message is in no known dialect, or
	// holds nothing of use (a last will, a command). Errors: ErrUnread.
	Decode(m Message) ([]Observation, error)
}

// ErrUnread is a message that makes no sense in its dialect.
type ErrUnread struct {
	Dialect string
	// Reason is a word of a short list: not_json, not_a_number, not_text, wrong_shape, negative, bad_time, too_large, bad_topic, not_understood.
	Reason string
}

func (e ErrUnread) Error() string { return e.Dialect + ": " + e.Reason }
