// Package nats connects processes by a NATS server. Processes that share a database notify each other of their commits (Bus); such
// a message carries no data: the receiver reads the events from the database, so a lost message delays an event but loses none.
// Processes that do not share a database hand their events over through a stream of NATS JetStream (stream.go): a Publisher
// copies the events of a process's outbox into it (publisher.go), a Collector stores them in the outbox of a process that has readers
// (collector.go). The outbox is what remembers; the stream may be lost.
package nats

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/certificate"
)

// minInterval is the minimum time between two notifications. One notification covers all commits before it.
const minInterval = 10 * time.Millisecond

// Timeouts for a server that does not answer. After two pings without an answer it counts as disconnected.
const (
	connectTime = 2 * time.Second
	writeTime   = 5 * time.Second
	pingEvery   = 20 * time.Second
	// reconnectWait is the pause between two attempts at the same server.
	reconnectWait = 500 * time.Millisecond
	requestTime   = 5 * time.Second
)

// unreachable is the log line of an outage of the server.
const unreachable = "NATS server unreachable; events of other processes arrive later; will retry"

// Outbox is what the bus connects: an *events.Outbox.
type Outbox interface {
	// OnCommit sets a function that is called after each commit of this process.
	OnCommit(inform func())
	// CommittedElsewhere is called after a commit of another process.
	CommittedElsewhere()
}

// Bus is a connection to a NATS server.
type Bus struct {
	connection *nats.Conn
	jetstream  jetstream.JetStream
	names      names
	outbox     Outbox
	pending    chan struct{}
}

// Join connects the outbox to those of the other processes of the campus; "" is the only one. If the server is unreachable, it retries
// until it is connected.
func Join(address, campus string, outbox Outbox, log *zap.Logger) (*Bus, error) {
	servers, names, err := parseAddress(address, campus)
	if err != nil {
		return nil, err
	}
	b := &Bus{names: names, outbox: outbox, pending: make(chan struct{}, 1)}
	b.connection, err = nats.Connect(servers, nats.Name("holotwin"), nats.NoEcho(), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.Timeout(connectTime), nats.ReconnectWait(reconnectWait), nats.FlusherTimeout(writeTime), nats.PingInterval(pingEvery), nats.ReconnectErrHandler(logCertificateErrors(log)),
		nats.ErrorHandler(logServerErrors(log)),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn(unreachable, zap.Error(err))
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("connected to the NATS server") }),
	)
	if err != nil {
		return nil, fmt.Errorf("NATS_URL: %w", err)
	}
	if !b.connection.IsConnected() {
		log.Warn(unreachable)
	}
	if b.jetstream, err = jetstream.New(b.connection, jetstream.WithDefaultTimeout(requestTime)); err != nil {
		b.connection.Close()
		return nil, fmt.Errorf("NATS_URL: %w", err)
	}
	if _, err := b.connection.Subscribe(b.names.committed, func(*nats.Msg) { outbox.CommittedElsewhere() }); err != nil {
		b.connection.Close()
		return nil, fmt.Errorf("NATS_URL: %w", err)
	}
	outbox.OnCommit(func() {
		select {
		case b.pending <- struct{}{}:
		default:
		}
	})
	return b, nil
}

// Connected reports whether the server is connected.
func (b *Bus) Connected() bool { return b.connection.IsConnected() }

// logCertificateErrors logs once why a server's certificate is rejected: unlike other connection errors, this one does not go away
// by itself.
func logCertificateErrors(log *zap.Logger) nats.ConnErrHandler {
	logged := ""
	return func(_ *nats.Conn, err error) {
		reason, untrusted := certificate.Reason(err)
		if untrusted && reason != logged {
			log.Error("the NATS server cannot be trusted; will retry", zap.String("reason", reason))
		}
		logged = reason
	}
}

// logServerErrors logs each error that the server reports by itself once: a missing permission names its subject.
func logServerErrors(log *zap.Logger) nats.ErrHandler {
	var mu sync.Mutex
	logged := make(map[string]bool)
	return func(_ *nats.Conn, _ *nats.Subscription, err error) {
		const kinds = 100
		mu.Lock()
		defer mu.Unlock()
		if reason := err.Error(); !logged[reason] && len(logged) < kinds {
			logged[reason] = true
			log.Error("the NATS server reported an error; platform/README.md says which permissions it must give", zap.Error(err))
		}
	}
}

// Run notifies the other processes of commits until ctx ends.
func (b *Bus) Run(ctx context.Context) {
	defer b.connection.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.pending:
			_ = b.connection.Publish(b.names.committed, nil) // if it is disconnected, the others find the events by polling
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(minInterval):
		}
	}
}
