package main

import (
	"reflect"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// everything are settings with which the program runs all modules.
var everything = config.Config{Modules: []string{config.Auth, config.Energy, config.Advice, config.Web}}

// openAPIDocument makes the document from the routes of handlers without services: it needs only the types.
func openAPIDocument() ([]byte, error) {
	registry := prometheus.NewRegistry()
	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Version: version, Locale: "es", Metrics: registry})
	for _, p := range parts(everything) {
		if p.routes != nil {
			register := reflect.ValueOf(p.routes)
			register.Call([]reflect.Value{reflect.New(register.Type().In(0).Elem()), reflect.ValueOf(api)})
		}
	}
	api.Operations(registry)
	return api.Document()
}
