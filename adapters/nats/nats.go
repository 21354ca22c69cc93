// Package nats notifies processes that share a database of each other's commits. A message carries no data: the receiver reads
// the events from the database, so a lost message delays an event but loses none.
package nats

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/certificate"
)

// subject is the NATS subject of the notifications.
const subject = "holotwin.committed"

// minInterval is the minimum time between two notifications. One notification covers all commits before it.
const minInterval = 10 * time.Millisecond

// Timeouts for a server that does not answer. After two pings without an answer it counts as disconnected.
const (
	connectTime = 2 * time.Second
	writeTime   = 5 * time.Second
	pingEvery   = 20 * time.Second
)

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
	outbox     Outbox
	pending    chan struct{}
}

// ErrAddress is an invalid address of a NATS server.
var ErrAddress = errors.New("NATS_URL: must be nats://host:port or tls://host:port")

// Join connects the outbox to those of the other processes. If the server is unreachable, it retries until it is connected.
func Join(address string, outbox Outbox, log *zap.Logger) (*Bus, error) {
	if u, err := url.Parse(address); err != nil || u.Host == "" || (u.Scheme != "nats" && u.Scheme != "tls") {
		return nil, ErrAddress
	}
	b := &Bus{outbox: outbox, pending: make(chan struct{}, 1)}
	var err error
	b.connection, err = nats.Connect(address, nats.Name("holotwin"), nats.NoEcho(), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.Timeout(connectTime), nats.FlusherTimeout(writeTime), nats.PingInterval(pingEvery), nats.ReconnectErrHandler(logCertificateErrors(log)),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("NATS server unreachable; events of other replicas arrive a moment later; will retry", zap.Error(err))
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("connected to the NATS server") }),
	)
	if err != nil {
		return nil, fmt.Errorf("NATS_URL: %w", err)
	}
	if _, err := b.connection.Subscribe(subject, func(*nats.Msg) { outbox.CommittedElsewhere() }); err != nil {
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

// Run notifies the other processes of commits until ctx ends.
func (b *Bus) Run(ctx context.Context) {
	defer b.connection.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.pending:
			_ = b.connection.Publish(subject, nil) // if it is disconnected, the others find the events by polling
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(minInterval):
		}
	}
}
