// Package mqtt receives devices' messages over MQTT: as a client of an outside broker (client.go), or as a broker itself
// (broker.go). In both cases a message is acknowledged after it is durable, and decoded by the dialects.
package mqtt

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/tracing"
)

// Receiver decodes messages and stores their observations.
type Receiver struct {
	decoder    intake.Decoder
	intake     *intake.Intake
	deliveries *deliveries
	tracer     *tracing.Tracer // nil: no traces
}

// NewReceiver returns a receiver that decodes messages with a decoder.
func NewReceiver(decoder intake.Decoder, intake *intake.Intake) *Receiver {
	return &Receiver{decoder: decoder, intake: intake, deliveries: newDeliveries()}
}

// Traced makes each message, or each batch of them, a trace. It returns r.
func (r *Receiver) Traced(tracer *tracing.Tracer) *Receiver {
	r.tracer = tracer
	return r
}

// begin begins the span of messages that are stored together. Topics name devices and are not in it.
func (r *Receiver) begin(ctx context.Context, messages int) (context.Context, tracing.Span) {
	if !r.tracer.Records() {
		return ctx, tracing.Span{}
	}
	return r.tracer.Begin(ctx, "MQTT messages", trace.SpanKindConsumer, attribute.String("messaging.system", "mqtt"), attribute.Int("messaging.batch.message_count", messages))
}

// published is a message as a device sent it to the embedded broker.
type published struct {
	message intake.Message
	// id is zero if no acknowledgement is requested.
	id  packetID
	dup bool
}

// Ingest stores a message. When it returns nil, all its observations are durable, and a message that cannot be decoded is stored
// for a person to review. After an error the message must not be acknowledged. A message that is sent again counts once.
func (r *Receiver) Ingest(ctx context.Context, caller energy.Caller, p published) (err error) {
	ctx, span := r.begin(ctx, 1)
	defer func() { span.End(err) }()
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
		var rejected []intake.RejectedMessage
		one.observations, rejected = r.decode([]intake.Message{p.message})
		if err := r.storeRejected(ctx, caller, rejected); err != nil {
			return err
		}
		one.read = true
	}
	if len(one.observations) > 0 {
		if _, err := r.intake.Ingest(ctx, caller, one.observations); err != nil {
			one.forget(err)
			return err
		}
	}
	one.stored, one.observations = true, nil
	return nil
}

// decode returns the observations of messages, and the rejected messages that cannot be decoded.
func (r *Receiver) decode(messages []intake.Message) (observations []intake.Observation, rejected []intake.RejectedMessage) {
	for _, m := range messages {
		all, err := r.decoder.Decode(m)
		var unread intake.ErrUnread
		if errors.As(err, &unread) {
			rejected = append(rejected, intake.RejectedMessage{Dialect: unread.Dialect, Topic: shortTopic(m.Topic), Text: string(m.Payload), Reason: unread.Reason})
			continue
		}
		for i := range all {
			all[i].Arrived = m.Arrived
		}
		observations = append(observations, all...)
	}
	return observations, rejected
}

func (r *Receiver) storeRejected(ctx context.Context, caller energy.Caller, rejected []intake.RejectedMessage) error {
	if len(rejected) == 0 {
		return nil
	}
	return r.intake.RecordRejected(ctx, caller, rejected)
}

// shortTopic returns the beginning of a topic, which may hold any characters.
func shortTopic(topic string) string {
	const maxRunes = 250
	clean := make([]rune, 0, maxRunes)
	for _, r := range topic {
		if r < ' ' || r == 0x7f {
			r = '·'
		}
		if len(clean) == maxRunes {
			break
		}
		clean = append(clean, r)
	}
	return string(clean)
}
