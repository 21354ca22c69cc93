package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/tracing"
	"github.com/holotwin/holotwin/platform/tracing/tracingtest"
)

var errAway = errors.New("away")

// played runs a job in made-up time for a while. Its runs return the outcomes in turn, and nil after those. It returns when the job
// ran, since the start, and what it logged.
func played(t *testing.T, j job, length time.Duration, outcomes ...error) (ran []time.Duration, logged []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.DebugLevel)
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		begun := time.Now()
		j.do = func(context.Context) error {
			ran = append(ran, time.Since(begun))
			if n := len(ran); n <= len(outcomes) {
				return outcomes[n-1]
			}
			return nil
		}
		j.run(ctx, zap.New(core))
		for _, entry := range logs.All() {
			logged = append(logged, entry.Level.String()+": "+entry.Message)
		}
	})
	return ran, logged
}

func TestAJobKeepsItsPace(t *testing.T) {
	ran, logged := played(t, job{every: time.Minute}, 3*time.Minute+time.Second)
	require.Equal(t, []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute}, ran)
	require.Empty(t, logged)
	ran, _ = played(t, job{every: time.Minute, first: atOnce}, 2*time.Minute+time.Second)
	require.Equal(t, []time.Duration{0, time.Minute, 2 * time.Minute}, ran)
	ran, _ = played(t, job{every: time.Hour, first: time.Minute}, 90*time.Minute)
	require.Equal(t, []time.Duration{time.Minute, time.Hour + time.Minute}, ran)
}

func TestAJobLogsEachFailureAndGoesOn(t *testing.T) {
	ran, logged := played(t, job{every: time.Minute, failed: "failed; will retry"}, 4*time.Minute+time.Second, errAway, errAway, nil, errAway)
	require.Len(t, ran, 4)
	require.Equal(t, []string{"error: failed; will retry", "error: failed; will retry", "error: failed; will retry"}, logged)
}

func TestAJobThatRecoversLogsEachChangeOnce(t *testing.T) {
	j := job{every: time.Minute, failed: "away; will retry", recovered: "back", warns: true}
	_, logged := played(t, j, 7*time.Minute+time.Second, nil, errAway, errAway, errNothingDue, nil, nil, errAway)
	require.Equal(t, []string{"warn: away; will retry", "info: back", "warn: away; will retry"}, logged)
}

func TestAJobOfOneSuccessEnds(t *testing.T) {
	j := job{every: time.Minute, first: atOnce, once: true, failed: "failed; will retry"}
	ran, logged := played(t, j, time.Hour, errAway, errNothingDue, nil)
	require.Equal(t, []time.Duration{0, time.Minute, 2 * time.Minute}, ran)
	require.Equal(t, []string{"error: failed; will retry"}, logged)
}

func TestAJobWithALastRunRunsWhenTheServerStops(t *testing.T) {
	j := job{every: time.Minute, last: time.Second, failed: "failed; will retry"}
	ran, logged := played(t, j, 90*time.Second, nil, errAway)
	require.Equal(t, []time.Duration{time.Minute, 90 * time.Second}, ran)
	require.Equal(t, []string{"error: failed; will retry"}, logged)
}

func TestAStreamReportsItsFailures(t *testing.T) {
	core, logs := observer.New(zapcore.DebugLevel)
	j := job{name: "stream", failed: "failed", stream: func(_ context.Context, report func(error)) { report(errAway) }}
	j.run(t.Context(), zap.New(core))
	require.Equal(t, 1, logs.FilterMessage("failed").FilterField(zap.String("job", "stream")).Len())
}

// TestTheTableOfJobsIsWhole refuses a job without a name of its own, a pace or a log line of its failure. Jobs that log for
// themselves are streams.
func TestTheTableOfJobsIsWhole(t *testing.T) {
	w := jobServices{Relay: &auth.Relay{}}
	all := slices.Concat(w.eventJobs(), w.refusalJobs(), w.relayJobs(), w.authJobs(), w.energyJobs(), w.adviceJobs(), w.mqttJobs())
	names := map[string]bool{}
	for _, j := range all {
		require.NotEmpty(t, j.name)
		require.False(t, names[j.name], "two jobs are named %s", j.name)
		names[j.name] = true
		require.NotEqual(t, j.do == nil, j.stream == nil, j.name)
		require.Equal(t, j.do != nil, j.every > 0, "%s: a pace is for a job that repeats", j.name)
		if j.do != nil {
			require.NotEmpty(t, j.failed, j.name)
		}
	}
	for _, j := range w.jobs() {
		require.False(t, j.off)
	}
	require.Less(t, len(w.jobs()), len(all), "nothing is set, so the weather, the bus and the MQTT clients are off")
}

// TestAJobIsWoken wakes a job between its runs: it runs at once, but after a failure only at its pace.
func TestAJobIsWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute+time.Second)
		defer cancel()
		wake, begun := make(chan struct{}, 1), time.Now()
		var ran []time.Duration
		j := job{every: time.Minute, wake: wake, failed: "away; will retry", recovered: "back", do: func(context.Context) error {
			if ran = append(ran, time.Since(begun)); len(ran) == 2 {
				return errAway
			}
			return nil
		}}
		for _, at := range []time.Duration{10 * time.Second, 80 * time.Second, 150 * time.Second} {
			time.AfterFunc(at, func() { wake <- struct{}{} })
		}
		j.run(ctx, zap.NewNop())
		// Woken at 10 s; the run at 70 s fails, so that the wake at 80 s is kept until the next run has succeeded.
		require.Equal(t, []time.Duration{10 * time.Second, 70 * time.Second, 130 * time.Second, 130 * time.Second, 150 * time.Second}, ran)
	})
}

// TestAJobIsCountedAndTraced plays a job that runs twice a second for a minute, and fails at first: its metrics count each run, and its
// traces only some.
func TestAJobIsCountedAndTraced(t *testing.T) {
	collector, registry := tracingtest.New(t), prometheus.NewRegistry()
	tracer, err := tracing.New(tracing.Options{Endpoint: collector.URL, Share: 1}, zap.NewNop(), registry)
	require.NoError(t, err)
	metrics := newJobMetrics(registry)
	ran, _ := played(t, job{name: journalJob, every: 500 * time.Millisecond, metrics: metrics, tracer: tracer}, time.Minute, errAway, errAway)
	require.NoError(t, tracer.Stop(t.Context()))
	require.Greater(t, len(ran), 100)
	require.Equal(t, 2.0, testutil.ToFloat64(metrics.failures.WithLabelValues(journalJob)))
	require.Positive(t, testutil.ToFloat64(metrics.succeeded.WithLabelValues(journalJob)))
	require.Len(t, collector.Spans(), int(time.Minute/tracedEvery))
	for i, span := range collector.Spans() {
		require.Equal(t, "job journal", span.Name)
		require.Equal(t, i == 0, span.Failed)
	}
}
