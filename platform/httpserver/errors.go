package httpserver

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/problem"
)

// retryAfter is the Retry-After in seconds while the database does not answer.
const retryAfter = 3

// problemOf returns the problem for an error: the error itself, one of the module's errors, an unavailable database, or an
// internal error. An internal error is logged, and the caller gets no details of it.
func (a *API) problemOf(ctx context.Context, err error, errs func(error) *problem.Problem) *problem.Problem {
	var p *problem.Problem
	if errors.As(err, &p) {
		a.logRefused(ctx, p)
		return p
	}
	if errs != nil {
		if p = errs(err); p != nil {
			a.logRefused(ctx, p)
			return p
		}
	}
	if p = away(err); p != nil {
		a.logWith(ctx, zapcore.WarnLevel, "another process is away; the caller gets 503 and may retry; see the log of that process", zap.Error(err))
		return p
	}
	if database.IsUnavailable(err) || ctx.Err() != nil { // a request that timed out may succeed when the load is lower
		a.logWith(ctx, zapcore.WarnLevel, "database unavailable; the caller gets 503 and may retry; if it lasts, see the log of the database", zap.String("reason", database.Reason(err)), zap.Error(err))
		return problem.New(problem.Unavailable).After(retryAfter)
	}
	a.logWith(ctx, zapcore.ErrorLevel, "request failed; the caller gets 500; if the error names no cause outside, report it with this line", zap.Error(err))
	return problem.New(problem.Internal)
}

// logRefused logs why a request was refused, with the code and field names only.
func (a *API) logRefused(ctx context.Context, p *problem.Problem) {
	a.logWith(ctx, zapcore.DebugLevel, "request refused", zap.String("problem", p.Error()))
}

// refuse answers with the problem of an error, from inside a huma middleware.
func (a *API) refuse(ctx huma.Context, err error) {
	p := a.problemOf(ctx.Context(), err, nil)
	_ = a.write(humafiber.Unwrap(ctx), p)
}

// answerError is Fiber's error handler. It answers requests without a route (404, 405), requests that fasthttp could not read,
// and errors of a middleware. It never uses the error's own text, which can contain the caller's token.
func (a *API) answerError(c *fiber.Ctx, err error) error {
	var p *problem.Problem
	if errors.As(err, &p) {
		a.logRefused(c.UserContext(), p)
		return a.write(c, p)
	}
	var refused *fiber.Error
	if errors.As(err, &refused) {
		return a.write(c, problemOfStatus(refused.Code))
	}
	return a.write(c, a.problemOf(c.UserContext(), err, nil))
}

func problemOfStatus(status int) *problem.Problem {
	switch status {
	case http.StatusNotFound:
		return problem.New(problem.NotFound)
	case http.StatusMethodNotAllowed:
		return problem.New(problem.MethodNotAllowed)
	case http.StatusRequestTimeout:
		return problem.New(problem.RequestTimeout)
	case http.StatusRequestEntityTooLarge:
		return problem.New(problem.TooLarge, "limit", BodyLimit)
	case http.StatusRequestHeaderFieldsTooLarge:
		return problem.New(problem.HeadersTooLarge, "limit", HeaderLimit)
	case http.StatusUnsupportedMediaType:
		return problem.New(problem.UnsupportedMediaType, "accepted", "application/json")
	case http.StatusNotAcceptable:
		return problem.New(problem.NotAcceptable)
	case http.StatusServiceUnavailable:
		return problem.New(problem.Overloaded).After(retryAfter)
	case http.StatusBadGateway: // Fiber's status for a connection that broke while the request was read
		return problem.New(problem.MalformedRequest)
	}
	if status >= http.StatusInternalServerError {
		return problem.New(problem.Internal)
	}
	return problem.New(problem.MalformedRequest)
}

// write sends a problem document.
func (a *API) write(c *fiber.Ctx, p *problem.Problem) error {
	id := requestIDOf(c)
	if id == "" { // fasthttp could not even read the request
		id = randomID()
		c.Set(requestIDHeader, id)
	}
	body, err := p.In(a.languageOf(c), id).MarshalJSON()
	if err != nil {
		return err
	}
	if p.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(p.RetryAfter))
	}
	if p.GetStatus() == http.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, challenge)
	}
	if !bytes.Equal(c.Request().Header.Method(), []byte(fiber.MethodGet)) {
		// The body of a refused request may be unread. The next request must not start inside it.
		c.Context().SetConnectionClose()
	}
	c.Status(p.GetStatus())
	c.Set(fiber.HeaderContentType, problem.ContentType)
	return c.Send(body)
}
