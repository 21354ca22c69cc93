package tracing

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/zap"
)

// Bounds of the queue: at most maxWaiting and maxBatch spans are in memory, some megabytes.
const (
	maxWaiting = 2048
	maxBatch   = 512
)

// times are the times of a queue.
type times struct {
	// gather is how long spans are collected for one request.
	gather time.Duration
	// pause is how long the collector is left alone after a failure.
	pause time.Duration
	// calm is how long nothing must be lost before the log says that it is over: a collector that takes every second request
	// makes one line, and not one for each.
	calm time.Duration
	// end is how long a stop may take.
	end time.Duration
}

var timesOfUse = times{gather: 2 * time.Second, pause: 5 * time.Second, calm: 30 * time.Second, end: time.Second}

// queue brings ended spans to the collector. Its goroutine belongs to the tracer, because it ends after all that makes spans.
type queue struct {
	exporter sdktrace.SpanExporter
	times    times
	host     string
	log      *zap.Logger
	sent     prometheus.Counter
	dropped  *prometheus.CounterVec

	waiting  chan sdktrace.ReadOnlySpan
	overflow atomic.Int64 // spans that found no room since the goroutine looked

	stopping chan struct{}
	stopOnce sync.Once
	ended    chan struct{}
	ctx      context.Context // ends the requests
	cancel   context.CancelFunc

	// losing is true while spans are lost, lost is how many, and lastLoss is when the last were. Only the goroutine uses them.
	losing   bool
	lost     int64
	lastLoss time.Time
}

var _ sdktrace.SpanProcessor = (*queue)(nil)

// newQueue returns a queue whose goroutine runs until stop.
func newQueue(exporter sdktrace.SpanExporter, t times, host string, log *zap.Logger, registry prometheus.Registerer) *queue {
	q := &queue{
		exporter: exporter, times: t, host: host, log: log,
		sent: prometheus.NewCounter(prometheus.CounterOpts{Name: "holotwin_trace_spans_sent_total", Help: "Spans that the collector of traces took."}),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "holotwin_trace_spans_dropped_total", Help: "Spans that were lost, by reason: full (the queue was) or collector (it did not take them).",
		}, []string{"reason"}),
		waiting: make(chan sdktrace.ReadOnlySpan, maxWaiting), stopping: make(chan struct{}), ended: make(chan struct{}),
	}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	for _, reason := range []string{"full", "collector"} {
		q.dropped.WithLabelValues(reason)
	}
	registry.MustRegister(q.sent, q.dropped)
	go q.run()
	return q
}

// OnStart implements sdktrace.SpanProcessor.
func (*queue) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd implements sdktrace.SpanProcessor. It never waits.
func (q *queue) OnEnd(span sdktrace.ReadOnlySpan) {
	if !span.SpanContext().IsSampled() {
		return
	}
	select {
	case q.waiting <- span:
	default:
		q.overflow.Add(1)
		q.dropped.WithLabelValues("full").Inc()
	}
}

// Shutdown implements sdktrace.SpanProcessor.
func (q *queue) Shutdown(ctx context.Context) error { q.stop(ctx); return nil }

// ForceFlush implements sdktrace.SpanProcessor. Nothing is waited for.
func (*queue) ForceFlush(context.Context) error { return nil }

// stop ends the goroutine after a last request, if that is done in time.
func (q *queue) stop(ctx context.Context) {
	q.stopOnce.Do(func() { close(q.stopping) })
	ctx, cancel := context.WithTimeout(ctx, q.times.end)
	defer cancel()
	select {
	case <-q.ended:
	case <-ctx.Done():
		q.cancel()
		<-q.ended
	}
}

func (q *queue) run() {
	defer close(q.ended)
	defer q.cancel()
	for more := true; more; {
		var batch []sdktrace.ReadOnlySpan
		if batch, more = q.next(); len(batch) == 0 {
			continue
		}
		err := q.send(batch)
		q.note(len(batch), err)
		if err != nil && more {
			more = q.rest()
		}
	}
}

// next waits for spans and returns them. more is false when the queue is to end.
func (q *queue) next() (batch []sdktrace.ReadOnlySpan, more bool) {
	select {
	case first := <-q.waiting:
		batch = append(batch, first)
	case <-q.stopping:
		return q.fill(batch), len(q.waiting) > 0 && q.ctx.Err() == nil
	}
	gathered := time.NewTimer(q.times.gather)
	defer gathered.Stop()
	for len(batch) < maxBatch {
		select {
		case one := <-q.waiting:
			batch = append(batch, one)
		case <-gathered.C:
			return batch, true
		case <-q.stopping:
			return q.fill(batch), len(q.waiting) > 0 && q.ctx.Err() == nil
		}
	}
	return batch, true
}

// fill adds what waits already.
func (q *queue) fill(batch []sdktrace.ReadOnlySpan) []sdktrace.ReadOnlySpan {
	for len(batch) < maxBatch {
		select {
		case one := <-q.waiting:
			batch = append(batch, one)
		default:
			return batch
		}
	}
	return batch
}

var errPanicked = errors.New("the exporter panicked")

func (q *queue) send(batch []sdktrace.ReadOnlySpan) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	ctx, cancel := context.WithTimeout(q.ctx, sendTime)
	defer cancel()
	return q.exporter.ExportSpans(ctx, batch)
}

// rest leaves the collector alone for a while. It returns false when the queue is to end: then nothing more is tried.
func (q *queue) rest() bool {
	pause := time.NewTimer(q.times.pause)
	defer pause.Stop()
	select {
	case <-pause.C:
		return true
	case <-q.stopping:
		return false
	}
}

// note counts what became of a batch, and logs when spans begin to be lost and when that is over.
func (q *queue) note(n int, err error) {
	lost, reason := q.overflow.Swap(0), "it takes fewer than there are; lower OTEL_TRACES_SAMPLER_ARG, or give it more room"
	if err != nil {
		lost, reason = lost+int64(n), reasonOf(err)
		q.dropped.WithLabelValues("collector").Add(float64(n))
	} else {
		q.sent.Add(float64(n))
	}
	now := time.Now()
	if lost > 0 {
		q.lost, q.lastLoss = q.lost+lost, now
		if !q.losing {
			q.losing = true
			q.log.Warn("traces are lost, because the collector does not take them; all else works; check OTEL_EXPORTER_OTLP_ENDPOINT and the collector; will retry",
				zap.String("collector", q.host), zap.String("reason", reason))
		}
		return
	}
	if q.losing && now.Sub(q.lastLoss) >= q.times.calm {
		q.log.Info("the collector takes all traces again", zap.String("collector", q.host), zap.Int64("lost", q.lost))
		q.losing, q.lost = false, 0
	}
}

// reasonOf returns a failure in a few words, without what the collector answered.
func reasonOf(err error) string {
	const maxReason = 200
	reason, _, _ := strings.Cut(err.Error(), " (body: ")
	if len(reason) > maxReason {
		reason = reason[:maxReason]
	}
	return strings.ToValidUTF8(reason, "")
}
