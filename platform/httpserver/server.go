// Package httpserver is the common base of all HTTP adapters. It runs Fiber with safe limits, and huma, which makes the OpenAPI
// document from the types that the handlers take. Every request gets an id, limits, an authorisation check, an answer and, if
// it fails, a problem document.
//
// An adapter calls Register once for each route. Start reading there (register.go).
package httpserver

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/cors"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/metrics"
	"github.com/holotwin/holotwin/platform/peer"
	"github.com/holotwin/holotwin/platform/random"
	"github.com/holotwin/holotwin/platform/tracing"
)

// Limits of one request.
const (
	// BodyLimit is the maximum size of a body, in bytes, on a route that sets no other limit.
	BodyLimit = 1 << 20
	// HeaderLimit is the maximum size of the request line and the headers together, in bytes.
	HeaderLimit = 16 << 10
	// RequestTime is the maximum time of a handler. It is needed because fasthttp does not notice a client that has
	// disconnected.
	RequestTime = 30 * time.Second
	// ImportTime is the maximum time of an upload of many readings.
	ImportTime = 30 * time.Minute

	readTime  = 20 * time.Second
	writeTime = 60 * time.Second
	idleTime  = 120 * time.Second

	// streamAbove is how many bytes of a body are read before the handler runs. The rest is read as a stream.
	streamAbove = 64 << 10
)

// Options configure a server.
type Options struct {
	Log     *zap.Logger
	Version string
	// Locale is the language of answers to a caller who does not ask for one: es or en.
	Locale      string
	CORSOrigins []string
	// Authenticator may be nil if the module that knows the users does not run. Then only public routes answer.
	Authenticator Authenticator
	// TrustedProxies are the proxies whose X-Forwarded-For is trusted.
	TrustedProxies []netip.Prefix
	// RatePerMinute is the maximum number of requests of a client in a minute; 0 means no limit.
	RatePerMinute int
	// Auditor writes the audit entries that no transaction of a module writes; nil writes none.
	Auditor Auditor
	// Tracer makes a span of each request; nil makes none.
	Tracer *tracing.Tracer
	// Metrics registers the request metrics; nil registers none.
	Metrics prometheus.Registerer
	// TLS makes the server answer HTTPS only; nil is without.
	TLS *tls.Config
	// MetricsToken is the bearer token that /metrics requires; empty is none.
	MetricsToken string
	// Long are exact paths whose requests may take ImportTime.
	Long []string
	// ForeignQueries are exact paths to which other servers redirect browsers with a query that they wrote.
	ForeignQueries []string
}

// API is the server to which adapters add their routes.
type API struct {
	huma          huma.API
	app           *fiber.App
	log           *zap.Logger
	locale        string
	authenticator Authenticator
	auditor       Auditor
	rate          *rateLimit
	// trustedProxies are the proxies whose X-Forwarded-For is trusted.
	trustedProxies []netip.Prefix
	routes         []Route
	streams        *streams
	heavy          *admission
	requests       *requestMetrics
	tracer         *tracing.Tracer
	// peers answers other processes; nil answers none.
	peers *peer.Server
	tls   *tls.Config
	// metricsToken guards /metrics.
	metricsToken metrics.Token
	// selfChecks are reported and end nothing.
	selfChecks SelfChecks
}

// New returns a server without routes.
func New(o Options) *API {
	api := &API{log: o.Log, locale: o.Locale, authenticator: o.Authenticator, auditor: o.Auditor, rate: newRateLimit(o.RatePerMinute), trustedProxies: o.TrustedProxies, streams: newStreams(), heavy: newAdmission(), tracer: o.Tracer, tls: o.TLS, metricsToken: metrics.NewToken(o.MetricsToken)}
	api.requests = newRequestMetrics(o.Metrics, api.streams)
	api.app = fiber.New(fiber.Config{
		AppName:               "HoloTwin",
		DisableStartupMessage: true,
		// huma passes on Fiber's strings, which Fiber reuses after the handler. A handler that keeps one needs a copy.
		Immutable:         true,
		CaseSensitive:     true,
		StrictRouting:     true,
		UnescapePath:      true,
		StreamRequestBody: true,
		BodyLimit:         streamAbove,
		// Without this, Fiber writes a multipart form of any size into files before any handler runs.
		DisablePreParseMultipartForm: true,
		ReadBufferSize:               HeaderLimit,
		ReadTimeout:                  readTime,
		WriteTimeout:                 writeTime,
		IdleTimeout:                  idleTime,
		ErrorHandler:                 api.answerError,
	})
	allowLongRequests(api.app, o.Long)
	api.app.Use(api.recoverPanics, setRequestID, api.begin, api.measure, api.recoverPanics, compress, setSecurityHeaders, api.setStrictTransport)
	if len(o.CORSOrigins) > 0 {
		api.app.Use(allowOrigins(o.CORSOrigins))
	}
	api.app.Use(api.answerPeer, api.limitRate, blankControls(o.ForeignQueries), checkRequest, api.limitTime(o.Long))
	api.huma = humafiber.New(api.app, api.humaConfig(o.Version))
	return api
}

// allowLongRequests lets uploads take ImportTime. ReadTimeout bounds the whole request, and is too short for them.
func allowLongRequests(app *fiber.App, paths []string) {
	long := make(map[string]bool, len(paths))
	for _, p := range paths {
		long[p] = true
	}
	app.Server().HeaderReceived = func(header *fasthttp.RequestHeader) fasthttp.RequestConfig {
		path, _, _ := strings.Cut(string(header.RequestURI()), "?")
		if long[path] {
			return fasthttp.RequestConfig{ReadTimeout: ImportTime, WriteTimeout: ImportTime}
		}
		return fasthttp.RequestConfig{}
	}
	app.Server().NoDefaultServerHeader = true
	app.Server().ConnState = trackHeads
}

func allowOrigins(origins []string) fiber.Handler {
	return cors.New(cors.Config{
		AllowOrigins:     strings.Join(origins, ","),
		AllowMethods:     "GET,POST,PUT,PATCH,DELETE",
		AllowHeaders:     "Authorization,Content-Type,X-API-Key,X-Request-Id,Accept-Language,Last-Event-ID",
		ExposeHeaders:    "X-Request-Id,Location,Retry-After,Link,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset",
		AllowCredentials: true,
		MaxAge:           600,
	})
}

// App returns the Fiber application, for routes that are not JSON: pages, metrics, event streams.
func (a *API) App() *fiber.App { return a.app }

// Serve answers requests on the listener until Shutdown.
func (a *API) Serve(listener net.Listener) error {
	return a.app.Listener(clientListener{listener, a.tls})
}

// Shutdown accepts no more connections, ends event streams, and waits for open requests until ctx ends.
func (a *API) Shutdown(ctx context.Context) error {
	a.streams.stop()
	if err := a.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("some requests did not finish in time: %w", err)
	}
	return nil
}

func randomID() string { return random.ID("rq") }
