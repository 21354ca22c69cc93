package httpserver

import (
	"bytes"
	"errors"
	"net"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/holotwin/holotwin/platform/problem"
)

// Lines of a request's head that end in a bare LF, or go on in the next line, are what machines in between and this one may read
// differently (RFC 9112, sections 2.2 and 5.2). fasthttp takes them, and waits for a CR where the head's last lines have none.

// rejectBadLines refuses a head with such lines.
func rejectBadLines(c *fiber.Ctx) error {
	odd := hasBadLines(c.Request().Header.RawHeaders())
	if conn, is := c.Context().Conn().(*drainConn); is && conn.head.bareLF {
		odd = true
	}
	if !odd {
		return nil
	}
	c.Context().SetConnectionClose()
	return problem.New(problem.MalformedRequest)
}

// hasBadLines tells whether a head's header lines, as they were sent, hold a bare LF or one that is folded.
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

// errBareLF ends the reading of a head that fasthttp would wait for until its time is up.
var errBareLF = errors.New("a line of the request's head ends in a bare LF")

// headScanner looks for bare LFs in the heads of a connection's requests, as they are read. It knows where a head begins only where
// nothing of the request was read before: of pipelined requests, refuseOddLines looks at what fasthttp kept.
type headScanner struct {
	// atStart is set where the next byte that is read is the first of a request.
	atStart bool
	// inHead is set from there to the empty line.
	inHead bool
	bareLF bool
	// previous is the last byte, ended how much of the CR LF CR LF that ends a head was seen.
	previous   byte
	endMatched int
}

const headEnd = "\r\n\r\n"

// scan looks at bytes that were read.
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

// trackHeads tells a connection when its next request begins.
func trackHeads(conn net.Conn, state fasthttp.ConnState) {
	c, is := conn.(*drainConn)
	if !is {
		return
	}
	switch state {
	case fasthttp.StateIdle:
		c.head = headScanner{atStart: true}
	case fasthttp.StateActive:
		c.head.atStart = false // it was in the buffer, behind the request before it
	}
}
