// Package nats carries the word that something was committed between processes that share a database. It carries no readings:
// what a process is told of it reads from the database, so a message that is lost delays an event and loses none.
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

// subject is what processes tell each other on.
const subject = "holotwin.committed"

// atMostEvery is how often others are told; what is committed meanwhile they read as well.
const atMostEvery = 10 * time.Millisecond

// A server that is silent is left: joining it takes connectTime, what is sent to it writeTime, and after two pings without an
// answer it counts as away.
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
	told       chan struct{}
}

// ErrAddress is an address that is none of a NATS server.
var ErrAddress = errors.New("NATS_URL: must be nats://host:port or tls://host:port")

// Join connects the outbox to the others'. A server that is away is looked for until it is there.
func Join(address string, outbox Outbox, log *zap.Logger) (*Bus, error) {
	if u, err := url.Parse(address); err != nil || u.Host == "" || (u.Scheme != "nats" && u.Scheme != "tls") {
		return nil, ErrAddress
	}
	b := &Bus{outbox: outbox, told: make(chan struct{}, 1)}
	var err error
	b.connection, err = nats.Connect(address, nats.Name("holotwin"), nats.NoEcho(), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.Timeout(connectTime), nats.FlusherTimeout(writeTime), nats.PingInterval(pingEvery), nats.ReconnectErrHandler(tellOfCertificates(log)),
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
		case b.told <- struct{}{}:
		default:
		}
	})
	return b, nil
}

// tellOfCertificates logs once why a server's certificate is refused: of all that keeps a connection from being made, this does not go
// by alone.
func tellOfCertificates(log *zap.Logger) nats.ConnErrHandler {
	told := ""
	return func(_ *nats.Conn, err error) {
		reason, is := certificate.Reason(err)
		if is && reason != told {
			log.Error("the NATS server cannot be trusted; will retry", zap.String("reason", reason))
		}
		told = reason
	}
}

// Run tells the others until ctx ends.
func (b *Bus) Run(ctx context.Context) {
	defer b.connection.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.told:
			_ = b.connection.Publish(subject, nil) // while it is away nobody hears, and they look by themselves
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(atMostEvery):
		}
	}
}
