package main

import (
	"github.com/holotwin/holotwin/adapters/dialect"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/adapters/upload"
	"github.com/holotwin/holotwin/adapters/weather"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/books"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/modules/energy/twin"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/random"
)

var energyParts = []any{
	func(db *database.Database, outbox *events.Outbox) *gormenergy.Store {
		return gormenergy.New(db, instants{}).WithOutbox(outbox)
	},
	func(c config.Config, store *gormenergy.Store, grants campus.Grants) *campus.Catalog {
		return campus.NewCatalog(store, instants{}, random.ID, c.Zone).WithGrants(grants)
	},
	func(store *gormenergy.Store, catalog *campus.Catalog) *rulebook.Rules {
		return rulebook.NewRules(store, catalog, random.ID)
	},
	func(store *gormenergy.Store) *intake.Fleet { return intake.NewFleet(store, store, instants{}) },
	func(c config.Config, store *gormenergy.Store, catalog *campus.Catalog, fleet *intake.Fleet) *ledger.Ledger {
		return ledger.NewLedger(store, catalog, instants{}, c.Zone, retentionOf(c)).OnDeviceSeen(fleet.RecordSeen)
	},
	func(c config.Config, store *gormenergy.Store, catalog *campus.Catalog) *conditions.Recorder {
		return conditions.NewRecorder(store, store, store, catalog, instants{}, c.Zone)
	},
	func(store *gormenergy.Store, catalog *campus.Catalog, rules *rulebook.Rules) *usage.Queries {
		return usage.NewQueries(store, catalog, rules, instants{})
	},
	func(store *gormenergy.Store, catalog *campus.Catalog) *twin.Twin {
		return twin.NewTwin(store, store, store, catalog, instants{})
	},
	func(store *gormenergy.Store, catalog *campus.Catalog) *books.Checker {
		return books.NewChecker(store, catalog, instants{})
	},
	usage.NewOverviews,
	newWeatherSync,
	newIntake,
	func(c config.Config, ledger *ledger.Ledger, catalog *campus.Catalog, rules *rulebook.Rules, conditions *conditions.Recorder, reports *usage.Queries, overviews *usage.Overviews, twin *twin.Twin, feed *events.Feed, intake *intake.Intake, fleet *intake.Fleet) *httpenergy.Handlers {
		return &httpenergy.Handlers{
			Ledger: ledger, Catalog: catalog, Rules: rules, Conditions: conditions, Reports: reports, Overviews: overviews, Twin: twin, Feed: feed, Intake: intake, Fleet: fleet, Uploads: upload.Reader{}, Emoncms: dialect.EmoncmsRequests{}, MQTT: mqttAccess(c), Clock: instants{},
		}
	},
}

// instants adapts the system's clock to the energy module.
type instants struct{}

func (instants) Now() energy.Instant { return energy.InstantOf(clock.System{}.Now()) }

func retentionOf(c config.Config) ledger.Retention {
	return ledger.Retention{ReadingDays: c.RawRetentionDays, TotalDays: c.TotalsRetentionDays}
}

// newWeatherSync returns nil if the weather is off.
func newWeatherSync(c config.Config, outside connectors, store *gormenergy.Store, catalog *campus.Catalog) *conditions.WeatherSync {
	if c.WeatherURL == config.WeatherOff {
		return nil
	}
	return conditions.NewWeatherSync(countedWeather{weather.New(c.WeatherURL), outside.of("weather")}, store, store, catalog, instants{})
}
