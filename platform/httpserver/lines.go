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

// refuseOddLines refuses a head with such lines.
func refuseOddLines(c *fiber.Ctx) error {
	odd := hasOddLines(c.Request().Header.RawHeaders())
	if conn, is := c.Context().Conn().(*lingeringConn); is && conn.head.bareLF {
		odd = true
	}
	if !odd {
		return nil
	}
	c.Context().SetConnectionClose()
	return problem.New(problem.MalformedRequest)
}

// hasOddLines tells whether a head's header lines, as they were sent, hold a bare LF or one that is folded.
func hasOddLines(headers []byte) bool {
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

// headWatch looks for bare LFs in the heads of a connection's requests, as they are read. It knows where a head begins only where
// nothing of the request was read before: of pipelined requests, refuseOddLines looks at what fasthttp kept.
type headWatch struct {
	// expected is set where the next byte that is read is the first of a request.
	expected bool
	// reading is set from there to the empty line.
	reading bool
	bareLF  bool
	// before is the last byte, ended how much of the CR LF CR LF that ends a head was seen.
	before byte
	ended  int
}

const headEnd = "\r\n\r\n"

// see looks at bytes that were read.
func (w *headWatch) see(b []byte) {
	if w.expected && len(b) > 0 {
		*w = headWatch{reading: true}
	}
	for _, c := range b {
		if !w.reading {
			return
		}
		if c == '\n' && w.before != '\r' {
			w.bareLF, w.reading = true, false
			return
		}
		switch c {
		case headEnd[w.ended]:
			w.ended++
		case headEnd[0]:
			w.ended = 1
		default:
			w.ended = 0
		}
		w.before, w.reading = c, w.ended < len(headEnd)
	}
}

// watchHeads tells a connection when its next request begins.
func watchHeads(conn net.Conn, state fasthttp.ConnState) {
	c, is := conn.(*lingeringConn)
	if !is {
		return
	}
	switch state {
	case fasthttp.StateIdle:
		c.head = headWatch{expected: true}
	case fasthttp.StateActive:
		c.head.expected = false // it was in the buffer, behind the request before it
	}
}
