package httpserver

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	swagger "github.com/swaggest/swgui/v5emb"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/holotwin/holotwin/platform/metrics"
	"github.com/holotwin/holotwin/platform/problem"
)

// Check is a condition for the server to be ready.
type Check struct {
	Name string
	// Ready returns an error while the condition does not hold.
	Ready func(context.Context) error
}

const checkTime = 2 * time.Second

type liveOutput struct {
	Body struct {
		Status string `json:"status" enum:"ok"`
	}
}

type readiness struct {
	Status string            `json:"status" enum:"ok,unavailable"`
	Checks map[string]string `json:"checks" doc:"The name of each check with its result: ok or unavailable"`
	// Warnings do not make the process unavailable.
	Warnings []string `json:"warnings,omitempty" doc:"The names of the checks in the background that found something; GET /api/diagnostico says what"`
}

type readyOutput struct {
	Status int
	Body   readiness
}

// Operations adds /health/live, /health/ready and, if there is a gatherer, /metrics.
func (a *API) Operations(gatherer prometheus.Gatherer, checks ...Check) {
	Register(a, nil, huma.Operation{
		OperationID: "live", Method: "GET", Path: "/health/live", Summary: "Whether the process runs",
		Tags: []string{"operations"}, Metadata: Public(),
	}, func(context.Context, *struct{}) (*liveOutput, error) {
		out := &liveOutput{}
		out.Body.Status = "ok"
		return out, nil
	})
	Register(a, nil, huma.Operation{
		OperationID: "ready", Method: "GET", Path: "/health/ready", Summary: "Whether the process can serve requests: database and migrations",
		Tags: []string{"operations"}, Metadata: Public(),
		Responses: map[string]*huma.Response{"503": JSONResponse[readiness](a, "At least one check fails; see checks")},
	}, func(ctx context.Context, _ *struct{}) (*readyOutput, error) { return a.ready(ctx, checks), nil })
	a.registerDiagnosis()
	if gatherer != nil {
		a.app.Get(metricsPath, a.requireMetricsToken, adaptor.HTTPHandler(promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{})))
	}
}

const metricsPath = metrics.Path

// requireMetricsToken refuses a request without the token, and counts it as one of its client, so that the token is not guessed.
func (a *API) requireMetricsToken(c *fiber.Ctx) error {
	if a.metricsToken.Allows(c.Get(fiber.HeaderAuthorization)) {
		return c.Next()
	}
	if err := a.takeFromRate(c); err != nil {
		return err
	}
	return problem.New(problem.Unauthenticated)
}

// Docs adds /docs, the page of the API's document.
func (a *API) Docs() {
	a.app.Get("/docs", docsPolicy, adaptor.HTTPHandler(swagger.New("HoloTwin", "/openapi.json", "/docs/")))
	a.app.Get("/docs/*", docsPolicy, adaptor.HTTPHandler(swagger.New("HoloTwin", "/openapi.json", "/docs/")))
}

// docsPolicy lets the scripts of the documentation page run, and nothing from outside.
func docsPolicy(c *fiber.Ctx) error {
	c.Set("Content-Security-Policy", "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'")
	return c.Next()
}

func (a *API) ready(ctx context.Context, checks []Check) *readyOutput {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	out := &readyOutput{Status: fiber.StatusOK}
	out.Body.Status, out.Body.Checks = "ok", make(map[string]string, len(checks))
	if a.selfChecks.Warnings != nil {
		out.Body.Warnings = a.selfChecks.Warnings()
	}
	for _, check := range checks {
		out.Body.Checks[check.Name] = "ok"
		if err := check.Ready(ctx); err != nil {
			a.logWith(ctx, zapcore.WarnLevel, "not ready; a balancer should ask another server until it is", zap.String("check", check.Name), zap.NamedError("error_of_"+check.Name, err))
			out.Status, out.Body.Status, out.Body.Checks[check.Name] = fiber.StatusServiceUnavailable, "unavailable", "unavailable"
		}
	}
	return out
}
