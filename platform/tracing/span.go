package tracing

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Span is a span that is open. The zero Span records nothing.
type Span struct{ span trace.Span }

// Recorded returns true if what is set goes anywhere.
func (s Span) Recorded() bool { return s.span != nil && s.span.IsRecording() }

// Name gives the span another name.
func (s Span) Name(name string) {
	if s.span != nil {
		s.span.SetName(name)
	}
}

// Set adds attributes.
func (s Span) Set(about ...attribute.KeyValue) {
	if s.span != nil {
		s.span.SetAttributes(about...)
	}
}

// Fail marks the span as failed, for a reason that is one of a few.
func (s Span) Fail(reason string) {
	if s.span != nil {
		s.span.SetStatus(codes.Error, "")
		s.span.SetAttributes(attribute.String("error.type", reason))
	}
}

// End ends the span. If err is an error, its kind is noted, and not its text, which can have values.
func (s Span) End(err error) {
	if s.span == nil {
		return
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.Fail(kindOf(err))
	}
	s.span.End()
}

// kindOf names the kind of an error: PostgreSQL's code, or a type.
func kindOf(err error) string {
	var coded interface{ SQLState() string }
	switch {
	case errors.As(err, &coded):
		return coded.SQLState()
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, driver.ErrBadConn):
		return "connection"
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return fmt.Sprintf("%T", err)
}

// The headers of the W3C Trace Context.
const (
	Header      = "Traceparent"
	StateHeader = "Tracestate"
	// maxHeader is the maximum length of one that is read, in bytes.
	maxHeader = 512
)

var w3c propagation.TraceContext

// Arrived returns a context of the trace that headers name; header returns "" for one that is missing. Headers that are not valid
// name none.
func Arrived(ctx context.Context, header func(name string) string) context.Context {
	parent := header(Header)
	if parent == "" || len(parent) > maxHeader {
		return ctx
	}
	carried := propagation.MapCarrier{"traceparent": parent}
	if state := header(StateHeader); state != "" && len(state) <= maxHeader {
		carried["tracestate"] = state
	}
	return w3c.Extract(ctx, carried)
}

// Leaving returns the headers by which another process continues the trace of ctx.
func Leaving(ctx context.Context) map[string]string {
	carried := propagation.MapCarrier{}
	w3c.Inject(ctx, carried)
	headers := make(map[string]string, len(carried))
	for name, value := range carried {
		switch name {
		case "traceparent":
			headers[Header] = value
		case "tracestate":
			headers[StateHeader] = value
		}
	}
	return headers
}
