// Package tracing records what a request, a message or a job did, as spans, and sends them to a collector by OTLP (OpenTelemetry).
// It is off unless a collector is set; then a Tracer is nil, and no span is made. A span begins at the edge with Begin, or below with
// Continue, which makes none outside of a trace: so what runs below needs no Tracer and costs a look into its context.
//
// The collector is never waited for: spans go into a queue with a bound (queue.go), and those that find no room are counted and
// dropped. A span holds no values: no query, no header, no parameter of a statement (statement.go), no text of an error.
package tracing

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
)

// Options say where spans go, and which.
type Options struct {
	// Endpoint is the base address of the collector, to which /v1/traces is added; empty means none.
	Endpoint string
	// Headers are sent to the collector.
	Headers map[string]string
	// Service, Version and Modules name this process.
	Service, Version string
	Modules          []string
	// Share is the share of the traces that begin here and are recorded, from 0 to 1. A trace that begins elsewhere is recorded if it
	// is there.
	Share float64
}

// Tracer begins spans. A nil Tracer begins none.
type Tracer struct {
	tracer   trace.Tracer
	provider *sdktrace.TracerProvider
	queue    *queue
}

// scope names the code that makes the spans.
const scope = "github.com/holotwin/holotwin"

// Limits of a span.
const (
	maxAttributes = 24
	// maxText is the maximum length of an attribute, in bytes.
	maxText = 2000
)

// New returns a tracer, and nil without an endpoint. It does not connect: the first spans do.
func New(o Options, log *zap.Logger, registry prometheus.Registerer) (*Tracer, error) {
	if o.Endpoint == "" {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(tracesURL(o.Endpoint)), otlptracehttp.WithHeaders(o.Headers),
		otlptracehttp.WithHTTPClient(&http.Client{Transport: newTransport(), Timeout: sendTime}),
		otlptracehttp.WithCompression(otlptracehttp.GzipCompression), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}))
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	return newTracer(o, newQueue(exporter, timesOfUse, hostOf(o.Endpoint), log, registry)), nil
}

func newTracer(o Options, q *queue) *Tracer {
	limits := sdktrace.NewSpanLimits()
	limits.AttributeValueLengthLimit, limits.AttributeCountLimit = maxText, maxAttributes
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(q), sdktrace.WithRawSpanLimits(limits),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(o.Share))),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", o.Service), attribute.String("service.version", o.Version), attribute.StringSlice("holotwin.modules", o.Modules),
		)))
	return &Tracer{tracer: provider.Tracer(scope), provider: provider, queue: q}
}

// Records returns true if spans are made.
func (t *Tracer) Records() bool { return t != nil }

// Begin begins a span at the edge: of what arrived, or of a job. Its parent is the span of ctx, which may be one of another process.
func (t *Tracer) Begin(ctx context.Context, name string, kind trace.SpanKind, about ...attribute.KeyValue) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(about...))
	return ctx, Span{span}
}

// Continue begins a span below that of ctx. If that is not recorded, it makes none.
func Continue(ctx context.Context, name string, kind trace.SpanKind, about ...attribute.KeyValue) (context.Context, Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, Span{}
	}
	ctx, span := parent.TracerProvider().Tracer(scope).Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(about...))
	return ctx, Span{span}
}

// Stop sends the spans that wait, for at most a second, and drops the rest.
func (t *Tracer) Stop(ctx context.Context) error {
	if t == nil {
		return nil
	}
	t.queue.stop(ctx)
	return nil
}

// TraceID returns the id of the trace that ctx is part of, here or where it began; empty if there is none.
func TraceID(ctx context.Context) string {
	if at := trace.SpanContextFromContext(ctx); at.HasTraceID() {
		return at.TraceID().String()
	}
	return ""
}

// sendTime is the maximum time of a request to the collector.
const sendTime = 5 * time.Second
