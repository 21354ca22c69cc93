package database

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A server that is frozen, or that cannot be reached any more, takes what is sent to it and answers nothing. Its own timeouts
// freeze with it, and a client's deadline that is long enough for a report is too long for a reading. So it is watched: while
// somebody waits for it and it sends nothing on any connection, it is asked for a sign of life on a connection of its own. Without
// one it counts as silent: who waits is let go, nobody waits any more, and it is asked until it answers. A server that is busy
// answers, so long work is never cut.
const (
	// watchEvery is how often it is looked whether somebody waits.
	watchEvery = 500 * time.Millisecond
	// pingTime is how long the first question may take, connectTime the second, on a new connection.
	pingTime    = 2 * time.Second
	connectTime = 1250 * time.Millisecond
	// pingEvery is the pause between questions to a silent server.
	pingEvery = 100 * time.Millisecond
)

// errSilent is why a connection to a silent server is not tried.
var errSilent = errors.New("PostgreSQL has not answered for some seconds; it is asked until it does")

// silenceWatch watches one server.
type silenceWatch struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	probe *sql.DB
	// onChange is told when the server falls silent, and when it answers again.
	onChange func(silent bool)

	// waiting is how many wait for the server, heard how many times it sent something.
	waiting, received atomic.Int64
	silent            atomic.Bool

	mu    sync.Mutex
	conns map[*watchedConn]struct{}
}

func newSilenceWatch(dial func(ctx context.Context, network, address string) (net.Conn, error), changed func(silent bool)) *silenceWatch {
	if changed == nil {
		changed = func(bool) {}
	}
	return &silenceWatch{dial: dial, onChange: changed, conns: make(map[*watchedConn]struct{})}
}

// connect makes a connection of those that are let go when the server falls silent.
func (w *silenceWatch) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if w.silent.Load() {
		return nil, errSilent
	}
	w.waiting.Add(1)
	defer w.waiting.Add(-1)
	conn, err := w.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &watchedConn{Conn: conn, watch: w}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.silent.Load() {
		return nil, errors.Join(errSilent, conn.Close())
	}
	w.conns[c] = struct{}{}
	return c, nil
}

// connectProbe makes the connection on which a silent server is asked.
func (w *silenceWatch) connectProbe(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := w.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &probeConn{Conn: conn, watch: w}, nil
}

// run watches until ctx ends.
func (w *silenceWatch) run(ctx context.Context) {
	for heard := int64(0); sleep(ctx, watchEvery); {
		before := heard
		heard = w.received.Load()
		if w.waiting.Load() == 0 || heard != before || w.answers(ctx, heard) || ctx.Err() != nil {
			continue
		}
		w.closeAll()
		w.onChange(true)
		for sleep(ctx, pingEvery) && !w.reconnects(ctx) {
		}
		w.silent.Store(false)
		if ctx.Err() == nil {
			w.onChange(false)
		}
	}
}

// answers tells whether the server sends anything, to whomever, while it is asked twice. One that refuses is not silent: who asks it
// is told so at once.
func (w *silenceWatch) answers(ctx context.Context, heard int64) bool {
	for _, most := range []time.Duration{pingTime, connectTime} {
		if w.ping(ctx, most) || w.received.Load() != heard {
			return true
		}
	}
	return false
}

func (w *silenceWatch) reconnects(ctx context.Context) bool { return w.ping(ctx, connectTime) }

// ping tells whether a question was answered in time, or refused.
func (w *silenceWatch) ping(ctx context.Context, most time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	err := w.probe.PingContext(ctx)
	var network net.Error
	late := ctx.Err() != nil || (errors.As(err, &network) && network.Timeout())
	return err == nil || !late
}

// closeAll ends every connection: what waits on one fails, and none is made until the server answers.
func (w *silenceWatch) closeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent.Store(true)
	for c := range w.conns {
		_ = c.Conn.Close()
	}
	clear(w.conns)
}

// sleep waits, and tells whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// watchedConn counts who waits for the server on it.
type watchedConn struct {
	net.Conn
	watch *silenceWatch
}

func (c *watchedConn) Read(b []byte) (int, error) {
	c.watch.waiting.Add(1)
	defer c.watch.waiting.Add(-1)
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.watch.received.Add(1)
	}
	return n, err
}

func (c *watchedConn) Write(b []byte) (int, error) {
	c.watch.waiting.Add(1)
	defer c.watch.waiting.Add(-1)
	return c.Conn.Write(b)
}

func (c *watchedConn) Close() error {
	c.watch.mu.Lock()
	delete(c.watch.conns, c)
	c.watch.mu.Unlock()
	return c.Conn.Close()
}

// probeConn hears of the server without waiting for it.
type probeConn struct {
	net.Conn
	watch *silenceWatch
}

func (c *probeConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.watch.received.Add(1)
	}
	return n, err
}
