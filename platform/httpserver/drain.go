package httpserver

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// Limits of what is read of a refused request after the answer.
const (
	drainTime  = time.Second
	drainBytes = 64 << 20
)

// drainListener accepts connections that are drained when they are closed. If data is unread when a connection is closed, TCP
// resets it: the client then sees a broken connection and not the answer that says why the request was refused (RFC 9112,
// section 9.6).
type drainListener struct{ net.Listener }

func (l drainListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &drainConn{TCPConn: tcp, head: headScanner{atStart: true}}, nil
	}
	return conn, err
}

type drainConn struct {
	*net.TCPConn
	closing atomic.Bool
	// closeAtOnce is set if the client does not read. Close then does not drain.
	closeAtOnce atomic.Bool
	// head is used only by the goroutine that serves the connection.
	head headScanner
}

// Read fails once Close was called, as on any closed connection. The rest of the data is then read by Close.
func (c *drainConn) Read(b []byte) (int, error) {
	if c.head.bareLF {
		return 0, errBareLF
	}
	n, err := c.TCPConn.Read(b)
	if c.closing.Load() {
		return 0, net.ErrClosed
	}
	c.head.scan(b[:n])
	return n, err
}

// SetLinger makes Close drop the data that was sent and not read, if sec is 0.
func (c *drainConn) SetLinger(sec int) error {
	c.closeAtOnce.Store(sec == 0)
	return c.TCPConn.SetLinger(sec)
}

// Close stops sending. It closes the connection when the client has closed it too, or after drainTime. It returns at once.
func (c *drainConn) Close() error {
	if c.closing.Swap(true) {
		return net.ErrClosed
	}
	if c.closeAtOnce.Load() || c.CloseWrite() != nil {
		return c.TCPConn.Close()
	}
	go func() {
		_ = c.SetReadDeadline(time.Now().Add(drainTime))
		_, _ = io.CopyN(io.Discard, c.TCPConn, drainBytes)
		_ = c.TCPConn.Close()
	}()
	return nil
}
