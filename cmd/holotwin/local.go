package main

import (
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/local"
	"github.com/holotwin/holotwin/adapters/mqtt"
	"github.com/holotwin/holotwin/modules/advice/outlook"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
)

// localParts answer in this process what a module needs of another. No other part knows two modules.
var localParts = []any{
	func(catalog *energy.Catalog) auth.Spaces { return local.Spaces{Catalog: catalog} },
	func(accounts *gormauth.Store) energy.Grants { return local.Grants{Scopes: accounts} },
	func(keys *auth.Keys) mqtt.Login { return local.Devices{Keys: keys}.Login },
	func(forecaster *outlook.Forecaster) energy.Outlook { return local.Outlook{Forecaster: forecaster} },
	func(catalog *energy.Catalog, reports *energy.Reports, rules *energy.Rules, conditions *energy.Conditions, store *gormenergy.Store, fleet *energy.Fleet) local.Energy {
		return local.Energy{Catalog: catalog, Reports: reports, Rules: rules, Conditions: conditions, Changed: store, Fleet: fleet}
	},
}
