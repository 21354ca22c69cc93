package mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/supervise"
)

// listener takes connections in for the library. Each is served under the supervisor: the library panics at some broken packets
// (a SUBSCRIBE of MQTT 5 without its last byte), which would end the program.
type listener struct {
	net.Listener
	tls        *tls.Config // nil: none
	supervisor *supervise.Supervisor
	pending    *pending
	refused    *prometheus.CounterVec
	log        *zap.Logger

	mu      sync.Mutex
	closed  bool
	serving sync.WaitGroup
}

// acceptAgain is how long it is waited where the system has no room for another connection.
const acceptAgain = 100 * time.Millisecond

// Init has nothing to do.
func (*listener) Init(*slog.Logger) error { return nil }

// ID names the listener.
func (*listener) ID() string { return "devices" }

// Address is where it listens.
func (l *listener) Address() string { return l.Addr().String() }

// Protocol is its network.
func (l *listener) Protocol() string { return l.Addr().Network() }

// Serve takes connections in until the listener is closed.
func (l *listener) Serve(establish listeners.EstablishFn) {
	for failing := false; ; {
		socket, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			if !failing {
				l.log.Error("could not accept connections of devices over MQTT; will retry", zap.Error(err))
			}
			failing = true
			time.Sleep(acceptAgain)
			continue
		}
		failing = false
		l.serve(l.connection(socket), establish)
	}
}

// serve has the library serve a connection.
func (l *listener) serve(c *connection, establish listeners.EstablishFn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = c.Close()
		return
	}
	if out := l.pending.add(c, clock.System{}.Now()); out != nil {
		l.refused.WithLabelValues("pending").Inc()
		out.abort()
	}
	l.serving.Add(1)
	l.supervisor.Once("mqtt connection of a device", func(context.Context) {
		defer l.serving.Done()
		defer c.finish()
		defer l.survive(c)
		_ = establish(l.ID(), c) // why a connection ended is counted where it is decided
	})
}

// survive takes it for a broken packet where the library panics while it reads one. Another panic is the supervisor's.
func (l *listener) survive(c *connection) {
	if c.working.Load() {
		return
	}
	if recover() != nil {
		l.refused.WithLabelValues("malformed").Inc()
	}
}

// connection makes one that must log in soon.
func (l *listener) connection(socket net.Conn) *connection {
	c := &connection{Conn: socket, socket: socket}
	if l.tls != nil {
		c.Conn = tls.Server(socket, l.tls)
	}
	late := time.AfterFunc(connectTime, c.abort)
	c.spoke = func() { l.pending.remove(c) }
	c.loggedIn = func() { late.Stop() }
	return c
}

// Close ends the listener and the connections that have not logged in, and waits for all; those that have logged in are ended
// already. The library's own way to end them may lock up.
func (l *listener) Close(listeners.CloseFn) {
	_ = l.Listener.Close()
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	for _, c := range l.pending.list() {
		c.abort()
	}
	l.serving.Wait()
}

// connection is one of a device. What is written to it must be taken soon, whatever keep-alive the device asked for.
type connection struct {
	net.Conn
	socket net.Conn // under TLS, if there is any
	// spoke is called when it wishes to log in, loggedIn when it has.
	spoke, loggedIn func()
	// working is set while a packet that was read is worked on.
	working atomic.Bool

	mu       sync.Mutex
	closed   bool
	onClose  func()
	onFinish func()
}

// writeTime is how long a device may take to take what is written to it.
const writeTime = 10 * time.Second

// Write writes within writeTime.
func (c *connection) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(clock.System{}.Now().Add(writeTime)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// SetDeadline is the library's for what it reads; what it writes has its own.
func (c *connection) SetDeadline(at time.Time) error { return c.SetReadDeadline(at) }

// whenOver says what is to be done when the connection is closed, at once if it is, and when nobody works on it any more.
func (c *connection) whenOver(closed, finished func()) {
	c.mu.Lock()
	over := c.closed
	c.onClose, c.onFinish = closed, finished
	c.mu.Unlock()
	if over {
		closed()
	}
}

// finish closes the connection after the last that worked on it.
func (c *connection) finish() {
	_ = c.Close()
	c.mu.Lock()
	do := c.onFinish
	c.mu.Unlock()
	if do != nil {
		do()
	}
}

// Close closes the connection.
func (c *connection) Close() error {
	c.mu.Lock()
	first, do := !c.closed, c.onClose
	c.closed = true
	c.mu.Unlock()
	if !first {
		return nil
	}
	c.spoke()
	c.loggedIn()
	if do != nil {
		do()
	}
	return c.Conn.Close()
}

// abort ends the connection without a word; who reads from it closes it.
func (c *connection) abort() { _ = c.socket.Close() }
