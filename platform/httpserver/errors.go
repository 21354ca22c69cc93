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

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/problem"
)

// retryAfter is how soon a caller should come back to a database that does not answer, in seconds.
const retryAfter = 3

// problemOf finds the problem that an error is: one already, one of the module's kinds, a database that is away,
// or something nobody foresaw, which the log tells and the caller does not hear.
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
	if database.IsUnavailable(err) || ctx.Err() != nil { // a request whose time ran out may succeed when there is less to do
		a.log.Warn("database unavailable", zap.String("request_id", RequestID(ctx)), zap.String("reason", database.Reason(err)), zap.Error(err))
		return problem.New(problem.Unavailable).After(retryAfter)
	}
	a.log.Error("request failed", zap.String("request_id", RequestID(ctx)), zap.Error(err))
	return problem.New(problem.Internal)
}

// logRefused tells the operator which request was refused and why, by code and field names only.
func (a *API) logRefused(ctx context.Context, p *problem.Problem) {
	a.log.Debug("refused", zap.String("request_id", RequestID(ctx)), zap.String("problem", p.Error()))
}

// refuse answers from within a huma middleware.
func (a *API) refuse(ctx huma.Context, err error) {
	p := a.problemOf(ctx.Context(), err, nil)
	_ = a.write(humafiber.Unwrap(ctx), p)
}

// answerError is Fiber's error handler: what no route took (404, 405), what fasthttp could not read, and what a
// middleware refused. The error's own text is never used: it can hold the caller's token.
func (a *API) answerError(c *fiber.Ctx, err error) error {
	var p *problem.Problem
	if errors.As(err, &p) {
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
	case http.StatusBadGateway: // Fiber's word for a connection that broke while the request was read
		return problem.New(problem.MalformedRequest)
	}
	if status >= http.StatusInternalServerError {
		return problem.New(problem.Internal)
	}
	return problem.New(problem.MalformedRequest)
}

// write puts a problem on the wire.
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
		// A body that was refused may not have been read; the next request must not begin inside it.
		c.Context().SetConnectionClose()
	}
	c.Status(p.GetStatus())
	c.Set(fiber.HeaderContentType, problem.ContentType)
	return c.Send(body)
}
