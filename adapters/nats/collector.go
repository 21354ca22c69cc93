package nats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/holotwin/holotwin/platform/events"
)

// Inbox stores events of other processes: an *events.Outbox.
type Inbox interface {
	// Receive stores the events of a source that it does not have yet, and returns how many those were.
	Receive(ctx context.Context, source string, all []events.Event) (stored int, err error)
}

// Collector stores the events of the stream in the outbox of a process that has readers. The replicas of that process share one consumer
// of the stream. It gives out one message at a time, so the order of each source stays as it was, also when a message comes again.
type Collector struct {
	bus    *Bus
	inbox  Inbox
	stream string // the identity of the stream
}

// NewCollector returns a collector. It returns nil without a bus.
func NewCollector(bus *Bus, inbox Inbox) *Collector {
	if bus == nil {
		return nil
	}
	return &Collector{bus: bus, inbox: inbox}
}

const (
	// consumerName is the name of the consumer in the stream.
	consumerName = "collector"
	// storeTime is how long storing a message may take. Then it is given out again, to this replica or another.
	storeTime = 3 * time.Second
	// fetchTime is how long one request for a message waits; a server that is silent for two silentTimes is asked again.
	fetchTime  = 10 * time.Second
	silentTime = time.Second
)

// Run collects until ctx ends. report is called once for each outage that is not of the connection.
func (c *Collector) Run(ctx context.Context, report func(error)) {
	outage := outage{connection: c.bus.connection, report: report}
	for ctx.Err() == nil {
		if c.bus.connection.IsConnected() {
			err := c.collect(ctx, &outage)
			if ctx.Err() == nil {
				outage.note(err)
			}
		}
		pause(ctx, retryAfter)
	}
}

// collect stores messages until something fails.
func (c *Collector) collect(ctx context.Context, outage *outage) error {
	consumer, err := c.consumer(ctx)
	if err != nil {
		return err
	}
	for ctx.Err() == nil && c.bus.connection.IsConnected() {
		message, err := next(ctx, consumer)
		if err != nil {
			return fmt.Errorf("receive events: %w", err)
		}
		if message == nil {
			outage.note(nil)
			continue
		}
		err = c.store(ctx, message)
		switch {
		case errors.Is(err, errOtherStream):
			err = message.Term()
		case errors.Is(err, events.ErrNotReceivable):
			outage.report(fmt.Errorf("%s: %w; the message is left out", message.Subject(), err))
			err = message.Term()
		case err != nil:
			_ = message.Nak() // else it comes again after storeTime
			return fmt.Errorf("store received events: %w", err)
		default:
			err = message.Ack()
		}
		if err != nil {
			return err // it comes again, and is known then
		}
		outage.note(nil)
	}
	return nil
}

// consumer returns the replicas' consumer. If it is missing, it is created.
func (c *Collector) consumer(ctx context.Context) (jetstream.Consumer, error) {
	stream, err := c.bus.openStream(ctx)
	if err != nil {
		return nil, err
	}
	c.stream = identity(stream.CachedInfo())
	consumer, err := stream.Consumer(ctx, consumerName)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		consumer, err = stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: consumerName, Description: "HoloTwin: the processes that serve live events",
			DeliverPolicy: jetstream.DeliverAllPolicy, AckPolicy: jetstream.AckExplicitPolicy, AckWait: storeTime + time.Second, MaxAckPending: 1,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("consumer %s: %w", consumerName, err)
	}
	return consumer, nil
}

// next waits for a message. It returns nil if there was none.
func next(ctx context.Context, consumer jetstream.Consumer) (jetstream.Msg, error) {
	waiting, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	batch, err := consumer.Fetch(1, jetstream.FetchContext(waiting), jetstream.FetchHeartbeat(silentTime))
	if err != nil {
		return nil, err
	}
	if message := <-batch.Messages(); message != nil {
		return message, nil
	}
	if err := batch.Error(); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	return nil, nil
}

// errOtherStream is a message for another stream than the one that it is in.
var errOtherStream = errors.New("published for a stream that is no more")

// store stores the events of a message.
func (c *Collector) store(ctx context.Context, message jetstream.Msg) error {
	if of := message.Headers().Get(streamHeader); of != c.stream { // or the stream is not the one that it was
		stream, err := c.bus.openStream(ctx)
		if err != nil {
			return err
		}
		if c.stream = identity(stream.CachedInfo()); of != c.stream {
			return errOtherStream
		}
	}
	all, err := events.Unmarshal(message.Data())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	_, err = c.inbox.Receive(ctx, message.Headers().Get(sourceHeader), all)
	return err
}
