package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy"
)

// messages counts what became of what devices sent in words of their own.
type messages struct{ by *prometheus.CounterVec }

func newMessages(registry *prometheus.Registry) messages {
	m := messages{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "holotwin_device_messages_total", Help: "Messages of devices, by dialect and what became of them.",
	}, []string{"dialect", "outcome"})}
	registry.MustRegister(m.by)
	return m
}

// Count counts an outcome of a dialect.
func (m messages) Count(dialect, outcome string) { m.by.WithLabelValues(dialect, outcome).Inc() }

func newIntake(registry *prometheus.Registry, ledger *energy.Ledger, conditions *energy.Conditions, catalog *energy.Catalog, store *gormenergy.Store) *energy.Intake {
	return energy.NewIntake(energy.IntakeNeeds{
		Ledger: ledger, Conditions: conditions, Catalog: catalog, Moments: store, Inbox: store, Clock: instants{}, Counter: newMessages(registry),
	})
}

// settleEvery is how often it is looked whether the inbox holds messages of devices that are registered by now.
const settleEvery = time.Minute

// settleInbox books what the inbox holds of devices that are registered by now, until ctx ends.
func settleInbox(ctx context.Context, log *zap.Logger, intake *energy.Intake) {
	for {
		if err := intake.SettleAll(ctx); err != nil && ctx.Err() == nil {
			log.Error("messages of adopted devices were not booked; it is tried again", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(settleEvery):
		}
	}
}

// vitalsEvery is how often it is kept when devices were last heard.
const vitalsEvery = 15 * time.Second

// keepVitals keeps when devices were last heard, until ctx ends.
func keepVitals(ctx context.Context, log *zap.Logger, fleet *energy.Fleet) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(vitalsEvery):
		}
		if err := fleet.Keep(ctx); err != nil && ctx.Err() == nil {
			log.Error("it was not kept when devices were last heard; it is tried again", zap.Error(err))
		}
	}
}
