package main

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/tracing"
)

// job is work that the server does in the background until it stops: either do, again and again, or stream.
type job struct {
	name string
	// every is the pause between two runs of do.
	every time.Duration
	// first is the pause before the first run; 0 is every.
	first time.Duration
	// do is one run. Its error is logged as failed.
	do func(context.Context) error
	// stream runs until its context ends and reports each error, which is logged as failed.
	stream func(ctx context.Context, report func(error))
	// failed is the log line of a failure: what failed, and what happens next.
	failed string
	// recovered, if set, is logged when a run succeeds after failures. Of those, only the first is logged.
	recovered string
	// warns is true if the cause is outside the server, so that a failure is a warning.
	warns bool
	// once ends the job after its first success.
	once bool
	// last is how long one more run may take when the server stops; 0 is no such run.
	last time.Duration
	// wake, if set, ends a pause early, unless the last run failed.
	wake <-chan struct{}
	// off leaves the job out.
	off bool
	// metrics count its runs, and tracer makes a trace of one run in tracedEvery; nil does not.
	metrics *jobMetrics
	tracer  *tracing.Tracer
}

// tracedEvery is the minimum time between two traced runs of a job: one that runs twice a second would fill the traces.
const tracedEvery = 10 * time.Second

// atOnce is a first run without a pause.
const atOnce = time.Duration(-1)

// errNothingDue is a run that found nothing to do: no failure, and no success that ends one.
var errNothingDue = errors.New("nothing was due")

// run runs the job until ctx ends.
func (j job) run(ctx context.Context, log *zap.Logger) {
	log = log.With(zap.String("job", j.name))
	if j.stream != nil {
		j.stream(ctx, func(err error) {
			j.count(err)
			j.logFailure(log, err)
		})
		return
	}
	j.repeat(ctx, log)
	if j.last > 0 {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), j.last)
		defer cancel()
		if err := j.do(ending); err != nil && !errors.Is(err, errNothingDue) {
			j.logFailure(log, err)
		}
	}
}

func (j job) repeat(ctx context.Context, log *zap.Logger) {
	wait := j.first
	if wait == 0 {
		wait = j.every
	}
	failing, wake := false, j.wake
	var traced time.Time
	for ; pause(ctx, wait, wake); wait = j.every {
		err := j.runOnce(ctx, &traced)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errNothingDue):
		case err != nil:
			if !failing || j.recovered == "" {
				j.logFailure(log, err)
			}
			failing = true
		case j.once:
			return
		case failing:
			if j.recovered != "" {
				log.Info(j.recovered)
			}
			failing = false
		}
		if wake = j.wake; failing {
			wake = nil
		}
	}
}

// runOnce does one run, as a trace if the last traced one was long enough ago.
func (j job) runOnce(ctx context.Context, traced *time.Time) (err error) {
	if now := time.Now(); j.tracer.Records() && now.Sub(*traced) >= tracedEvery {
		*traced = now
		begun, span := j.tracer.Begin(ctx, "job "+j.name, trace.SpanKindInternal)
		ctx = begun
		defer func() {
			if errors.Is(err, errNothingDue) {
				span.End(nil)
				return
			}
			span.End(err)
		}()
	}
	err = j.do(ctx)
	if ctx.Err() == nil {
		j.count(err)
	}
	return err
}

func (j job) count(err error) {
	if j.metrics != nil {
		j.metrics.count(j.name, err)
	}
}

func (j job) logFailure(log *zap.Logger, err error) {
	if j.warns {
		log.Warn(j.failed, zap.Error(err))
		return
	}
	log.Error(j.failed, zap.Error(err))
}

// pause returns after wait, or when wake receives. It returns false if ctx ends first.
func pause(ctx context.Context, wait time.Duration, wake <-chan struct{}) bool {
	if wait <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	case <-wake:
		return true
	}
}
