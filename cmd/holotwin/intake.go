package main

import (
	"github.com/prometheus/client_golang/prometheus"

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
		Ledger: ledger, Conditions: conditions, Catalog: catalog, Moments: store, Inbox: store, Channels: store, Clock: instants{}, Counter: newMessages(registry),
	})
}
