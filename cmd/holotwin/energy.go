package main

import (
	"github.com/holotwin/holotwin/adapters/dialect"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/adapters/upload"
	"github.com/holotwin/holotwin/adapters/weather"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/random"
)

var energyParts = []any{
	func(db *database.Database, outbox *events.Outbox) *gormenergy.Store {
		return gormenergy.New(db, instants{}).Tell(outbox)
	},
	func(c config.Config, store *gormenergy.Store, grants energy.Grants) *energy.Catalog {
		return energy.NewCatalog(store, instants{}, random.ID, c.Zone).GuardedBy(grants)
	},
	func(store *gormenergy.Store, catalog *energy.Catalog) *energy.Rules {
		return energy.NewRules(store, catalog, random.ID)
	},
	func(store *gormenergy.Store) *energy.Fleet { return energy.NewFleet(store, store, instants{}) },
	func(c config.Config, store *gormenergy.Store, catalog *energy.Catalog, fleet *energy.Fleet) *energy.Ledger {
		return energy.NewLedger(store, catalog, instants{}, c.Zone, retentionOf(c)).Tell(fleet.Heard)
	},
	func(c config.Config, store *gormenergy.Store, catalog *energy.Catalog) *energy.Conditions {
		return energy.NewConditions(store, store, store, catalog, instants{}, c.Zone)
	},
	func(store *gormenergy.Store, catalog *energy.Catalog, rules *energy.Rules) *energy.Reports {
		return energy.NewReports(store, catalog, rules, instants{})
	},
	func(store *gormenergy.Store, catalog *energy.Catalog) *energy.Twin {
		return energy.NewTwin(store, store, store, catalog, instants{})
	},
	energy.NewOverviews,
	newObservatory,
	newIntake,
	func(c config.Config, ledger *energy.Ledger, catalog *energy.Catalog, rules *energy.Rules, conditions *energy.Conditions, reports *energy.Reports, overviews *energy.Overviews, twin *energy.Twin, feed *events.Feed, intake *energy.Intake, fleet *energy.Fleet) *httpenergy.Handlers {
		return &httpenergy.Handlers{
			Ledger: ledger, Catalog: catalog, Rules: rules, Conditions: conditions, Reports: reports, Overviews: overviews, Twin: twin, Feed: feed, Intake: intake, Fleet: fleet, Uploads: upload.Reader{}, Emoncms: dialect.EmoncmsRequests{}, Clock: instants{},
		}
	},
}

// instants is the system's clock as the energy module reads it.
type instants struct{}

func (instants) Now() energy.Instant { return energy.InstantOf(clock.System{}.Now()) }

func retentionOf(c config.Config) energy.Retention {
	return energy.Retention{ReadingDays: c.RawRetentionDays, TotalDays: c.TotalsRetentionDays}
}

// newObservatory returns nil if the weather is off.
func newObservatory(c config.Config, store *gormenergy.Store, catalog *energy.Catalog) *energy.Observatory {
	if c.WeatherURL == config.WeatherOff {
		return nil
	}
	return energy.NewObservatory(weather.New(c.WeatherURL), store, store, catalog, instants{})
}
