package httpserver

import (
	"bufio"
	"context"
	"net"
	"runtime/debug"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"go.uber.org/zap"
)

// Times of an event stream.
const (
	// maxUnreadTime is how long a reader may leave what was sent to him unread.
	maxUnreadTime = 10 * time.Second
	// sendBuffer bounds what the system holds for a reader who does not read, so that he is noticed.
	sendBuffer = 64 << 10
	// maxStreamTime ends a stream that nobody ended; its reader comes back with the last id.
	maxStreamTime = 12 * time.Hour
)

// EventWriter sends events to one reader.
type EventWriter struct {
	out  *bufio.Writer
	conn net.Conn
	// ctx ends when the reader may no longer read, or the server stops.
	ctx context.Context
	// slowTimer fires when nothing could be sent for long.
	slowTimer *time.Timer
}

// Event writes an event; it goes out with the next Flush. id and kind hold no line breaks; data is one line.
func (w *EventWriter) Event(id, kind, data string) {
	_, _ = w.out.WriteString("id: " + id + "\nevent: " + kind + "\ndata: " + data + "\n\n")
}

// KeepAlive tells the reader where he is, so that he comes back to it, and that the line is alive.
func (w *EventWriter) KeepAlive(id string) {
	_, _ = w.out.WriteString(": \nid: " + id + "\n\n")
}

// Retry tells the reader how many ms to wait before he comes back.
func (w *EventWriter) Retry(ms string) {
	_, _ = w.out.WriteString("retry: " + ms + "\n\n")
}

// Flush sends what was written. Its error says that the reader has gone, has not read for stuckAfter, or may no longer read.
func (w *EventWriter) Flush() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if err := w.conn.SetWriteDeadline(time.Now().Add(maxUnreadTime)); err != nil {
		return err
	}
	err := w.out.Flush()
	if err == nil && !w.slowTimer.Reset(maxUnreadTime/2) {
		w.dropUnread(false) // he was late, and has read
	}
	return err
}

// dropUnread says whether closing the connection drops what was sent and not read, or waits for it. Of who does not read, the
// system would keep for minutes what he will never read.
func (w *EventWriter) dropUnread(drop bool) {
	tcp, is := w.conn.(*drainConn)
	if !is {
		return
	}
	linger := -1
	if drop {
		linger = 0
	}
	_ = tcp.SetLinger(linger)
}

// EventStream answers with server-sent events that write sends until it returns or its context ends: with the server, after
// streamTime, or once the reader's rights are others than those that he came with; he comes back and gets what he may see then.
// Errors: too many streams of the caller, of his network, or of all.
func (a *API) EventStream(ctx context.Context, write func(context.Context, *EventWriter) error) (*huma.StreamResponse, error) {
	leave, err := a.streams.enter(PrincipalOf(ctx).Subject, NetworkOf(ClientIP(ctx)))
	if err != nil {
		return nil, err
	}
	values := context.WithoutCancel(ctx)
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		c := humafiber.Unwrap(ctx)
		c.Set("Content-Type", "text/event-stream")
		c.Set("X-Accel-Buffering", "no") // a proxy that gathers would hold events back
		if tcp, is := c.Context().Conn().(*drainConn); is {
			_ = tcp.SetWriteBuffer(sendBuffer)
		}
		_ = c.Context().SetWriteDeadline(time.Now().Add(maxUnreadTime)) // each flush sets it anew, in place of the server's
		w := &EventWriter{conn: c.Context().Conn()}
		c.Context().SetBodyStreamWriter(func(out *bufio.Writer) {
			defer leave()
			defer a.recoverStream(values)
			live, cancel := context.WithTimeout(values, maxStreamTime)
			defer cancel()
			defer context.AfterFunc(a.streams.stopped, cancel)()
			if r, is := values.Value(rightsKey).(*rights); is {
				r.watch(live, cancel)
			}
			w.out, w.ctx = out, live
			w.slowTimer = time.AfterFunc(maxUnreadTime/2, func() { w.dropUnread(true) })
			defer w.slowTimer.Stop()
			_ = write(live, w)
		})
	}}, nil
}

// recoverStream lets a panic end one stream and not the process.
func (a *API) recoverStream(ctx context.Context) {
	if cause := recover(); cause != nil {
		a.log.Error("an event stream panicked", zap.String("request_id", RequestID(ctx)), zap.Any("cause", cause), zap.ByteString("stack", debug.Stack()))
	}
}
