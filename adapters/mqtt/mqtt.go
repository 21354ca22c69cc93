// Package mqtt is how devices reach HoloTwin over MQTT: as a client of an outside broker (client.go), or as a broker itself
// (broker.go). Either way a message is acknowledged after it is on the disk, and what it says is read by the dialects.
package mqtt

import (
	"context"
	"errors"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Receiver takes messages into the books.
type Receiver struct {
	decoder    intake.Decoder
	intake     *intake.Intake
	deliveries *deliveries
}

// NewReceiver makes a receiver that reads messages by a decoder.
func NewReceiver(decoder intake.Decoder, intake *intake.Intake) *Receiver {
	return &Receiver{decoder: decoder, intake: intake, deliveries: newDeliveries()}
}

// published is a message as a device sent it to the embedded broker.
type published struct {
	message intake.Message
	// id is zero where no acknowledgement is asked for.
	id  packetID
	dup bool
}

// Take takes a message. When it returns nil all that it says is on the disk, and what makes no sense is kept for a person to read;
// an error says that it must not be acknowledged. One that is sent again counts once.
func (r *Receiver) Take(ctx context.Context, caller energy.Caller, p published) error {
	one := &delivery{}
	if p.id.id != 0 {
		one, _ = r.deliveries.begin(p.id, p.dup, p.message)
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.stored {
		return nil
	}
	if !one.read {
		var letters []intake.RejectedMessage
		one.said, letters = r.read([]intake.Message{p.message})
		if err := r.refuse(ctx, caller, letters); err != nil {
			return err
		}
		one.read = true
	}
	if len(one.said) > 0 {
		if _, err := r.intake.Ingest(ctx, caller, one.said); err != nil {
			one.forget(err)
			return err
		}
	}
	one.stored, one.said = true, nil
	return nil
}

// read gives what messages say, and letters of those that make no sense.
func (r *Receiver) read(messages []intake.Message) (said []intake.Observation, letters []intake.RejectedMessage) {
	for _, m := range messages {
		all, err := r.decoder.Decode(m)
		var unread intake.ErrUnread
		if errors.As(err, &unread) {
			letters = append(letters, intake.RejectedMessage{Dialect: unread.Dialect, Topic: cut(m.Topic), Text: string(m.Payload), Reason: unread.Reason})
			continue
		}
		for i := range all {
			all[i].Arrived = m.Arrived
		}
		said = append(said, all...)
	}
	return said, letters
}

func (r *Receiver) refuse(ctx context.Context, caller energy.Caller, letters []intake.RejectedMessage) error {
	if len(letters) == 0 {
		return nil
	}
	return r.intake.RecordRejected(ctx, caller, letters)
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
