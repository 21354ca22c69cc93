package httpserver

import (
	"bufio"
	"context"
	"errors"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/problem"
)

// Bounds of event streams.
const (
	// mostStreams is how many may be open at once; each costs a goroutine and some 100 kB.
	mostStreams = 2000
	// stuckAfter is how long a reader may leave what was sent to him unread.
	stuckAfter = 10 * time.Second
	// sendBuffer bounds what the system holds for a reader who does not read, so that he is noticed.
	sendBuffer = 64 << 10
	// streamTime ends a stream that nobody ended; its reader comes back with the last id.
	streamTime = 12 * time.Hour
	// askAgainEvery is how often it is asked whether a reader may still read.
	askAgainEvery = 20 * time.Second
)

// streams are the event streams that are open.
type streams struct {
	mu    sync.Mutex
	open  int
	ended context.Context
	end   context.CancelFunc
}

func newStreams() *streams {
	ctx, cancel := context.WithCancel(context.Background())
	return &streams{ended: ctx, end: cancel}
}

func (s *streams) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= mostStreams {
		return false
	}
	s.open++
	return true
}

func (s *streams) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
}

// EventWriter sends events to one reader.
type EventWriter struct {
	out  *bufio.Writer
	conn net.Conn
	// may asks whether the reader may still read; asked is when it last was.
	may   func() bool
	asked time.Time
	// late fires when nothing could be sent for long.
	late *time.Timer
}

// Event writes an event; it goes out with the next Flush. id and kind hold no line breaks; data is one line.
func (w *EventWriter) Event(id, kind, data string) {
	_, _ = w.out.WriteString("id: " + id + "\nevent: " + kind + "\ndata: " + data + "\n\n")
}

// Place tells the reader where he is, so that he comes back to it, and that the line is alive.
func (w *EventWriter) Place(id string) {
	_, _ = w.out.WriteString(": \nid: " + id + "\n\n")
}

// Retry tells the reader how many ms to wait before he comes back.
func (w *EventWriter) Retry(ms string) {
	_, _ = w.out.WriteString("retry: " + ms + "\n\n")
}

var errNoLonger = errors.New("the reader may no longer read")

// Flush sends what was written. Its error says that the reader has gone, has not read for stuckAfter, or may no longer read.
func (w *EventWriter) Flush() error {
	if time.Since(w.asked) > askAgainEvery {
		w.asked = time.Now()
		if !w.may() {
			return errNoLonger
		}
	}
	if err := w.conn.SetWriteDeadline(time.Now().Add(stuckAfter)); err != nil {
		return err
	}
	err := w.out.Flush()
	if err == nil && !w.late.Reset(stuckAfter/2) {
		w.dropUnread(false) // he was late, and has read
	}
	return err
}

// dropUnread says whether closing the connection drops what was sent and not read, or waits for it. Of who does not read, the
// system would keep for minutes what he will never read.
func (w *EventWriter) dropUnread(drop bool) {
	tcp, is := w.conn.(*lingeringConn)
	if !is {
		return
	}
	linger := -1
	if drop {
		linger = 0
	}
	_ = tcp.SetLinger(linger)
}

// EventStream answers with server-sent events that write sends until it returns or its context ends: with the server, or after
// streamTime. Errors: overload where too many streams are open.
func (a *API) EventStream(ctx context.Context, write func(context.Context, *EventWriter) error) (*huma.StreamResponse, error) {
	if !a.streams.enter() {
		return nil, problem.New(problem.Overloaded)
	}
	values := context.WithoutCancel(ctx)
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		c := humafiber.Unwrap(ctx)
		c.Set("Content-Type", "text/event-stream")
		c.Set("X-Accel-Buffering", "no") // a proxy that gathers would hold events back
		if tcp, is := c.Context().Conn().(*lingeringConn); is {
			_ = tcp.SetWriteBuffer(sendBuffer)
		}
		_ = c.Context().SetWriteDeadline(time.Now().Add(stuckAfter)) // each flush sets it anew, in place of the server's
		w := &EventWriter{conn: c.Context().Conn(), asked: time.Now(), may: a.mayStill(values, ctx.Header("Authorization"), ctx.Header("X-API-Key"))}
		c.Context().SetBodyStreamWriter(func(out *bufio.Writer) {
			defer a.streams.leave()
			defer a.surviveStream(values)
			live, cancel := context.WithTimeout(values, streamTime)
			defer cancel()
			defer context.AfterFunc(a.streams.ended, cancel)()
			w.out = out
			w.late = time.AfterFunc(stuckAfter/2, func() { w.dropUnread(true) })
			defer w.late.Stop()
			_ = write(live, w)
		})
	}}, nil
}

// mayStill asks whether a token or key still lets its holder in; where that cannot be told, it is asked again later.
func (a *API) mayStill(ctx context.Context, authorization, apiKey string) func() bool {
	authorization, apiKey = strings.Clone(authorization), strings.Clone(apiKey)
	return func() bool {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		_, err := a.principal(ctx, authorization, apiKey)
		refused := new(problem.Problem)
		return !errors.As(err, &refused)
	}
}

// surviveStream lets a panic end one stream and not the process.
func (a *API) surviveStream(ctx context.Context) {
	if cause := recover(); cause != nil {
		a.log.Error("an event stream panicked", zap.String("request_id", RequestID(ctx)), zap.Any("cause", cause), zap.ByteString("stack", debug.Stack()))
	}
}
