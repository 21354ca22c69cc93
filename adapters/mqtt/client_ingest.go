package mqtt

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// ingestBatch is a batch of messages that is retried until it is stored. A retry counts once: the observations keep their
// assigned instants. Those of messages that the broker may send again after a crash are stored too.
type ingestBatch struct {
	messages     int
	observations []intake.Observation
	rejected     []intake.RejectedMessage
	// repeatable are the messages that may be sent again.
	repeatable []messageRange
	saved      bool
}

// messageRange is a message with the range of its observations.
type messageRange struct {
	arrival  arrival
	from, to int
}

// ingest retries until the messages are stored or ctx ends.
func (c *Client) ingest(ctx context.Context, all []arrival) bool {
	t := c.read(all)
	for wait, failing := minRetryDelay, false; ; wait = min(2*wait, maxIngestDelay) {
		err := c.store(ctx, t)
		if err == nil {
			c.messages.WithLabelValues("taken").Add(float64(t.messages))
			return true
		}
		c.messages.WithLabelValues("retried").Add(float64(t.messages))
		if !failing && ctx.Err() == nil {
			c.log.Error("could not store messages; the MQTT broker keeps them; will retry", zap.Error(fmt.Errorf("take %d messages: %w", t.messages, err)))
		}
		failing = true
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

// read decodes messages, without those that were stored before.
func (c *Client) read(all []arrival) *ingestBatch {
	t := &ingestBatch{}
	for _, a := range all {
		if a.repeated && !a.delivery.recalled {
			c.messages.WithLabelValues("repeated").Inc()
			continue
		}
		t.messages++
		observations, rejected := c.receiver.decode([]intake.Message{a.message})
		if a.repeated && len(observations) == len(a.delivery.instants) {
			for i, given := range a.delivery.instants {
				observations[i].RestoreInstant(given)
			}
		}
		from := len(t.observations)
		t.observations, t.rejected = append(t.observations, observations...), append(t.rejected, rejected...)
		if a.id != 0 {
			a.delivery.recalled = false
			t.repeatable = append(t.repeatable, messageRange{a, from, len(t.observations)})
		}
	}
	return t
}

// store stores rejected messages, once, and observations.
func (c *Client) store(ctx context.Context, t *ingestBatch) (err error) {
	ctx, cancel := context.WithTimeout(ctx, maxIngestTime)
	defer cancel()
	ctx, span := c.receiver.begin(ctx, t.messages)
	defer func() { span.End(err) }()
	if err := c.receiver.storeRejected(ctx, outsideBroker, t.rejected); err != nil {
		return err
	}
	t.rejected = nil
	if len(t.observations) == 0 {
		return nil
	}
	if err := c.save(ctx, t); err != nil {
		return err
	}
	_, err = c.receiver.intake.IngestForwarded(ctx, outsideBroker, t.observations)
	return err
}

// save stores the assigned instants.
func (c *Client) save(ctx context.Context, t *ingestBatch) error {
	if t.saved {
		return nil
	}
	if err := c.receiver.intake.AssignInstants(ctx, outsideBroker, t.observations); err != nil {
		return err
	}
	var all []intake.Delivery
	for _, s := range t.repeatable {
		d := intake.Delivery{Packet: s.arrival.id, Hash: s.arrival.delivery.hash, Reused: s.arrival.delivery.reused, Arrived: s.arrival.message.Arrived}
		stamped := false
		for _, o := range t.observations[s.from:s.to] {
			d.Instants = append(d.Instants, o.AssignedInstant())
			stamped = stamped || o.AssignedInstant() != 0
		}
		if stamped {
			all = append(all, d)
		}
	}
	err := c.deliveryStore.SaveDeliveries(ctx, c.session(), all)
	t.saved = err == nil
	return err
}

// session returns the name of the session with the broker.
func (c *Client) session() string { return c.settings.ID + "@" + c.address() }

// recallWindow is how long before the last message an unacknowledged one may have arrived when the server was killed. A server that is killed
// again and again receives the first of them anew each time, and the last ones only long after.
const recallWindow = energy.Instant(time.Hour / time.Millisecond)

// recall reads the last deliveries of an earlier process. It retries until it succeeds or ctx ends.
func (c *Client) recall(ctx context.Context) {
	for wait := minRetryDelay; ; wait = min(2*wait, maxRetryDelay) {
		all, err := c.deliveryStore.DeliveriesOf(ctx, c.session())
		if err == nil {
			for _, d := range all {
				if d.Arrived >= all[len(all)-1].Arrived-recallWindow {
					c.deliveries.recall(packetID{id: d.Packet}, d)
				}
			}
			return
		}
		if ctx.Err() == nil {
			c.log.Error("could not read which messages the MQTT broker delivered last; will retry", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
