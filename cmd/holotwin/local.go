package main

import (
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/local"
	"github.com/holotwin/holotwin/adapters/mqtt"
	"github.com/holotwin/holotwin/modules/advice/outlook"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// localParts provide a module with what it needs of another module, in this process. No other part knows two modules.
var localParts = []any{
	func(catalog *campus.Catalog) auth.Spaces { return local.Spaces{Catalog: catalog} },
	func(catalog *campus.Catalog, fleet *intake.Fleet) auth.Reports {
		return local.Reports{Catalog: catalog, Fleet: fleet, Clock: instants{}}
	},
	func(accounts *gormauth.Store) campus.Grants { return local.Grants{Scopes: accounts} },
	func(accounts *gormauth.Store) recommendations.People { return local.People{Users: accounts} },
	func(keys *auth.Keys) mqtt.Login { return local.Devices{Keys: keys}.Login },
	func(forecaster *outlook.Forecaster) usage.MonthForecaster {
		return local.Outlook{Forecaster: forecaster}
	},
	func(catalog *campus.Catalog, reports *usage.Queries, rules *rulebook.Rules, conditions *conditions.Recorder, store *gormenergy.Store, fleet *intake.Fleet) local.Energy {
		return local.Energy{Catalog: catalog, Reports: reports, Rules: rules, Conditions: conditions, Changed: store, Fleet: fleet}
	},
}
