package httpserver

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/holotwin/holotwin/platform/tracing"
)

// begin gives the request a context: its log line, the trace that it is part of (W3C Trace Context), and its span if traces are
// recorded. The span has the route's template, the status and the request's id, and nothing else of what the caller sent. Probes and
// metrics, which are asked all the time, have none.
func (a *API) begin(c *fiber.Ctx) error {
	ctx := context.WithValue(withNote(c.UserContext()), requestIDKey, requestIDOf(c))
	ctx = tracing.Arrived(ctx, func(name string) string { return c.Get(name) })
	if !a.tracer.Records() || strings.HasPrefix(c.Path(), "/health/") || c.Path() == metricsPath {
		c.SetUserContext(ctx)
		return c.Next()
	}
	ctx, span := a.tracer.Begin(ctx, c.Method(), trace.SpanKindServer,
		attribute.String("http.request.method", c.Method()), attribute.String("holotwin.request_id", requestIDOf(c)))
	defer span.End(nil) // also after a panic
	c.SetUserContext(ctx)
	err := c.Next()
	status, route := c.Response().StatusCode(), routeOf(c)
	if route != noRoute {
		span.Name(c.Method() + " " + route)
		span.Set(attribute.String("http.route", route))
	}
	span.Set(attribute.Int("http.response.status_code", status))
	if status >= http.StatusInternalServerError {
		span.Fail(strconv.Itoa(status))
	}
	return err
}

// noRoute is the label of requests that no route answers.
const noRoute = "none"

// routeOf returns the template of the route that answered, with names for what differs from request to request.
func routeOf(c *fiber.Ctx) string {
	if call, ok := c.Locals(peerCallKey).(string); ok {
		return call
	}
	if status := c.Response().StatusCode(); status == fiber.StatusNotFound || status == fiber.StatusMethodNotAllowed {
		return noRoute
	}
	return c.Route().Path
}
