package httpserver

import (
	"bytes"
	"errors"
	"io"
	"net"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/holotwin/holotwin/platform/problem"
)

// Two kinds of lines in a request head may be read differently by a proxy and by this server: lines that end in a bare LF, and
// lines that continue in the next one (RFC 9112, sections 2.2 and 5.2). fasthttp accepts them. If the last lines of a head have
// no CR, it waits for one.

// rejectBadLines rejects a request head with such lines.
func rejectBadLines(c *fiber.Ctx) error {
	bad := hasBadLines(c.Request().Header.RawHeaders())
	if conn, ok := c.Context().Conn().(clientConn); ok && conn.scanner().bareLF {
		bad = true
	}
	if !bad {
		return nil
	}
	c.Context().SetConnectionClose()
	return problem.New(problem.MalformedRequest)
}

// hasBadLines returns true if one of the header lines, as they were sent, holds a bare LF or continues the line before it.
func hasBadLines(headers []byte) bool {
	for {
		end := bytes.IndexByte(headers, '\n')
		if end < 0 {
			return false
		}
		if end == 0 || headers[end-1] != '\r' {
			return true
		}
		headers = headers[end+1:]
		if len(headers) > 0 && (headers[0] == ' ' || headers[0] == '\t') {
			return true
		}
	}
}

// errBareLF stops reading a head for whose missing CR fasthttp would wait until its timeout.
var errBareLF = errors.New("a line of the request's head ends in a bare LF")

// headScanner looks for bare LFs in request heads while a connection is read. It can find the start of a head only if no part
// of the request has been read before. For pipelined requests, rejectBadLines checks the headers that fasthttp kept.
type headScanner struct {
	// atStart is true if the next byte is the first of a request.
	atStart bool
	// inHead is true from the first byte to the empty line.
	inHead bool
	bareLF bool
	// previous is the last byte. endMatched is how many bytes of the CR LF CR LF that ends a head have been read.
	previous   byte
	endMatched int
}

const headEnd = "\r\n\r\n"

// read reads from a connection and checks what was read.
func (w *headScanner) read(conn io.Reader, b []byte) (int, error) {
	if w.bareLF {
		return 0, errBareLF
	}
	n, err := conn.Read(b)
	w.scan(b[:n])
	return n, err
}

// scan checks bytes that were read.
func (w *headScanner) scan(b []byte) {
	if w.atStart && len(b) > 0 {
		*w = headScanner{inHead: true}
	}
	for _, c := range b {
		if !w.inHead {
			return
		}
		if c == '\n' && w.previous != '\r' {
			w.bareLF, w.inHead = true, false
			return
		}
		switch c {
		case headEnd[w.endMatched]:
			w.endMatched++
		case headEnd[0]:
			w.endMatched = 1
		default:
			w.endMatched = 0
		}
		w.previous, w.inHead = c, w.endMatched < len(headEnd)
	}
}

// trackHeads prepares the scanner of a connection for its next request.
func trackHeads(conn net.Conn, state fasthttp.ConnState) {
	c, ok := conn.(clientConn)
	if !ok {
		return
	}
	switch head := c.scanner(); state {
	case fasthttp.StateIdle:
		*head = headScanner{atStart: true}
	case fasthttp.StateActive:
		head.atStart = false // pipelined: its start is already in the buffer
	}
}
