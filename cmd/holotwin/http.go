package main

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/adapters/web"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/httpserver"
)

var httpParts = []any{newAPI}

// newAPI returns the API without routes; each part registers its own.
func newAPI(c config.Config, log *zap.Logger, registry *prometheus.Registry, auth *httpauth.Handlers) *httpserver.API {
	return httpserver.New(httpserver.Options{
		Log: log, Version: version, Locale: c.Locale, CORSOrigins: c.CORSOrigins, Authenticator: auth, Auditor: auth,
		TrustedProxies: c.TrustedProxies, RatePerMinute: c.RateLimitPerMin, Metrics: registry, Long: httpenergy.BulkPaths, ForeignQueries: []string{httpauth.CallbackPath},
	})
}

// finishRoutes adds what comes after the parts' routes: the dashboard and the operations.
func finishRoutes(api *httpserver.API, registry *prometheus.Registry, db *database.Database) {
	web.Register(api.App())
	api.Operations(registry, checks(db)...)
}
