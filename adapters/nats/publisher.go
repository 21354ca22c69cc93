package nats

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/holotwin/holotwin/platform/events"
)

// Source is what a publisher reads: an *events.Source.
type Source interface {
	// Wait waits until there may be new events; false if ctx ended.
	Wait(ctx context.Context) bool
	Progress(ctx context.Context) (events.Progress, error)
	// Advance returns false if another replica advanced.
	Advance(ctx context.Context, from, to events.Progress) (bool, error)
	// After returns events after a position, and the position up to which it read.
	After(ctx context.Context, p events.Position) (all []events.Event, upTo events.Position, err error)
	// Restored returns true if a position is not of this database's past.
	Restored(ctx context.Context, p events.Position) (bool, error)
}

// Publisher copies the events of a process's outbox into the stream, in their order. The position is stored after the events are: what
// a killed process published last is published again, and received once.
type Publisher struct {
	bus     *Bus
	subject string
	source  Source
	// checked is true if the position is one of this database's past.
	checked bool
	report  func(error)
}

// NewPublisher returns a publisher; name is that of the process, such as advice. It returns nil without a bus.
func NewPublisher(bus *Bus, name string, source Source) *Publisher {
	if bus == nil {
		return nil
	}
	return &Publisher{bus: bus, subject: bus.names.events + name, source: source}
}

const (
	// checkEvery is how often the stream is looked at if there are no events: it may have been deleted with events that were not received.
	checkEvery = 5 * time.Second
	// gatherTime is how long events are collected for one message.
	gatherTime = 20 * time.Millisecond
)

// errTooLarge is an event that the server does not take. It is left out.
var errTooLarge = errors.New("an event is larger than max_payload of the NATS server; it is left out")

// errOvertaken is no failure: another replica published the same events, and its progress is read next.
var errOvertaken = errors.New("another replica published these events")

// Run publishes until ctx ends. report is called once for each outage that is not of the connection.
func (p *Publisher) Run(ctx context.Context, report func(error)) {
	p.report = report
	check := time.NewTicker(checkEvery)
	defer check.Stop()
	outage, due := outage{connection: p.bus.connection, report: report}, true
	for p.source.Wait(ctx) {
		if !p.bus.connection.IsConnected() {
			due = true
			continue
		}
		select {
		case <-check.C:
			due = true
		default:
		}
		err := p.publishNew(ctx, due)
		if errors.Is(err, errOvertaken) {
			err = nil
		}
		if ctx.Err() != nil {
			return
		}
		if due = !outage.note(err); due {
			pause(ctx, retryAfter)
		}
		pause(ctx, gatherTime)
	}
}

// publishNew publishes what is new. It looks at the stream if there is something new, or if look says so.
func (p *Publisher) publishNew(ctx context.Context, look bool) error {
	stored, err := p.progress(ctx)
	if err != nil {
		return err
	}
	all, upTo, err := p.source.After(ctx, stored.Position)
	if err != nil || (upTo == stored.Position && !look) {
		return err
	}
	stream, err := p.bus.openStream(ctx)
	if err != nil {
		return err
	}
	at, info := stored, stream.CachedInfo()
	if identity(info) != stored.Stream || info.State.LastSeq < stored.Sequence { // a new stream, or one that lost its end
		if at, err = p.fromStart(ctx, stored, identity(info)); err != nil {
			return err
		}
		if all, upTo, err = p.source.After(ctx, at.Position); err != nil {
			return err
		}
	}
	for upTo != at.Position {
		if at, err = p.publishAll(ctx, at, all, upTo); err != nil {
			return err
		}
		if all, upTo, err = p.source.After(ctx, at.Position); err != nil {
			return err
		}
	}
	return nil
}

// progress returns the stored progress, or one from the beginning if the database was restored from a copy.
func (p *Publisher) progress(ctx context.Context) (events.Progress, error) {
	stored, err := p.source.Progress(ctx)
	if err != nil || p.checked {
		return stored, err
	}
	restored, err := p.source.Restored(ctx, stored.Position)
	if err != nil {
		return stored, err
	}
	if restored {
		stored, err = p.fromStart(ctx, stored, stored.Stream)
	}
	p.checked = err == nil
	return stored, err
}

// fromStart stores a progress before all events: what the outbox still has is published again, in its order. What was received is
// known where it was.
func (p *Publisher) fromStart(ctx context.Context, stored events.Progress, stream string) (events.Progress, error) {
	return p.advance(ctx, stored, events.Progress{Source: stored.Source, Stream: stream})
}

// publishAll publishes events up to a position, and advances message by message.
func (p *Publisher) publishAll(ctx context.Context, at events.Progress, all []events.Event, upTo events.Position) (events.Progress, error) {
	for len(all) > 0 {
		n := p.firstMessage(all)
		next := at
		next.Position = all[n-1].Position
		ack, err := p.publish(ctx, at, all[:n])
		switch {
		case errors.Is(err, nats.ErrMaxPayload) && n == 1:
			p.report(errTooLarge)
		case err != nil:
			return at, fmt.Errorf("publish %d events: %w", n, err)
		case !ack.Duplicate && ack.Sequence <= at.Sequence: // the stream lost its end
			return p.fromStart(ctx, at, at.Stream)
		default:
			next.Sequence = ack.Sequence
		}
		if at, err = p.advance(ctx, at, next); err != nil {
			return at, err
		}
		all = all[n:]
	}
	if upTo == at.Position {
		return at, nil
	}
	next := at
	next.Position = upTo
	return p.advance(ctx, at, next)
}

// advance stores the progress.
func (p *Publisher) advance(ctx context.Context, from, to events.Progress) (events.Progress, error) {
	advanced, err := p.source.Advance(ctx, from, to)
	switch {
	case err != nil:
		return from, err
	case !advanced:
		return from, errOvertaken
	}
	return to, nil
}

// publish publishes one message and waits until the stream has it.
func (p *Publisher) publish(ctx context.Context, at events.Progress, all []events.Event) (*jetstream.PubAck, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	message := nats.NewMsg(p.subject)
	message.Header.Set(sourceHeader, at.Source)
	message.Header.Set(streamHeader, at.Stream)
	message.Data = events.Marshal(all)
	id := strings.Join([]string{at.Source, at.Stream, all[0].Position.String(), all[len(all)-1].Position.String()}, "/")
	return p.bus.jetstream.PublishMsg(ctx, message, jetstream.WithMsgID(id), jetstream.WithExpectStream(p.bus.names.stream))
}

// firstMessage returns how many of the events go into the first message.
func (p *Publisher) firstMessage(all []events.Event) (n int) {
	limit, size := min(messageBytes, int(p.bus.connection.MaxPayload())/2), 0
	for n < len(all) && n < eventsAtOnce {
		if size += all[n].Size(); size > limit && n > 0 {
			break
		}
		n++
	}
	return n
}
