package mqtt

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// taken are messages that are being taken, tried until it works. What was tried before counts once: the observations keep the
// instants that they were given, and those of messages that the broker may send again after a crash are kept too.
type taken struct {
	messages int
	said     []intake.Observation
	letters  []intake.RejectedMessage
	// of are the messages that may come again.
	of    []sayer
	saved bool
}

// sayer is a message with what it says, from one place to another.
type sayer struct {
	arrival  arrival
	from, to int
}

// take tries until it works, or ctx ends.
func (c *Client) take(ctx context.Context, all []arrival) bool {
	t := c.read(all)
	for wait, failing := firstRetry, false; ; wait = min(2*wait, lastTake) {
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

// read reads messages, but for those that were taken before.
func (c *Client) read(all []arrival) *taken {
	t := &taken{}
	for _, a := range all {
		if a.again && !a.one.recalled {
			c.messages.WithLabelValues("repeated").Inc()
			continue
		}
		t.messages++
		said, letters := c.receiver.read([]intake.Message{a.message})
		if a.again && len(said) == len(a.one.given) {
			for i, given := range a.one.given {
				said[i].Recall(given)
			}
		}
		from := len(t.said)
		t.said, t.letters = append(t.said, said...), append(t.letters, letters...)
		if a.id != 0 {
			a.one.recalled = false
			t.of = append(t.of, sayer{a, from, len(t.said)})
		}
	}
	return t
}

// store stores letters, once, and observations.
func (c *Client) store(ctx context.Context, t *taken) error {
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	if err := c.receiver.refuse(ctx, anybody, t.letters); err != nil {
		return err
	}
	t.letters = nil
	if len(t.said) == 0 {
		return nil
	}
	if err := c.save(ctx, t); err != nil {
		return err
	}
	_, err := c.receiver.intake.IngestForwarded(ctx, anybody, t.said)
	return err
}

// save keeps which instants were given to what.
func (c *Client) save(ctx context.Context, t *taken) error {
	if t.saved {
		return nil
	}
	if err := c.receiver.intake.Stamp(ctx, anybody, t.said); err != nil {
		return err
	}
	var all []intake.Delivery
	for _, s := range t.of {
		d := intake.Delivery{Packet: s.arrival.id, Words: s.arrival.one.words, Reused: s.arrival.one.reused, Arrived: s.arrival.message.Arrived}
		stamped := false
		for _, o := range t.said[s.from:s.to] {
			d.Given = append(d.Given, o.Given())
			stamped = stamped || o.Given() != 0
		}
		if stamped {
			all = append(all, d)
		}
	}
	err := c.kept.SaveDeliveries(ctx, c.session(), all)
	t.saved = err == nil
	return err
}

// session names the session with the broker.
func (c *Client) session() string { return c.settings.ID + "@" + c.address() }

// unacknowledged is how long before the last message one may have come that was not acknowledged when the server was killed.
const unacknowledged = energy.Instant(time.Minute / time.Millisecond)

// recall remembers what an earlier process was given last; it tries until it works, or ctx ends.
func (c *Client) recall(ctx context.Context) {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		all, err := c.kept.DeliveriesOf(ctx, c.session())
		if err == nil {
			for _, d := range all {
				if d.Arrived >= all[len(all)-1].Arrived-unacknowledged {
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
