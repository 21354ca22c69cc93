package httpserver

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"time"
)

// Limits of what is read of a refused request after the answer.
const (
	drainTime  = time.Second
	drainBytes = 64 << 20
)

// clientListener accepts the connections of clients, with TLS or without.
type clientListener struct {
	net.Listener
	tls *tls.Config // nil is without
}

func (l clientListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return conn, err
	}
	socket := &drainConn{TCPConn: tcp}
	if l.tls != nil {
		return &secureConn{Conn: tls.Server(socket, l.tls), under: socket, head: headScanner{atStart: true}}, nil
	}
	return &plainConn{drainConn: socket, head: headScanner{atStart: true}}, nil
}

// clientConn is the connection of a client.
type clientConn interface {
	net.Conn
	// scanner is used only by the goroutine that serves the connection.
	scanner() *headScanner
	socket() *drainConn
}

// plainConn is a connection without TLS.
type plainConn struct {
	*drainConn
	head headScanner
}

func (c *plainConn) scanner() *headScanner      { return &c.head }
func (c *plainConn) socket() *drainConn         { return c.drainConn }
func (c *plainConn) Read(b []byte) (int, error) { return c.head.read(c.drainConn, b) }

// secureConn is a connection with TLS.
type secureConn struct {
	*tls.Conn
	under *drainConn
	head  headScanner
}

func (c *secureConn) scanner() *headScanner      { return &c.head }
func (c *secureConn) socket() *drainConn         { return c.under }
func (c *secureConn) Read(b []byte) (int, error) { return c.head.read(c.Conn, b) }

// plainHTTP is the answer to a client that does not use TLS.
const plainHTTP = "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\nThis server answers HTTPS only: use https://\n"

// Handshake answers a client that sends HTTP in place of TLS, which would otherwise see a closed connection.
func (c *secureConn) Handshake() error {
	err := c.Conn.Handshake()
	var record tls.RecordHeaderError
	if errors.As(err, &record) && record.Conn != nil && isHTTPMethod(record.RecordHeader[:]) {
		_, _ = record.Conn.Write([]byte(plainHTTP))
		_ = record.Conn.Close()
	}
	return err
}

// isHTTPMethod reports whether the first bytes of a connection are those of a request.
func isHTTPMethod(first []byte) bool {
	return !slices.ContainsFunc(first[:3], func(b byte) bool { return b < 'A' || b > 'Z' })
}

// drainConn is a connection that is drained when it is closed. If data is unread when a connection is closed, TCP resets it: the
// client then sees a broken connection and not the answer that says why the request was refused (RFC 9112, section 9.6).
type drainConn struct {
	*net.TCPConn
	closing atomic.Bool
	// closeAtOnce is set if the client does not read. Close then does not drain.
	closeAtOnce atomic.Bool
}

// Read fails once Close was called, as on any closed connection. The rest of the data is then read by Close.
func (c *drainConn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	if c.closing.Load() {
		return 0, net.ErrClosed
	}
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
