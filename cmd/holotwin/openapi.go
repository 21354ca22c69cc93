package main

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	httpadvice "github.com/holotwin/holotwin/adapters/http/advice"
	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// openAPIDocument makes the document from the routes alone: the types say all that it needs.
func openAPIDocument() ([]byte, error) {
	registry := prometheus.NewRegistry()
	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Version: version, Locale: "es", Metrics: registry})
	(&httpauth.Handlers{}).Register(api)
	(&httpenergy.Handlers{}).Register(api)
	(&httpadvice.Handlers{}).Register(api)
	api.Operations(registry)
	return api.Document()
}
