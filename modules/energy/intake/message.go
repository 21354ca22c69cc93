package intake

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// Message is one message of a broker, as received.
type Message struct {
	Topic    string
	Payload  []byte
	Retained bool
	Arrived  energy.Instant
	// From is the id of the sender's API key; empty for an outside broker.
	From string
}

// Decoder decodes messages of devices. It is safe for concurrent use.
type Decoder interface {
	// Decode returns the observations of a message. It returns nothing and no error if no dialect knows the message, or if the
	// message holds nothing of use (a last will, a command). Errors: ErrUnread.
	Decode(m Message) ([]Observation, error)
}

// ErrUnread reports a message that is not valid in its dialect.
type ErrUnread struct {
	Dialect string
	// Reason is one of not_json, not_a_number, not_text, wrong_shape, negative, bad_time, too_large, bad_topic, not_understood.
	Reason string
}

func (e ErrUnread) Error() string { return e.Dialect + ": " + e.Reason }
