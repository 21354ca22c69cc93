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

// A frozen or unreachable server accepts data and sends nothing. Its own timeouts are frozen too, and a client timeout that is
// long enough for a report is too long for a reading. So the server is watched. If a query waits and the server sends nothing
// on any connection, it is pinged on a separate connection. If it does not answer, it counts as silent: all connections are
// closed, so all waiting queries fail; new connections are refused; and the server is pinged until it answers. A busy server
// answers a ping, so a long query is never cut.
const (
	// watchEvery is how often the watch checks whether a query waits.
	watchEvery = 500 * time.Millisecond
	// pingTime is the maximum time of the first ping, connectTime that of the second one, which makes a new connection.
	pingTime    = 2 * time.Second
	connectTime = 1250 * time.Millisecond
	// pingEvery is the pause between pings to a silent server.
	pingEvery = 100 * time.Millisecond
)

// errSilent is the error for a new connection to a silent server.
var errSilent = errors.New("PostgreSQL has not answered for some seconds; it is retried until it answers")

// silenceWatch watches one server.
type silenceWatch struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	probe *sql.DB
	// onChange is called when the server falls silent, and when it answers again.
	onChange func(silent bool)

	// waiting is the number of calls that wait for the server, received how often it sent something.
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

// connect makes a connection that is closed when the server falls silent.
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

// connectProbe makes the connection for pings.
func (w *silenceWatch) connectProbe(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := w.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &probeConn{Conn: conn, watch: w}, nil
}

// run watches the server until ctx ends.
func (w *silenceWatch) run(ctx context.Context) {
	for seen := int64(0); sleep(ctx, watchEvery); {
		before := seen
		seen = w.received.Load()
		if w.waiting.Load() == 0 || seen != before || w.answers(ctx, seen) || ctx.Err() != nil {
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

// answers pings the server twice. It returns true if the server sends anything on any connection in the meantime. A server that
// refuses is not silent: callers get its error at once.
func (w *silenceWatch) answers(ctx context.Context, seen int64) bool {
	for _, timeout := range []time.Duration{pingTime, connectTime} {
		if w.ping(ctx, timeout) || w.received.Load() != seen {
			return true
		}
	}
	return false
}

func (w *silenceWatch) reconnects(ctx context.Context) bool { return w.ping(ctx, connectTime) }

// ping returns true if a ping is answered in time, or refused.
func (w *silenceWatch) ping(ctx context.Context, timeout time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := w.probe.PingContext(ctx)
	var network net.Error
	late := ctx.Err() != nil || (errors.As(err, &network) && network.Timeout())
	return err == nil || !late
}

// closeAll closes every connection, so calls that wait on one fail. No connection is made until the server answers.
func (w *silenceWatch) closeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent.Store(true)
	for c := range w.conns {
		_ = c.Conn.Close()
	}
	clear(w.conns)
}

// sleep waits, and returns false if ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// watchedConn counts the calls that wait for the server.
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

// probeConn counts data from the server, but is not counted as waiting.
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
