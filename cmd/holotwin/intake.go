package main

import (
	"github.com/prometheus/client_golang/prometheus"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// messages counts the outcomes of messages in the devices' own formats.
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

func newIntake(registry *prometheus.Registry, ledger *ledger.Ledger, conditions *conditions.Recorder, catalog *campus.Catalog, store *gormenergy.Store) *intake.Intake {
	return intake.NewIntake(intake.Needs{
		Ledger: ledger, Conditions: conditions, Catalog: catalog, Latest: store, Inbox: store, Channels: store, Clock: instants{}, Counter: newMessages(registry),
	})
}
