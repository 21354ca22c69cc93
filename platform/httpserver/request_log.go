package httpserver

import (
	"context"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/holotwin/holotwin/platform/tracing"
)

// note is what the log line of a request says beside its status. A request has one line, whatever happens to it.
type note struct {
	mu      sync.Mutex
	level   zapcore.Level
	message string
	fields  []zap.Field
	// written is true after the line was: what happens later, in a stream, has a line of its own.
	written bool
}

func withNote(ctx context.Context) context.Context {
	return context.WithValue(ctx, noteKey, &note{level: zapcore.DebugLevel})
}

// Log adds to the log line of a request why it ended as it did. The worst reason makes the line's message. What happens outside of a
// request, or after its line was written, is logged at once.
func Log(ctx context.Context, log *zap.Logger, level zapcore.Level, message string, fields ...zap.Field) {
	if n, ok := ctx.Value(noteKey).(*note); ok && n.add(level, message, fields) {
		return
	}
	log.Log(level, message, append([]zap.Field{zap.String("request_id", RequestID(ctx)), traceField(ctx)}, fields...)...)
}

func (a *API) logWith(ctx context.Context, level zapcore.Level, message string, fields ...zap.Field) {
	Log(ctx, a.log, level, message, fields...)
}

// add returns false if the line is written already.
func (n *note) add(level zapcore.Level, message string, fields []zap.Field) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.written {
		return false
	}
	if n.message == "" || level > n.level {
		n.level, n.message = level, message
	}
	n.fields = append(n.fields, fields...)
	return true
}

// take returns what the line says, and ends it.
func (n *note) take() (level zapcore.Level, message string, fields []zap.Field) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.written = true
	return n.level, n.message, n.fields
}

// slowRequest is the time after which a request is logged as a warning.
const slowRequest = 2 * time.Second

// logRequest writes the line of a request: at debug if it was answered, at info if it was refused, and above if something is wrong.
func (a *API) logRequest(c *fiber.Ctx, status int, took time.Duration) {
	ctx := c.UserContext()
	level, message, more := zapcore.DebugLevel, "", []zap.Field(nil)
	if n, ok := ctx.Value(noteKey).(*note); ok {
		level, message, more = n.take()
	}
	if message == "" {
		message = "request"
		if took > slowRequest {
			message = "slow request; if there are many, see platform/deploy/capacity.md"
		}
	}
	switch {
	case status >= fiber.StatusInternalServerError, took > slowRequest:
		level = max(level, zapcore.WarnLevel)
	case status >= fiber.StatusBadRequest:
		level = max(level, zapcore.InfoLevel)
	}
	if !a.log.Core().Enabled(level) {
		return
	}
	fields := []zap.Field{
		zap.String("request_id", requestIDOf(c)), traceField(ctx), zap.String("method", c.Method()), zap.String("path", c.Path()),
		zap.Int("status", status), zap.Duration("took", took), zap.String("client", a.clientAddress(c)),
	}
	a.log.Log(level, message, append(fields, more...)...)
}

// traceField is the id of the trace that a request is part of, if it is part of one.
func traceField(ctx context.Context) zap.Field {
	if id := tracing.TraceID(ctx); id != "" {
		return zap.String("trace_id", id)
	}
	return zap.Skip()
}
