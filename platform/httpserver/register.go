package httpserver

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/problem"
)

// Register adds a route. The handler takes the request as a type, and returns the answer as a type or an error; Register
// decodes and encodes. errs translates an error of the adapter's module into a problem; it returns nil for an error that it
// does not know. op.Metadata says who may call (Public, Allow). Register panics for a route without it.
func Register[I, O any](api *API, errs func(error) *problem.Problem, op huma.Operation, handler func(context.Context, *I) (*O, error)) {
	roles := rolesOf(op)
	api.routes = append(api.routes, Route{Method: op.Method, Path: op.Path, Roles: roles})
	if !slices.Contains(roles, public) {
		op.Security = []map[string][]string{{"token": {}}, {"key": {}}}
		op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
	}
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusTooManyRequests)
	if op.Responses["503"] == nil {
		op.Errors = append(op.Errors, http.StatusServiceUnavailable)
	}
	if takesBody[I]() {
		op.Errors = append(op.Errors, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge)
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = BodyLimit
	}
	entrance := huma.Middlewares{api.authorise(op, roles)}
	if weight, heavy := op.Metadata[weightKey].(int); heavy {
		entrance = append(entrance, api.admit(weight))
	}
	op.Middlewares = append(append(entrance, api.readBody(op.MaxBodyBytes, takesBody[I]())), op.Middlewares...)
	op.MaxBodyBytes = -1 // readBody has checked the size
	op.Metadata = nil
	huma.Register(api.huma, op, func(ctx context.Context, in *I) (*O, error) {
		if isDryRun(in) {
			ctx = withoutEffect(ctx)
		}
		out, err := handler(ctx, in)
		if err == nil {
			err = api.recordUnwritten(ctx)
		}
		if err != nil {
			return nil, api.explain(ctx, err, errs)
		}
		return out, nil
	})
}

// Route is a registered route and the roles that may call it.
type Route struct {
	Method, Path string
	// Roles are the roles that may call the route. For a public route, Public returns true.
	Roles []Role
}

// Public returns true if anyone may call the route.
func (r Route) Public() bool { return slices.Contains(r.Roles, public) }

// Routes returns all registered routes, for the test that checks each of them.
func (a *API) Routes() []Route { return slices.Clone(a.routes) }

// explain returns the answer to an error, and logs the details that the caller does not get.
func (a *API) explain(ctx context.Context, err error, errs func(error) *problem.Problem) error {
	p := a.problemOf(ctx, err, errs)
	return withHeaders(p.In(Language(ctx), RequestID(ctx)), p)
}

func withHeaders(details *problem.Details, p *problem.Problem) error {
	headers := http.Header{}
	if p.RetryAfter > 0 {
		headers.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	if p.GetStatus() == http.StatusUnauthorized {
		headers.Set("WWW-Authenticate", challenge)
	}
	if len(headers) == 0 {
		return answer{details}
	}
	return huma.ErrorWithHeaders(answer{details}, headers)
}

// answer is a problem in the caller's language, as an error of huma.
type answer struct{ *problem.Details }

func (a answer) Error() string  { return string(a.Code) }
func (a answer) GetStatus() int { return a.Status }

// Document returns the OpenAPI document of all routes as JSON.
func (a *API) Document() ([]byte, error) { return a.huma.OpenAPI().MarshalJSON() }
