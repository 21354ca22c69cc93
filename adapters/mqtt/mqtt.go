// Package mqtt is how devices reach HoloTwin over MQTT: as a client of an outside broker (client.go), or as a broker itself
// (broker.go). Either way a message is acknowledged after it is on the disk, and what it says is read by the dialects.
package mqtt

import (
	"context"
	"errors"

	"github.com/holotwin/holotwin/adapters/mqtt/dialect"
	"github.com/holotwin/holotwin/modules/energy"
)

// Receiver takes messages into the books.
type Receiver struct {
	decoder *dialect.Decoder
	intake  *energy.Intake
}

// NewReceiver makes a receiver.
func NewReceiver(intake *energy.Intake) *Receiver {
	return &Receiver{decoder: dialect.New(), intake: intake}
}

// Take takes messages. When it returns nil all that they say is on the disk, and what makes no sense is kept for a person to
// read; an error says that none may be acknowledged.
func (r *Receiver) Take(ctx context.Context, caller energy.Caller, messages []dialect.Message) error {
	var said []energy.Observation
	var letters []energy.Letter
	for _, m := range messages {
		all, err := r.decoder.Decode(m)
		var unread dialect.ErrUnread
		if errors.As(err, &unread) {
			letters = append(letters, energy.Letter{Dialect: unread.Dialect, Topic: cut(m.Topic), Text: string(m.Payload), Reason: unread.Reason})
			continue
		}
		said = append(said, all...)
	}
	if len(letters) > 0 {
		if err := r.intake.Refuse(ctx, letters); err != nil {
			return err
		}
	}
	if len(said) == 0 {
		return nil
	}
	return r.intake.Take(ctx, caller, said)
}

// cut keeps the begin of a topic that may be anything.
func cut(topic string) string {
	const most = 250
	clean := make([]rune, 0, most)
	for _, r := range topic {
		if r < ' ' || r == 0x7f {
			r = '·'
		}
		if len(clean) == most {
			break
		}
		clean = append(clean, r)
	}
	return string(clean)
}
