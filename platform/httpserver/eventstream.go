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
	"go.uber.org/zap/zapcore"
)

// Limits of an event stream.
const (
	// maxUnreadTime is how long a reader may leave sent data unread.
	maxUnreadTime = 10 * time.Second
	// sendBuffer bounds the operating system's buffer in bytes, so that a reader who does not read is detected.
	sendBuffer = 64 << 10
	// maxStreamTime ends a stream. Its reader reconnects with the last id.
	maxStreamTime = 12 * time.Hour
)

// EventWriter sends events to one reader.
type EventWriter struct {
	out  *bufio.Writer
	conn net.Conn
	// ctx ends when the reader loses the right to read, or the server stops.
	ctx context.Context
	// slowTimer fires if nothing could be sent for half of maxUnreadTime.
	slowTimer *time.Timer
}

// Event writes an event, which is sent by the next Flush. id and kind must not contain line breaks; data is one line.
func (w *EventWriter) Event(id, kind, data string) {
	_, _ = w.out.WriteString("id: " + id + "\nevent: " + kind + "\ndata: " + data + "\n\n")
}

// KeepAlive sends the reader's position without an event. The reader reconnects from there, and sees that the connection works.
func (w *EventWriter) KeepAlive(id string) {
	_, _ = w.out.WriteString(": \nid: " + id + "\n\n")
}

// Retry sends how many ms the reader should wait before it reconnects.
func (w *EventWriter) Retry(ms string) {
	_, _ = w.out.WriteString("retry: " + ms + "\n\n")
}

// Flush sends what was written. It returns an error if the reader has disconnected, has not read for maxUnreadTime, or has lost
// the right to read.
func (w *EventWriter) Flush() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if err := w.conn.SetWriteDeadline(time.Now().Add(maxUnreadTime)); err != nil {
		return err
	}
	err := w.out.Flush()
	if err == nil && !w.slowTimer.Reset(maxUnreadTime/2) {
		w.dropUnread(false) // the reader was slow, and has read now
	}
	return err
}

// dropUnread sets whether closing the connection drops unread data. For a reader who does not read, the operating system would
// keep that data for minutes.
func (w *EventWriter) dropUnread(drop bool) {
	client, ok := w.conn.(clientConn)
	if !ok {
		return
	}
	linger := -1
	if drop {
		linger = 0
	}
	_ = client.socket().SetLinger(linger)
}

// EventStream answers with server-sent events. write sends them until it returns or its context ends. The context ends when the
// server stops, after maxStreamTime, or when the reader's rights change; the reader then reconnects with their new rights.
// Errors: too many streams of the caller, of the caller's network, or of all callers.
func (a *API) EventStream(ctx context.Context, write func(context.Context, *EventWriter) error) (*huma.StreamResponse, error) {
	leave, err := a.streams.enter(PrincipalOf(ctx).Subject, NetworkOf(ClientIP(ctx)))
	if err != nil {
		return nil, err
	}
	values := context.WithoutCancel(ctx)
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		c := humafiber.Unwrap(ctx)
		c.Set("Content-Type", "text/event-stream")
		c.Set("X-Accel-Buffering", "no") // a proxy must not buffer events
		if client, ok := c.Context().Conn().(clientConn); ok {
			_ = client.socket().SetWriteBuffer(sendBuffer)
		}
		_ = c.Context().SetWriteDeadline(time.Now().Add(maxUnreadTime)) // in place of the server's deadline; each flush sets a new one
		w := &EventWriter{conn: c.Context().Conn()}
		c.Context().SetBodyStreamWriter(func(out *bufio.Writer) {
			defer leave()
			defer a.recoverStream(values)
			live, cancel := context.WithTimeout(values, maxStreamTime)
			defer cancel()
			defer context.AfterFunc(a.streams.stopped, cancel)()
			if r, ok := values.Value(rightsKey).(*rights); ok {
				r.watch(live, cancel)
			}
			w.out, w.ctx = out, live
			w.slowTimer = time.AfterFunc(maxUnreadTime/2, func() { w.dropUnread(true) })
			defer w.slowTimer.Stop()
			_ = write(live, w)
		})
	}}, nil
}

// recoverStream recovers a panic, so that it ends one stream and not the process.
func (a *API) recoverStream(ctx context.Context) {
	if cause := recover(); cause != nil {
		a.logWith(ctx, zapcore.ErrorLevel, "an event stream panicked; its reader connects again; report it with this line", zap.Any("cause", cause), zap.ByteString("stack", debug.Stack()))
	}
}
