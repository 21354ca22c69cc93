package httpserver

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/problem"
)

// DryRunInput is embedded in the input of a route that can be tried without any effect.
type DryRunInput struct {
	DryRun bool `query:"dry_run" doc:"true: nothing is changed, and the answer says what the request would do"`
}

func (d DryRunInput) isDryRun() bool { return d.DryRun }

// isDryRun returns true if a request asks for a dry run. A route that has none rejects the parameter.
func isDryRun(in any) bool {
	d, can := in.(interface{ isDryRun() bool })
	return can && d.isDryRun()
}

// withoutEffect returns the context of a dry run. Its transactions fail, and the audit gets no entry of a change.
func withoutEffect(ctx context.Context) context.Context {
	return database.WithoutWrites(audit.Without(ctx))
}

// Removal is what a removal would do.
type Removal struct {
	Deletes   map[string]int `json:"deletes" doc:"How many objects of each kind would be deleted"`
	BlockedBy []Blocker      `json:"blocked_by" nullable:"false" doc:"What prevents the removal, as the 409 in_use would list it; empty if it is possible"`
}

// Blocker is something that depends on an object and so prevents its removal. What the caller may not see is only counted.
type Blocker struct {
	Kind  string `json:"kind"`
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Count int    `json:"count,omitzero"`
}

// NewRemoval returns the answer for what would be deleted, and the blockers.
func NewRemoval(deletes map[string]int, blockers ...Blocker) Removal {
	r := Removal{Deletes: make(map[string]int), BlockedBy: append([]Blocker{}, blockers...)}
	for kind, count := range deletes {
		if count > 0 {
			r.Deletes[kind] = count
		}
	}
	return r
}

// RegisterRemoval adds a DELETE route. It answers 204, and with dry_run=true 200 with what preview returns.
func RegisterRemoval[I, R any](api *API, errs func(error) *problem.Problem, op huma.Operation, preview func(context.Context, *I) (R, error), remove func(context.Context, *I) error) {
	op.Method, op.DefaultStatus = http.MethodDelete, http.StatusNoContent
	op.Responses = map[string]*huma.Response{"200": JSONResponse[R](api, dryRunResponse)}
	Register(api, errs, op, WithDryRun(preview, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		if err := remove(ctx, in); err != nil {
			return nil, err
		}
		return NoContent(), nil
	}))
}

const dryRunResponse = "With dry_run=true: what the request would do. Nothing is changed"

// WithDryRun returns a handler that answers a dry run with what preview returns, and any other request with do.
func WithDryRun[I, R any](preview func(context.Context, *I) (R, error), do func(context.Context, *I) (*huma.StreamResponse, error)) func(context.Context, *I) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		if !isDryRun(in) {
			return do(ctx, in)
		}
		found, err := preview(ctx, in)
		if err != nil {
			return nil, err
		}
		return JSON(found), nil
	}
}

// JSONOrDryRun documents an answer of type T, or of type R to a dry run.
func JSONOrDryRun[T, R any](api *API, description string) *huma.Response {
	answer, tried := JSONResponse[T](api, description+". "+dryRunResponse), JSONResponse[R](api, "")
	content := answer.Content["application/json"]
	content.Schema = &huma.Schema{OneOf: []*huma.Schema{content.Schema, tried.Content["application/json"].Schema}}
	return answer
}
