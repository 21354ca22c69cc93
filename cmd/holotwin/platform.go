package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/nats"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/logging"
	"github.com/holotwin/holotwin/platform/supervise"
	"github.com/holotwin/holotwin/platform/tracing"
)

var platformParts = []any{
	func(c config.Config) (*zap.Logger, error) { return logging.New(c.LogLevel, c.LogFormat) },
	supervise.New,
	func(c config.Config, log *zap.Logger, tracer *tracing.Tracer) (*database.Database, error) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		return openWatchedDatabase(ctx, c, log, tracer)
	},
	newRegistry, newTracer, newConnectors, newJobMetrics, newCertificates, newWatch,
}

func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// newTracer returns nil unless a collector of traces is set.
func newTracer(c config.Config, log *zap.Logger, registry *prometheus.Registry) (*tracing.Tracer, error) {
	return tracing.New(tracing.Options{
		Endpoint: c.TracesURL, Headers: c.TracesHeaders, Service: c.TracesService, Version: version, Modules: c.Modules, Share: c.TracesShare,
	}, log, registry)
}

var eventParts = []any{
	func(db *database.Database) *events.Outbox { return events.NewOutbox(db, clock.System{}.Now) },
	events.NewFeed,
	newBus, newPublisher, newCollector,
}

// newPublisher brings the events of a process without energy to the process with it, whose readers get them. It returns nil where
// energy runs, or without a bus.
func newPublisher(c config.Config, bus *nats.Bus, outbox *events.Outbox) *nats.Publisher {
	if c.Runs(config.Energy) {
		return nil
	}
	return nats.NewPublisher(bus, strings.Join(slices.Sorted(slices.Values(c.Modules)), "-"), events.NewSource(outbox))
}

// newCollector takes the events of other processes where energy runs. It returns nil if there are none, or without a bus.
func newCollector(c config.Config, bus *nats.Bus, outbox *events.Outbox) *nats.Collector {
	if c.RunsAll() || !c.Runs(config.Energy) {
		return nil
	}
	return nats.NewCollector(bus, outbox)
}

// newBus lets replicas notify each other of what they commit. It returns nil if no bus is set.
func newBus(c config.Config, db *database.Database, outbox *events.Outbox, log *zap.Logger) (*nats.Bus, error) {
	if c.NATSURL == "" {
		return nil, nil
	}
	return nats.Join(c.NATSURL, db.Campus(), outbox, log)
}
