package main

import (
	"io/fs"

	"go.uber.org/fx"

	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	httpadvice "github.com/holotwin/holotwin/adapters/http/advice"
	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/events"
)

// part is one part of the program.
type part struct {
	name string
	// needs are the parts that construct the parameters of its constructors. A test compares it with the constructors.
	needs []string
	// makes are its constructors, for fx.
	makes []any
	// schema are its migrations. They are applied in the order of the table.
	schema func() fs.FS
	// routes is a method of its HTTP handlers: func(*Handlers, *httpserver.API).
	routes any
}

// parts is the table of the server's parts. A new module is a line here.
var parts = []part{
	{name: "platform", makes: platformParts},
	{name: "events", needs: []string{"platform"}, makes: eventParts, schema: events.Migrations},
	{name: "auth", needs: []string{"platform", "local"}, makes: authParts, schema: gormauth.Migrations, routes: (*httpauth.Handlers).Register},
	{name: "energy", needs: []string{"platform", "events", "local"}, makes: energyParts, schema: gormenergy.Migrations, routes: (*httpenergy.Handlers).Register},
	{name: "advice", needs: []string{"platform", "events", "local"}, makes: adviceParts, schema: gormadvice.Migrations, routes: (*httpadvice.Handlers).Register},
	{name: "local", needs: []string{"auth", "energy", "advice"}, makes: localParts}, // what a module needs of another
	{name: "http", needs: []string{"platform", "auth"}, makes: httpParts},
	{name: "mqtt", needs: []string{"platform", "energy", "local"}, makes: mqttParts},
}

// program returns the parts, put together. Routes are registered in the order of the table.
func program(settings config.Config) fx.Option {
	options := []fx.Option{fx.Supply(settings)}
	for _, p := range parts {
		options = append(options, fx.Module(p.name, fx.Provide(p.makes...)))
	}
	for _, p := range parts {
		if p.routes != nil {
			options = append(options, fx.Invoke(p.routes))
		}
	}
	return fx.Options(append(options, fx.Invoke(finishRoutes, start))...)
}
