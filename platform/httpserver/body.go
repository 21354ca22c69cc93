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

// maxStall is how long the sender of an upload may send nothing of it.
const maxStall = 30 * time.Second

// takesBody tells whether huma reads the body of a request into this type; a handler of another type may read it as it arrives.
func takesBody[I any]() bool {
	input := reflect.TypeFor[I]()
	_, body := input.FieldByName("Body")
	_, raw := input.FieldByName("RawBody")
	return body || raw
}

// readBody hands the rest of a route the body of its request: whole, where it is wanted whole, else as it arrives. One that was not
// sent as HTTP wants it, not in time or over limit bytes is refused, and the connection is closed: where the next request would
// begin is not known.
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

// TransferProblem is why the rest of a body did not arrive: the time was up, or it was not sent as HTTP wants it. It is the fault
// of the sender or of the line, never of the server.
func TransferProblem(err error) *problem.Problem {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return problem.New(problem.RequestTimeout)
	}
	return problem.New(problem.MalformedRequest)
}

// request is huma.Context under a name that its own method Context leaves free.
type request huma.Context

// bodyContext is a request whose body is read from somewhere else.
type bodyContext struct {
	request
	body io.Reader
}

func (c bodyContext) BodyReader() io.Reader { return c.body }

// Unwrap is how humafiber finds its own context.
func (c bodyContext) Unwrap() huma.Context { return c.request }

// arrivingBody is a body as it arrives. One that ends before its declared length is an error: the sender is gone, and a part must
// not be taken for the whole.
type arrivingBody struct {
	source io.Reader
	// declared is the Content-Length; negative where there is none.
	declared int64
	read     int64
	// conn, where it is set, is given stallTime for each part, until end. A body that is read whole has the server's own time.
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
