package tracing

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/holotwin/holotwin/platform/tracing/tracingtest"
)

func started(t *testing.T, o Options) (*Tracer, *observer.ObservedLogs, *prometheus.Registry) {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	registry := prometheus.NewRegistry()
	o.Service, o.Share = "test", 1
	tracer, err := New(o, zap.New(core), registry)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, tracer.Stop(context.Background())) })
	return tracer, logs, registry
}

// TestASpanArrives checks what a collector gets: the tree of the spans, a statement without values, the kind of an error without its
// text, and the headers that the operator set.
func TestASpanArrives(t *testing.T) {
	collector := tracingtest.New(t)
	tracer, logs, _ := started(t, Options{Endpoint: collector.URL + "/", Headers: map[string]string{"X-Key": "k1"}})
	arrived := Arrived(t.Context(), func(name string) string {
		return map[string]string{Header: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}[name]
	})
	ctx, request := tracer.Begin(arrived, "GET /things/:id", trace.SpanKindServer)
	below, statement := Statement(ctx, "postgresql", "SELECT *  FROM users\n\tWHERE email = 'ana@uni.edu' AND age > 17 AND id = $1")
	require.Equal(t, "0af7651916cd43dd8448eb211c80319c", TraceID(below))
	require.Contains(t, Leaving(below)[Header], "00-0af7651916cd43dd8448eb211c80319c-")
	statement.End(errors.New("duplicate key: (ana@uni.edu)"))
	request.End(nil)
	require.NoError(t, tracer.Stop(t.Context()))

	all := collector.Spans()
	require.Len(t, all, 2)
	require.Equal(t, "test", all[0].Service)
	require.Equal(t, "SELECT", all[0].Name)
	require.Equal(t, "SELECT * FROM users WHERE email = ? AND age > ? AND id = $1", all[0].About["db.query.text"])
	require.True(t, all[0].Failed)
	require.Equal(t, "*errors.errorString", all[0].About["error.type"])
	require.Equal(t, all[1].ID, all[0].Parent)
	require.Equal(t, "b7ad6b7169203331", all[1].Parent)
	require.Equal(t, all[1].Trace, all[0].Trace)
	require.Equal(t, "k1", collector.Headers()[0].Get("X-Key"))
	require.NotContains(t, collector.Raw(), "ana@uni.edu")
	require.Empty(t, logs.All())
}

// TestNothingIsTracedWithoutATrace checks what is off: no tracer, and below an edge that is not traced.
func TestNothingIsTracedWithoutATrace(t *testing.T) {
	tracer, err := New(Options{}, zap.NewNop(), prometheus.NewRegistry())
	require.NoError(t, err)
	require.Nil(t, tracer)
	require.False(t, tracer.Records())
	ctx, span := tracer.Begin(t.Context(), "x", trace.SpanKindServer)
	require.Equal(t, t.Context(), ctx)
	span.End(nil)
	require.NoError(t, tracer.Stop(t.Context()))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, span := Statement(ctx, "sqlite", "SELECT 1")
		span.End(nil)
	}))
}

func TestAStatementLosesItsValues(t *testing.T) {
	for statement, want := range map[string]string{
		"SELECT 'it''s', \"a 'b\", `c 1` FROM t1 WHERE x = -1.5e3": "SELECT ?, \"a 'b\", `c 1` FROM t1 WHERE x = -?",
		"INSERT INTO a VALUES ($1,?, 'x\ny')":                      "INSERT INTO a VALUES ($1,?, ?)",
		"  SELECT 'unended":                                        "SELECT ?",
		"":                                                         "",
	} {
		require.Equal(t, want, withoutValues(statement))
	}
	require.LessOrEqual(t, len(withoutValues(strings.Repeat("x,", maxText))), maxText)
}

// TestATraceIsForwardedAsItCame checks that without a collector the trace of a caller reaches the next process, and that what is no trace
// does not.
func TestATraceIsForwardedAsItCame(t *testing.T) {
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for header, want := range map[string]string{parent: parent, "": "", "00-zz": "", parent + strings.Repeat("-x", 400): "", "00-" + strings.Repeat("0", 32) + "-b7ad6b7169203331-01": ""} {
		ctx := Arrived(t.Context(), func(name string) string {
			return map[string]string{Header: header, StateHeader: "a=1"}[name]
		})
		require.Equal(t, want, Leaving(ctx)[Header])
		if want != "" {
			require.Equal(t, "a=1", Leaving(ctx)[StateHeader])
		}
	}
}

// TestAWrongCollectorIsSaidOnce checks what stands at the address and is no collector: one line, no waiting, and every span counted.
func TestAWrongCollectorIsSaidOnce(t *testing.T) {
	other := tracingtest.New(t)
	for name, handler := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>"))
		},
		"no route": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "secret-of-the-body", http.StatusNotFound) },
		"a rebuke": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		},
		"no HTTP": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_, _ = conn.Write([]byte("\x00\x00\x12\x04"))
			_ = conn.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			tracer, logs, registry := started(t, Options{Endpoint: server.URL})
			for range 3 {
				_, span := tracer.Begin(t.Context(), "x", trace.SpanKindServer)
				span.End(nil)
			}
			require.NoError(t, tracer.Stop(t.Context()))
			require.Len(t, logs.All(), 1)
			line := logs.All()[0]
			require.Equal(t, zapcore.WarnLevel, line.Level)
			require.Contains(t, line.Message, "check OTEL_EXPORTER_OTLP_ENDPOINT")
			require.NotContains(t, line.ContextMap()["reason"], "secret-of-the-body")
			require.Equal(t, 3.0, lostBy(t, registry, "collector"))
			require.Empty(t, other.Headers(), "no other host is asked")
		})
	}
}

func lostBy(t *testing.T, registry *prometheus.Registry, reason string) (n float64) {
	t.Helper()
	all, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range all {
		for _, m := range family.GetMetric() {
			if family.GetName() == "holotwin_trace_spans_dropped_total" && m.GetLabel()[0].GetValue() == reason {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}

// TestAFrozenCollectorDelaysNothing checks that spans end at once and the stop is bounded while the collector takes connections and says
// nothing, and that the queue has a bound.
func TestAFrozenCollectorDelaysNothing(t *testing.T) {
	frozen, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer frozen.Close()
	tracer, logs, registry := started(t, Options{Endpoint: "http://" + frozen.Addr().String()})
	const spans = maxWaiting + 2*maxBatch
	for range spans {
		_, span := tracer.Begin(t.Context(), "x", trace.SpanKindServer)
		span.End(nil)
	}
	require.LessOrEqual(t, len(tracer.queue.waiting), maxWaiting)
	require.NoError(t, tracer.Stop(t.Context()))
	require.Positive(t, lostBy(t, registry, "full"))
	require.Len(t, logs.All(), 1)
	require.Contains(t, logs.All()[0].ContextMap()["reason"], context.Canceled.Error(), "the stop ended the request, and not its own time")
}

// scripted is an exporter that fails while broken is set.
type scripted struct {
	broken atomic.Bool
	took   atomic.Int64
	asked  atomic.Int64
}

func (s *scripted) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	s.asked.Add(1)
	if s.broken.Load() {
		return errors.New("connection refused")
	}
	s.took.Add(int64(len(spans)))
	return nil
}

func (*scripted) Shutdown(context.Context) error { return nil }

// TestAnOutageMakesTwoLines plays an hour without a collector, with a span a second: one line when it begins, one when it is over, few
// attempts, and all lost spans counted.
func TestAnOutageMakesTwoLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.DebugLevel)
		registry, exporter := prometheus.NewRegistry(), &scripted{}
		q := newQueue(exporter, timesOfUse, "collector:4318", zap.New(core), registry)
		tracer := newTracer(Options{Share: 1}, q)
		play := func(length time.Duration) (made int64) {
			for end := time.Now().Add(length); time.Now().Before(end); made++ {
				_, span := tracer.Begin(t.Context(), "x", trace.SpanKindServer)
				span.End(nil)
				<-time.After(time.Second)
			}
			return made
		}
		made := play(time.Minute)
		exporter.broken.Store(true)
		exporter.asked.Store(0)
		made += play(time.Hour)
		require.Less(t, exporter.asked.Load(), int64(time.Hour/(5*time.Second)))
		exporter.broken.Store(false)
		made += play(10 * time.Minute)
		require.NoError(t, tracer.Stop(t.Context()))
		lines := logs.All()
		require.Len(t, lines, 2)
		require.Equal(t, []zapcore.Level{zapcore.WarnLevel, zapcore.InfoLevel}, []zapcore.Level{lines[0].Level, lines[1].Level})
		lost := lostBy(t, registry, "collector") + lostBy(t, registry, "full")
		require.Equal(t, made, exporter.took.Load()+int64(lost))
		require.EqualValues(t, lost, lines[1].ContextMap()["lost"])
		require.Equal(t, float64(exporter.took.Load()), testutil.ToFloat64(q.sent))
	})
}

// TestOnlyAShareIsRecorded checks the sampler: the caller's decision holds, and else the share.
func TestOnlyAShareIsRecorded(t *testing.T) {
	q := newQueue(&scripted{}, timesOfUse, "", zap.NewNop(), prometheus.NewRegistry())
	tracer := newTracer(Options{Share: 0}, q)
	defer func() { require.NoError(t, tracer.Stop(t.Context())) }()
	ctx, span := tracer.Begin(t.Context(), "x", trace.SpanKindServer)
	require.False(t, span.Recorded())
	require.NotEmpty(t, TraceID(ctx), "the log has an id all the same")
	require.True(t, strings.HasSuffix(Leaving(ctx)[Header], "-00"), "and the next process records nothing")
	for flag, recorded := range map[string]bool{"01": true, "00": false} {
		ctx := Arrived(t.Context(), func(name string) string {
			return map[string]string{Header: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-" + flag}[name]
		})
		_, span := tracer.Begin(ctx, "x", trace.SpanKindServer)
		require.Equal(t, recorded, span.Recorded())
	}
}
