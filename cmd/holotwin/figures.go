package main

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/fx"

	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/nats"
	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/gauge"
)

// The gauges that cost a query. platform/README.md lists all metrics.
var (
	journalled       = gauge.New("holotwin_journal_readings", "Readings that are stored and not yet in the totals, up to 100,000; answers count them. 0 on SQLite.")
	quarantined      = gauge.New("holotwin_quarantine_readings", "Readings that wait for a person, up to 100,000.")
	unregistered     = gauge.New("holotwin_inbox_devices", "Devices that send and are not registered.")
	buffered         = gauge.New("holotwin_inbox_measurements", "Measurements of devices that are not registered.")
	rejectedMessages = gauge.New("holotwin_rejected_messages", "Messages of devices that could not be decoded and were kept, up to 100,000.")
	devicesBy        = gauge.New("holotwin_devices", "Registered devices, by health: ok, silent, never (sent anything), stuck, clock_ahead, clock_behind, clock_unset.", "health")
	outboxLag        = gauge.New("holotwin_outbox_lag_seconds", "How long the oldest event waits, by reader: feed (live readers) or stream (other processes).", "reader")
	lastAnalysis     = gauge.New("holotwin_analysis_last_timestamp_seconds", "The end of the last complete analysis, in seconds since 1970; 0 if there is none.")
)

// healthEvery is how old the devices' health may be: it takes the last readings of each.
const healthEvery = time.Minute

// observed are the services whose figures are published; those of a module that does not run here are nil.
type observed struct {
	fx.In

	Config   config.Config
	Registry *prometheus.Registry
	Database *database.Database
	Outbox   *events.Outbox
	Feed     *events.Feed
	Bus      *nats.Bus
	Store    *gormenergy.Store `optional:"true"`
	Catalog  *campus.Catalog   `optional:"true"`
	Fleet    *intake.Fleet     `optional:"true"`
	Ledger   *ledger.Ledger    `optional:"true"`
	Advice   *gormadvice.Store `optional:"true"`
}

// publishFigures registers the figures of what runs here.
func publishFigures(o observed) error {
	now := clock.System{}.Now
	all := []prometheus.Collector{buildInfo(o.Config), gauge.NewGroup(gauge.Every, now, o.events, outboxLag)}
	pools, err := o.Database.Pools()
	for name, pool := range pools {
		all = append(all, collectors.NewDBStatsCollector(pool, name))
	}
	if o.Bus != nil {
		all = append(all, gaugeOf("holotwin_nats_connected", "1 while the NATS server is connected.", func() float64 { return oneIf(o.Bus.Connected()) }))
	}
	if o.Store != nil {
		all = append(all, gauge.NewGroup(gauge.Every, now, o.waiting, journalled, quarantined, unregistered, buffered, rejectedMessages),
			gauge.NewGroup(healthEvery, now, o.health, devicesBy), countVerdicts(o.Ledger),
			gaugeOf("holotwin_readings_waiting", "Readings that wait for a commit.", func() float64 { return float64(o.Ledger.Waiting()) }))
	}
	if o.Advice != nil {
		all = append(all, gauge.NewGroup(gauge.Every, now, o.analysis, lastAnalysis))
	}
	for _, c := range all {
		err = errors.Join(err, o.Registry.Register(c))
	}
	return err
}

func gaugeOf(name, help string, value func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func buildInfo(c config.Config) prometheus.Collector {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "holotwin_build_info", Help: "1, with the version and the modules of this process."}, []string{"version", "modules"})
	g.WithLabelValues(version, strings.Join(c.Modules, ",")).Set(1)
	return g
}

func (o observed) waiting(ctx context.Context) ([]gauge.Figure, error) {
	f, err := o.Store.Figures(ctx)
	return []gauge.Figure{
		{Gauge: journalled, Value: float64(f.Journalled)},
		{Gauge: quarantined, Value: float64(f.Quarantined)},
		{Gauge: unregistered, Value: float64(f.Unregistered)},
		{Gauge: buffered, Value: float64(f.Buffered)},
		{Gauge: rejectedMessages, Value: float64(f.RejectedMessages)},
	}, err
}

func (o observed) health(ctx context.Context) ([]gauge.Figure, error) {
	tree, err := o.Catalog.Campus(ctx)
	if err != nil {
		return nil, err
	}
	of, err := o.Fleet.HealthOf(ctx, tree.DevicesWithin(""))
	counts := map[intake.HealthStatus]int{intake.Healthy: 0, intake.Silent: 0, intake.Never: 0, intake.Stuck: 0, intake.ClockAhead: 0, intake.ClockBehind: 0, intake.ClockUnset: 0}
	for _, h := range of {
		counts[h.Status]++
	}
	var figures []gauge.Figure
	for status, n := range counts {
		figures = append(figures, gauge.Figure{Gauge: devicesBy, Value: float64(n), Labels: []string{string(status)}})
	}
	return figures, err
}

func (o observed) events(ctx context.Context) ([]gauge.Figure, error) {
	unread, err := o.Feed.Unread(ctx)
	if err != nil {
		return nil, err
	}
	unpublished, err := o.Outbox.Unpublished(ctx)
	return []gauge.Figure{
		{Gauge: outboxLag, Value: unread.Seconds(), Labels: []string{"feed"}},
		{Gauge: outboxLag, Value: unpublished.Seconds(), Labels: []string{"stream"}},
	}, err
}

func (o observed) analysis(ctx context.Context) ([]gauge.Figure, error) {
	all, err := o.Advice.AllJobs(ctx)
	last := 0.0
	for _, job := range all {
		if job.Status == schedule.Done {
			last = max(last, float64(job.Updated.UnixMilli())/1000)
		}
	}
	return []gauge.Figure{{Gauge: lastAnalysis, Value: last}}, err
}

// countVerdicts counts what becomes of readings.
func countVerdicts(l *ledger.Ledger) prometheus.Collector {
	counts := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "holotwin_readings_total", Help: "Readings that arrived, by verdict: stored, repeated, conflicting (another value is stored), overlapping, or rejected.",
	}, []string{"verdict"})
	stored, repeated, conflicting := counts.WithLabelValues("stored"), counts.WithLabelValues("repeated"), counts.WithLabelValues("conflicting")
	overlapping, rejected := counts.WithLabelValues("overlapping"), counts.WithLabelValues("rejected")
	l.OnCounted(func(v ledger.Verdicts) {
		stored.Add(float64(v.Stored))
		repeated.Add(float64(v.Repeated))
		conflicting.Add(float64(v.Conflicting))
		overlapping.Add(float64(v.Overlapping))
		rejected.Add(float64(v.Rejected))
	})
	return counts
}

// jobMetrics are those of the background jobs.
type jobMetrics struct {
	succeeded *prometheus.GaugeVec
	failures  *prometheus.CounterVec
	// posted is when the journal was last moved into the totals, or found empty; ms since 1970.
	posted atomic.Int64
}

func newJobMetrics(registry *prometheus.Registry) *jobMetrics {
	m := &jobMetrics{
		succeeded: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "holotwin_job_last_success_timestamp_seconds", Help: "The last success of a background job, in seconds since 1970."}, []string{"task"}),
		failures:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "holotwin_job_failures_total", Help: "Failed runs of a background job; each is tried again."}, []string{"task"}),
	}
	registry.MustRegister(m.succeeded, m.failures, gaugeOf("holotwin_journal_age_seconds", "Since when this process has not moved the journal into the totals: no reading waits for longer.", func() float64 {
		at := m.posted.Load()
		if at == 0 {
			return 0
		}
		return max(0, clock.System{}.Now().Sub(time.UnixMilli(at)).Seconds())
	}))
	return m
}

// count counts a run of a job.
func (m *jobMetrics) count(name string, err error) {
	now := clock.System{}.Now().UnixMilli()
	switch {
	case errors.Is(err, errNothingDue):
	case err != nil:
		m.failures.WithLabelValues(name).Inc()
	default:
		m.succeeded.WithLabelValues(name).Set(float64(now) / 1000)
		if name == journalJob {
			m.posted.Store(now)
		}
	}
}
