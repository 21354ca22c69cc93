package main

import (
	"io/fs"
	"slices"

	"go.uber.org/fx"

	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormrelay "github.com/holotwin/holotwin/adapters/gorm/auth/relay"
	gormstanding "github.com/holotwin/holotwin/adapters/gorm/auth/standing"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	httpadvice "github.com/holotwin/holotwin/adapters/http/advice"
	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database/transfer"
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
	// transfer are the exceptions of its tables in a backup; nil: all rows are in it.
	transfer func() transfer.Rules
	// routes is a method of its HTTP handlers: func(*Handlers, *httpserver.API).
	routes any
	// serves makes the process answer what other processes ask of the part: func(*peer.Server, …).
	serves any
	// of is the module without which the part does not run; "" always runs.
	of string
	// without is the module with which the part does not run; "" has no such module.
	without string
}

// parts returns the parts that a process with these settings runs.
func parts(c config.Config) []part {
	return slices.DeleteFunc(allParts(c), func(p part) bool { return p.of != "" && !c.Runs(p.of) || p.without != "" && c.Runs(p.without) })
}

// allParts returns the table of the parts. A new module is two lines here: the module, and what it answers others.
func allParts(c config.Config) []part {
	return []part{
		{name: "platform", makes: platformParts},
		{name: "events", needs: []string{"platform"}, makes: eventParts, schema: events.Migrations, transfer: events.Transfer},
		{name: "backup", schema: transfer.Migrations, transfer: transfer.OwnRules},
		{name: "auth", of: config.Auth, needs: []string{"platform", "ports"}, makes: authParts, schema: gormauth.Migrations, routes: (*httpauth.Handlers).Register},
		{name: "energy", of: config.Energy, needs: []string{"platform", "events", "ports"}, makes: energyParts, schema: gormenergy.Migrations, transfer: gormenergy.Transfer, routes: (*httpenergy.Handlers).Register},
		{name: "advice", of: config.Advice, needs: []string{"platform", "events", "ports"}, makes: adviceParts, schema: gormadvice.Migrations, routes: (*httpadvice.Handlers).Register},
		{name: "answers of auth", of: config.Auth, needs: []string{"auth"}, makes: authAnswers, serves: serveAuth},
		{name: "answers of energy", of: config.Energy, needs: []string{"energy"}, makes: energyAnswers, serves: serveEnergy},
		{name: "answers of advice", of: config.Advice, needs: []string{"advice"}, makes: adviceAnswers, serves: serveAdvice},
		{name: "peers", needs: []string{"platform"}, makes: peerParts},
		{name: "relay", without: config.Auth, needs: []string{"platform", "peers"}, makes: relayParts, schema: gormrelay.Migrations, transfer: gormrelay.Transfer},
		{name: "standing", without: config.Auth, needs: []string{"platform", "peers"}, makes: standingParts, schema: gormstanding.Migrations, transfer: gormstanding.Transfer},
		{name: "ports", needs: needsOfPorts(c), makes: portParts(c)}, // what a module needs of another
		{name: "http", needs: []string{"platform", "ports"}, makes: httpParts},
		{name: "mqtt", of: config.Energy, needs: []string{"platform", "energy", "ports"}, makes: mqttParts},
	}
}

// program returns the parts, put together. Routes are registered in the order of the table.
func program(c config.Config) fx.Option {
	options := []fx.Option{fx.Supply(c)}
	table := parts(c)
	for _, p := range table {
		options = append(options, fx.Module(p.name, fx.Provide(p.makes...)))
	}
	for _, p := range table {
		if p.routes != nil {
			options = append(options, fx.Invoke(p.routes))
		}
		if p.serves != nil && !c.RunsAll() {
			options = append(options, fx.Invoke(p.serves))
		}
	}
	return fx.Options(append(options, fx.Invoke(publishFigures, finishRoutes, start))...)
}
