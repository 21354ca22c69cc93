package main

import (
	"crypto/tls"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"

	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/adapters/web"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/doctor"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/peer"
	"github.com/holotwin/holotwin/platform/tracing"
)

var httpParts = []any{newAPI}

// newAPI returns the API without routes; each part registers its own.
func newAPI(c config.Config, log *zap.Logger, registry *prometheus.Registry, tracer *tracing.Tracer, served certificates, authenticator httpserver.Authenticator, auditor httpserver.Auditor) *httpserver.API {
	var secure *tls.Config
	if served.http != nil {
		secure = served.http.TLS()
	}
	return httpserver.New(httpserver.Options{
		TLS: secure, MetricsToken: c.MetricsToken,
		Log: log, Version: version, Locale: c.Locale, CORSOrigins: c.CORSOrigins, Authenticator: authenticator, Auditor: auditor,
		TrustedProxies: c.TrustedProxies, RatePerMinute: c.RateLimitPerMin, Metrics: registry, Tracer: tracer, Long: httpenergy.BulkPaths, ForeignQueries: []string{httpauth.CallbackPath},
	})
}

// finishRoutes adds what comes after the parts' routes: the calls of other processes, the dashboard and the operations.
func finishRoutes(n finishing) {
	n.Registry.MustRegister(replicaMetrics{n.Database}, backupMetrics{n.Database})
	if !n.Config.RunsAll() {
		n.API.AnswerPeers(n.Peers)
	}
	if n.Config.Runs(config.Web) {
		web.Register(n.API.App())
		n.API.Docs()
	}
	ready := checks(n.Config, n.Database)
	if n.Standing != nil {
		ready = append(ready, httpserver.Check{Name: "rights", Ready: n.Standing.Ready})
	}
	n.Registry.MustRegister(n.Watch)
	n.API.WithSelfChecks(httpserver.SelfChecks{Warnings: n.Watch.Warnings, Diagnosis: func(language string) []httpserver.Diagnosis {
		return diagnosisOf(n.Watch.Findings(), language)
	}})
	var scraped prometheus.Gatherer = n.Registry
	if n.Config.MetricsAddr != "" {
		scraped = nil // they have an address of their own
	}
	n.API.Operations(scraped, ready...)
}

// finishing are the services that finishRoutes needs.
type finishing struct {
	fx.In

	Config   config.Config
	API      *httpserver.API
	Registry *prometheus.Registry
	Database *database.Database
	Peers    *peer.Server
	Standing *standing.Verifier `optional:"true"`
	Watch    *doctor.Watch
}
