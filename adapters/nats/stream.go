package nats

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/holotwin/holotwin/platform/events"
)

// ErrNoJetStream is the error of a server without JetStream.
var ErrNoJetStream = errors.New("the NATS server, or this account on it, has no JetStream: start nats-server with -js and -sd FOLDER, or give the account JetStream")

const (
	// streamBytes is the maximum size of the stream. If it is full, publishers wait: their outboxes keep the events.
	streamBytes = 64 << 20
	// messageBytes is about the maximum size of a message of several events; eventsAtOnce is how many a message has at most.
	messageBytes = 256 << 10
	eventsAtOnce = 100
	// duplicateTime is how long the server recognizes a message that is published again. The receiver recognizes events for longer.
	duplicateTime = 2 * time.Minute
	// retryAfter is the pause after an error.
	retryAfter = time.Second
)

// Headers of a message: its source, and the stream that it was published for. A stream that was deleted and created again may get a
// message of a publisher that does not know yet: it is not for this stream, and comes again in its turn.
const (
	sourceHeader = "Holotwin-Source"
	streamHeader = "Holotwin-Stream"
)

// The error codes of a server that cannot keep so many copies.
const (
	codeNoPeers               = 10005
	codeInsufficientResources = 10023
	codeReplicasNotSupported  = 10074
)

// openStream returns the stream, with its present state. If it is missing, it is created, with as many copies as the cluster allows, up
// to 3. One that an operator created stays as it is.
func (b *Bus) openStream(ctx context.Context) (jetstream.Stream, error) {
	stream, err := b.jetstream.Stream(ctx, b.names.stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = b.createStream(ctx)
	}
	switch {
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount), errors.Is(err, nats.ErrNoResponders):
		return nil, ErrNoJetStream
	case err != nil:
		return nil, fmt.Errorf("stream %s: %w", b.names.stream, err)
	}
	return stream, nil
}

func (b *Bus) createStream(ctx context.Context) (stream jetstream.Stream, err error) {
	for _, replicas := range []int{3, 2, 1} {
		stream, err = b.jetstream.CreateStream(ctx, jetstream.StreamConfig{
			Name: b.names.stream, Description: "HoloTwin: events on their way between processes", Subjects: []string{b.names.events + ">"},
			// A message is deleted when it is received. If nothing receives, none is deleted for a newer one: publishers wait.
			Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew,
			Storage: jetstream.FileStorage, Replicas: replicas, MaxAge: events.Retention, MaxBytes: streamBytes, Duplicates: duplicateTime,
		})
		var refused *jetstream.APIError
		if !errors.As(err, &refused) {
			break
		}
		if c := refused.ErrorCode; c != codeNoPeers && c != codeInsufficientResources && c != codeReplicasNotSupported {
			break
		}
	}
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another process created it
		return b.jetstream.Stream(ctx, b.names.stream)
	}
	return stream, err
}

// identity names a stream among all that ever had its name.
func identity(info *jetstream.StreamInfo) string {
	return strconv.FormatInt(info.Created.UnixNano(), 10)
}

// outage reports the failures of a connection's user once, and only if they are not those of the connection itself, which logs them.
type outage struct {
	connection *nats.Conn
	report     func(error)
	failures   int // in a row
	reconnects uint64
}

// failuresBeforeReport is how many failures in a row are reported: a server that starts again fails once or twice.
const failuresBeforeReport = 3

// note notes the outcome of an attempt. It returns false after a failure.
func (o *outage) note(err error) bool {
	if err == nil {
		o.failures = 0
		return true
	}
	if now := o.connection.Stats().Reconnects; !o.connection.IsConnected() || now != o.reconnects {
		o.failures, o.reconnects = 0, now
		return false
	}
	if o.failures++; o.failures == failuresBeforeReport {
		o.report(err)
	}
	return false
}

// pause waits after an error; it ends with ctx.
func pause(ctx context.Context, wait time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(wait):
	}
}
