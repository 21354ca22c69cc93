package httpserver

import (
	"bytes"
	"errors"
	"io"
	"net"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"github.com/holotwin/holotwin/platform/problem"
)

// maxStall is the maximum time without a byte from the sender of an upload.
const maxStall = 30 * time.Second

// takesBody returns true if huma reads the body of a request into this type. A handler with another type may read the body
// while it arrives.
func takesBody[I any]() bool {
	input := reflect.TypeFor[I]()
	_, body := input.FieldByName("Body")
	_, raw := input.FieldByName("RawBody")
	return body || raw
}

// readBody passes the body of a request to the handler: complete if whole is set, and else as a stream. A body that is
// malformed, late or over limit bytes is refused. Then the connection is closed, because the start of the next request is
// unknown.
func (a *API) readBody(limit int64, whole bool) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humafiber.Unwrap(ctx)
		arriving := arrivingBodyOf(c)
		if !whole {
			arriving.conn = c.Context().Conn()
			arriving.end, _ = ctx.Context().Deadline()
			next(bodyContext{request: ctx, body: arriving})
			return
		}
		if arriving.declared > limit {
			a.refuse(ctx, problem.New(problem.TooLarge, "limit", limit))
			return
		}
		read := new(bytes.Buffer)
		read.Grow(int(max(arriving.declared, 0)))
		n, err := io.Copy(read, io.LimitReader(arriving, limit+1))
		switch {
		case err != nil:
			a.refuse(ctx, TransferProblem(err))
		case n > limit:
			a.refuse(ctx, problem.New(problem.TooLarge, "limit", limit))
		default:
			next(bodyContext{request: ctx, body: read})
		}
	}
}

// TransferProblem returns why a body did not arrive completely: a timeout, or malformed HTTP. The cause is the sender or the
// network, never the server.
func TransferProblem(err error) *problem.Problem {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return problem.New(problem.RequestTimeout)
	}
	return problem.New(problem.MalformedRequest)
}

// request is huma.Context under another name: embedded as huma.Context it would hide its own method Context.
type request huma.Context

// bodyContext is a request with another reader for its body.
type bodyContext struct {
	request
	body io.Reader
}

func (c bodyContext) BodyReader() io.Reader { return c.body }

// Unwrap lets humafiber find its own context.
func (c bodyContext) Unwrap() huma.Context { return c.request }

// arrivingBody is a body that is read while it arrives. If it ends before its declared length, Read returns an error: the
// sender has disconnected, and a part must not be used as the whole.
type arrivingBody struct {
	source io.Reader
	// declared is the Content-Length in bytes; negative if there is none.
	declared int64
	read     int64
	// conn, if set, gets a read deadline of maxStall for each part, and never later than end. A body that is read whole has the
	// read deadline of the server.
	conn net.Conn
	end  time.Time
}

func arrivingBodyOf(c *fiber.Ctx) *arrivingBody {
	b := &arrivingBody{source: c.Request().BodyStream(), declared: int64(c.Request().Header.ContentLength())}
	if b.source == nil {
		b.source, b.declared = bytes.NewReader(nil), 0
	}
	return b
}

func (b *arrivingBody) Read(p []byte) (int, error) {
	if b.conn != nil {
		_ = b.conn.SetReadDeadline(b.partDeadline(time.Now()))
	}
	n, err := b.source.Read(p)
	b.read += int64(n)
	if errors.Is(err, io.EOF) && b.read < b.declared {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (b *arrivingBody) partDeadline(now time.Time) time.Time {
	if deadline := now.Add(maxStall); b.end.IsZero() || deadline.Before(b.end) {
		return deadline
	}
	return b.end
}
