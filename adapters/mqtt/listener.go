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

// listener accepts connections for the library. Each is served under the supervisor, because the library panics on some broken
// packets (a SUBSCRIBE of MQTT 5 without its last byte), which would end the program.
type listener struct {
	net.Listener
	tls        *tls.Config // nil for none
	supervisor *supervise.Supervisor
	pending    *pending
	refused    *prometheus.CounterVec
	log        *zap.Logger

	mu      sync.Mutex
	closed  bool
	serving sync.WaitGroup
}

// acceptRetryDelay is the delay when the system has no room for another connection.
const acceptRetryDelay = 100 * time.Millisecond

// Init does nothing.
func (*listener) Init(*slog.Logger) error { return nil }

// ID returns the name of the listener.
func (*listener) ID() string { return "devices" }

// Address returns the address that it listens on.
func (l *listener) Address() string { return l.Addr().String() }

// Protocol returns its network.
func (l *listener) Protocol() string { return l.Addr().Network() }

// Serve accepts connections until the listener is closed.
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
			time.Sleep(acceptRetryDelay)
			continue
		}
		failing = false
		l.serve(l.connection(socket), establish)
	}
}

// serve lets the library serve a connection.
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
		defer l.recoverMalformed(c)
		_ = establish(l.ID(), c) // the reason for the end is counted elsewhere
	})
}

// recoverMalformed counts a panic of the library while it reads as a broken packet. Other panics are left to the supervisor.
func (l *listener) recoverMalformed(c *connection) {
	if c.working.Load() {
		return
	}
	if recover() != nil {
		l.refused.WithLabelValues("malformed").Inc()
	}
}

// connection returns a connection that must log in soon.
func (l *listener) connection(socket net.Conn) *connection {
	c := &connection{Conn: socket, socket: socket}
	if l.tls != nil {
		c.Conn = tls.Server(socket, l.tls)
	}
	late := time.AfterFunc(connectTime, c.abort)
	c.onConnectPacket = func() { l.pending.remove(c) }
	c.onLogin = func() { late.Stop() }
	return c
}

// Close ends the listener and the connections before login, and waits for all. Connections after login have been ended already.
// The library's own way to end them may deadlock.
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

// connection is a device's connection. The device must read what is written to it within writeTime, whatever its keep-alive.
type connection struct {
	net.Conn
	socket net.Conn // under TLS, if there is any
	// onConnectPacket is called when the device asks to log in, onLogin when it has logged in.
	onConnectPacket, onLogin func()
	// working is true while a packet is processed.
	working atomic.Bool

	mu       sync.Mutex
	closed   bool
	onClose  func()
	onFinish func()
}

// writeTime is how long a device may take to read what is written to it.
const writeTime = 10 * time.Second

// Write writes within writeTime.
func (c *connection) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(clock.System{}.Now().Add(writeTime)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// SetDeadline applies the library's deadline to reads; writes have their own.
func (c *connection) SetDeadline(at time.Time) error { return c.SetReadDeadline(at) }

// onEnd sets what to do when the connection is closed, at once if it is closed already, and when nothing uses it any more.
func (c *connection) onEnd(closed, finished func()) {
	c.mu.Lock()
	over := c.closed
	c.onClose, c.onFinish = closed, finished
	c.mu.Unlock()
	if over {
		closed()
	}
}

// finish closes the connection after its last use.
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
	c.onConnectPacket()
	c.onLogin()
	if do != nil {
		do()
	}
	return c.Conn.Close()
}

// abort closes the socket without a message; the reader then closes the connection.
func (c *connection) abort() { _ = c.socket.Close() }
