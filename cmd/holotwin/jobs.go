package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/fx"
	"go.uber.org/zap"

	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/mqtt"
	"github.com/holotwin/holotwin/adapters/nats"
	"github.com/holotwin/holotwin/modules/advice/outlook"
	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/books"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/certificate"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/doctor"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/tracing"
)

// jobServices are the services that the jobs call; those of a module that does not run here are nil.
type jobServices struct {
	fx.In

	Config      config.Config
	Log         *zap.Logger
	Metrics     *jobMetrics
	Tracer      *tracing.Tracer
	Outbox      *events.Outbox
	Feed        *events.Feed
	Bus         *nats.Bus
	Publisher   *nats.Publisher
	Collector   *nats.Collector
	AuthStore   *gormauth.Store `optional:"true"`
	Accounts    *auth.Accounts  `optional:"true"`
	Sessions    *auth.Sessions  `optional:"true"`
	Factors     *auth.Factors   `optional:"true"`
	Keys        *auth.Keys      `optional:"true"`
	Persons     *auth.Persons   `optional:"true"`
	Refusals    *auth.Refusals
	Relay       *auth.Relay        `optional:"true"`
	Standing    *standing.Verifier `optional:"true"`
	EnergyStore *gormenergy.Store  `optional:"true"`
	Catalog     *campus.Catalog    `optional:"true"`
	Intake      *intake.Intake     `optional:"true"`
	Fleet       *intake.Fleet      `optional:"true"`
	Books       *books.Checker     `optional:"true"`
	Watch       *doctor.Watch
	WeatherSync *conditions.WeatherSync `optional:"true"`
	Scheduler   *schedule.Scheduler     `optional:"true"`
	Forecaster  *outlook.Forecaster     `optional:"true"`
	Simulator   *scenario.Simulator     `optional:"true"`
	Client      *mqtt.Client            `optional:"true"`
	Broker      *mqtt.Broker            `optional:"true"`
	Served      certificates
}

// jobs is the table of the server's background jobs, in the order in which they start.
func (w jobServices) jobs() []job {
	ofModules := []struct {
		module string
		jobs   func() []job
	}{{config.Auth, w.authJobs}, {config.Energy, w.energyJobs}, {config.Advice, w.adviceJobs}, {config.Energy, w.mqttJobs}}
	all := append(append(w.eventJobs(), w.refusalJobs()...), w.watchJobs()...)
	all = append(all, job{name: "certificates", every: certificate.RefreshEvery, do: w.Served.refresh, off: w.Served.none()})
	for _, of := range ofModules {
		if w.Config.Runs(of.module) {
			all = append(all, of.jobs()...)
		}
	}
	if !w.Config.Runs(config.Auth) {
		all = append(all, w.relayJobs()...)
		all = append(all, w.standingJobs()...)
	}
	all = slices.DeleteFunc(all, func(j job) bool { return j.off })
	for i := range all {
		all[i].metrics, all[i].tracer = w.Metrics, w.Tracer
		if w.Metrics != nil {
			w.Metrics.failures.WithLabelValues(all[i].name) // it shows before the first failure
		}
	}
	return all
}

// journalJob is the job that moves the journal into the totals.
const journalJob = "journal"

func (w jobServices) eventJobs() []job {
	return []job{
		{name: "live events", stream: w.Feed.Run, failed: "could not read new events; readers get them later; will retry"},
		{name: "events between replicas", stream: logsItself(w.Bus.Run), off: w.Bus == nil},
		{name: "events to other processes", stream: w.Publisher.Run, off: w.Publisher == nil, warns: true, failed: "could not publish events on the NATS server; readers get them later; will retry"},
		{name: "events of other processes", stream: w.Collector.Run, off: w.Collector == nil, warns: true, failed: "could not receive events from the NATS server; readers get them later; will retry"},
		{name: "old events", every: 5 * time.Minute, do: w.Outbox.DeleteOld, failed: "could not delete old events; will retry"},
	}
}

func (w jobServices) authJobs() []job {
	return []job{
		{
			name: "published passwords", every: 10 * time.Second, first: atOnce, once: true, do: w.removePublishedPasswords,
			failed: "could not check old passwords for published ones; will retry",
		},
		{
			name: "second factors", every: time.Minute, first: atOnce, once: true, do: w.sealFactors,
			failed: "could not encrypt the secrets of second factors again; will retry",
		},
		{name: "expired keys", every: time.Minute, first: atOnce, do: w.Keys.NoteExpired, failed: "could not write expired keys to the audit; will retry"},
		{
			name: "old audit entries", every: time.Hour, first: time.Minute, off: w.Config.AuditRetentionDays == 0,
			do:     func(ctx context.Context) error { return w.Persons.DeleteOldAudit(ctx, w.Config.AuditRetentionDays) },
			failed: "could not delete audit entries older than AUDIT_RETENTION_DAYS; will retry",
		},
		{name: "ended sessions", every: time.Minute, do: w.sweepSessions, failed: "could not delete ended sessions and old login attempts; will retry"},
		{
			name: "sign-on codes", every: time.Minute, do: func(ctx context.Context) error { return w.AuthStore.SweepCodes(ctx, clock.System{}.Now()) },
			failed: "could not delete old sign-on codes; will retry",
		},
	}
}

// refusalJobs run with and without auth: each process bounds the requests that it refuses.
func (w jobServices) refusalJobs() []job {
	return []job{
		{
			name: "refused requests", every: time.Minute, last: lastRun, do: w.Refusals.CountLeftOut,
			failed: "could not store how many refused requests the audit left out; will retry",
		},
		{name: "old refused requests", every: time.Hour, do: w.Refusals.Forget, failed: "could not delete old refused requests of unknown callers; will retry"},
	}
}

// watchJobs look at what the process stands on.
func (w jobServices) watchJobs() []job {
	return []job{{name: "checks", every: 5 * time.Minute, first: atOnce, do: w.Watch.Look, failed: "could not check the installation; will retry"}}
}

func (w jobServices) energyJobs() []job {
	return []job{
		// Readers add what is in the journal to the totals, so the pace only decides how much they add.
		{
			name: journalJob, every: 500 * time.Millisecond, first: atOnce, last: lastRun, do: w.postJournal,
			failed: "could not move the journal into the totals; totals stay correct; will retry", recovered: "the journal moves into the totals again",
		},
		{
			name: "adopted devices", every: time.Minute, first: atOnce, do: w.settleInbox,
			failed: "could not store the waiting messages of devices that were registered; will retry",
		},
		{
			name: "counters of an earlier version", every: time.Minute, first: atOnce, once: true, do: w.relearn,
			failed: "could not check the counters of an earlier version again; will retry",
		},
		{name: "books", every: time.Minute, do: w.Books.CheckSome, failed: "could not compare totals with readings; will retry"},
		{name: "unregistered devices", every: 6 * time.Hour, do: w.purgeInbox, failed: "could not delete old messages of unregistered devices; will retry"},
		{name: "device health", every: 15 * time.Second, do: w.Fleet.Flush, failed: "could not save when devices were last seen; will retry"},
		{
			name: "retention", every: 24 * time.Hour, first: time.Minute, do: w.applyRetention,
			failed: "could not delete what is older than the retention; will retry tomorrow",
		},
		// A site is due once an hour; after a failure, some minutes later.
		{
			name: "weather", every: time.Minute, first: atOnce, do: w.syncWeather, off: w.WeatherSync == nil, warns: true,
			failed: "weather service unavailable; will retry", recovered: "weather service available again",
		},
	}
}

func (w jobServices) adviceJobs() []job {
	return []job{
		{name: "analysis", every: 15 * time.Minute, do: w.Scheduler.RunDue, failed: "could not analyse the campus; recommendations stay as they are; will retry"},
		{name: "forecasts", every: 15 * time.Minute, do: w.Forecaster.PrepareForecasts, failed: "could not prepare forecasts; they are computed on request; will retry"},
		{name: "requested analysis", stream: w.Scheduler.RunRequested, failed: "could not finish a requested analysis; request it again, or wait for the next scheduled one"},
		{name: "scenario runs", stream: w.Simulator.PlayRuns, failed: "could not publish a step of a scenario run; the run is stopped; start it again"},
	}
}

func (w jobServices) mqttJobs() []job {
	return []job{
		{name: "messages of the MQTT broker", stream: logsItself(w.Client.Run), off: w.Client == nil},
		{name: "connection to the MQTT broker", stream: logsItself(w.Client.Connect), off: w.Client == nil},
		{name: "rights of MQTT connections", stream: logsItself(w.Broker.Watch), off: w.Broker == nil},
	}
}

// lastRun bounds a job's last run while the server stops.
const lastRun = 3 * time.Second

// logsItself adapts a stream that logs its own failures.
func logsItself(stream func(context.Context)) func(context.Context, func(error)) {
	return func(ctx context.Context, _ func(error)) { stream(ctx) }
}

// postJournal moves all journalled readings into the totals.
func (w jobServices) postJournal(ctx context.Context) error {
	for {
		posted, err := w.EnergyStore.Post(ctx)
		if err != nil || posted < gormenergy.PostAtOnce {
			return err
		}
	}
}

// settleInbox stores the measurements in the inbox whose devices are registered by now: a server was killed before it stored them,
// or received them before it knew of the registration.
func (w jobServices) settleInbox(ctx context.Context) error {
	return errors.Join(w.EnergyStore.MoveFormer(ctx), w.Intake.SettleAll(ctx))
}

// relearn judges again, one by one, the counters that an earlier version stored without their pace.
func (w jobServices) relearn(ctx context.Context) error {
	campus, err := w.Catalog.Fresh(ctx)
	traits := func(id energy.DeviceID) ledger.Traits {
		if _, known := campus.Device(id); !known {
			return ledger.Traits{} // nothing to judge by
		}
		return ledger.TraitsIn(campus)(id)
	}
	for more := err == nil; more && err == nil; {
		more, err = w.EnergyStore.Relearn(ctx, traits)
	}
	return err
}

// purgeInbox deletes discovered devices that were silent for long, and logs the measurements that were deleted with them.
func (w jobServices) purgeInbox(ctx context.Context) error {
	dropped, err := w.Intake.Purge(ctx)
	for _, d := range dropped {
		w.Log.Warn("deleted the measurements of a device that was never registered; it was silent for half a year",
			zap.String("address", d.Address), zap.String("space", string(d.Space)), zap.Int64("measures", d.Held), zap.Time("last_seen", d.LastSeen.Time()))
	}
	return err
}

// applyRetention deletes data older than the retention.
func (w jobServices) applyRetention(ctx context.Context) error {
	deleted, err := retentionOf(w.Config).Apply(ctx, w.EnergyStore, instants{}.Now())
	if err == nil && deleted > 0 {
		w.Log.Info("deleted readings older than RAW_RETENTION_DAYS", zap.Int64("readings", deleted))
	}
	return err
}

// syncWeather updates the weather of the sites that are due.
func (w jobServices) syncWeather(ctx context.Context) error {
	due, err := w.WeatherSync.Run(ctx)
	if err == nil && due == 0 {
		return errNothingDue
	}
	return err
}

// sweepTime bounds one deletion of ended sessions. Each replica does it, without waiting for the others.
const sweepTime = 20 * time.Second

func (w jobServices) sweepSessions(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	return w.Sessions.Sweep(ctx)
}
