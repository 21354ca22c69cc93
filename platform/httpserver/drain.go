package httpserver

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// A refused request may still be on its way. What of it is read after the answer, at most.
const (
	drainTime  = time.Second
	drainBytes = 64 << 20
)

// drainListener accepts connections whose end does not take the answer away: closing one from which something is unread resets it,
// and the client then sees a broken connection in place of why it was refused (RFC 9112, section 9.6).
type drainListener struct{ net.Listener }

func (l drainListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, is := conn.(*net.TCPConn); is {
		return &drainConn{TCPConn: tcp, head: headScanner{atStart: true}}, nil
	}
	return conn, err
}

type drainConn struct {
	*net.TCPConn
	closing atomic.Bool
	// closeAtOnce is set where nobody reads any more.
	closeAtOnce atomic.Bool
	// head is touched by whoever serves the connection alone.
	head headScanner
}

// Read ends with the connection, as reads of a closed one do, though what still comes is then read by Close.
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

// SetLinger says that Close drops what was sent and not read, where sec is 0.
func (c *drainConn) SetLinger(sec int) error {
	c.closeAtOnce.Store(sec == 0)
	return c.TCPConn.SetLinger(sec)
}

// Close says that no more is sent, and closes when the client did so too, or in a while. It does not wait for that.
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
