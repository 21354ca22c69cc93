// Package httpserver is the edge that every HTTP adapter stands on: Fiber with the holes of its defaults closed,
// huma so that the OpenAPI document is made from the very types that the handlers take, and one way in which a
// request is named, bounded, authorised, answered and, if it fails, explained.
//
// An adapter calls Register once a route; start reading there (register.go).
package httpserver

import (
	"context"
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

	"github.com/holotwin/holotwin/platform/random"
)

// Limits of one request.
const (
	// BodyLimit is what a body may measure where a route sets no other limit.
	BodyLimit = 1 << 20
	// HeaderLimit bounds the request line and headers together.
	HeaderLimit = 16 << 10
	// RequestTime bounds a handler; a client that has gone away is not noticed otherwise.
	RequestTime = 30 * time.Second
	// ImportTime bounds an upload of many readings.
	ImportTime = 30 * time.Minute

	readTime  = 20 * time.Second
	writeTime = 60 * time.Second
	idleTime  = 120 * time.Second

	// streamAbove is the part of a body that is read before the handler runs; the rest streams.
	streamAbove = 64 << 10
)

// Options are what an edge needs from outside.
type Options struct {
	Log     *zap.Logger
	Version string
	// Locale answers callers who ask for no language: es or en.
	Locale      string
	CORSOrigins []string
	// Authenticator may be nil while no module that knows users runs; then only public routes answer.
	Authenticator Authenticator
	// TrustedProxies are whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// RatePerMinute is how many requests a client may make a minute; 0 is without limit.
	RatePerMinute int
	// Auditor writes the audit entries that no transaction of a module writes; nil keeps no audit.
	Auditor Auditor
	// Metrics takes the request counters; nil takes none.
	Metrics prometheus.Registerer
	// Long are paths (exact) whose requests may take ImportTime.
	Long []string
	// ForeignQueries are paths (exact) to which other servers send browsers, with queries of theirs.
	ForeignQueries []string
}

// API is where adapters register their routes.
type API struct {
	huma          huma.API
	app           *fiber.App
	log           *zap.Logger
	locale        string
	authenticator Authenticator
	auditor       Auditor
	rate          *rateLimit
	// trustedProxies are whose X-Forwarded-For is believed.
	trustedProxies []netip.Prefix
	routes         []Route
	streams        *streams
	heavy          *admission
	requests       *requestMetrics
}

// New makes an edge without routes.
func New(o Options) *API {
	api := &API{log: o.Log, locale: o.Locale, authenticator: o.Authenticator, auditor: o.Auditor, rate: newRateLimit(o.RatePerMinute), trustedProxies: o.TrustedProxies, requests: newRequestMetrics(o.Metrics), streams: newStreams(), heavy: newAdmission()}
	api.app = fiber.New(fiber.Config{
		AppName:               "HoloTwin",
		DisableStartupMessage: true,
		// huma hands out Fiber's strings, which are reused after the handler; kept ones must be copies.
		Immutable:         true,
		CaseSensitive:     true,
		StrictRouting:     true,
		UnescapePath:      true,
		StreamRequestBody: true,
		BodyLimit:         streamAbove,
		// A form of many parts would else be read before any handler runs, of any size, into files.
		DisablePreParseMultipartForm: true,
		ReadBufferSize:               HeaderLimit,
		ReadTimeout:                  readTime,
		WriteTimeout:                 writeTime,
		IdleTimeout:                  idleTime,
		ErrorHandler:                 api.answerError,
	})
	allowLongRequests(api.app, o.Long)
	api.app.Use(api.recoverPanics, setRequestID, api.measure, compress, setSecurityHeaders, api.setStrictTransport)
	if len(o.CORSOrigins) > 0 {
		api.app.Use(allowOrigins(o.CORSOrigins))
	}
	api.app.Use(api.limitRate, blankControls(o.ForeignQueries), checkRequest, api.limitTime(o.Long))
	api.huma = humafiber.New(api.app, api.humaConfig(o.Version))
	return api
}

// allowLongRequests gives uploads the time that others do not get: ReadTimeout bounds a whole request.
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

// App is the Fiber application, for what is no JSON call: pages, metrics, event streams.
func (a *API) App() *fiber.App { return a.app }

// Serve answers on the listener until Shutdown.
func (a *API) Serve(listener net.Listener) error { return a.app.Listener(drainListener{listener}) }

// Shutdown takes no more connections, ends event streams and waits for the requests that are under way until ctx ends.
func (a *API) Shutdown(ctx context.Context) error {
	a.streams.stop()
	if err := a.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("requests were still under way: %w", err)
	}
	return nil
}

func randomID() string { return random.ID("rq") }
