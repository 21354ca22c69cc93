package httpserver

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/problem"
)

// Role says what a caller may do.
type Role string

// The roles. Device is for API keys only: it may send measurements and read nothing.
const (
	Admin   Role = "admin"
	Manager Role = "manager"
	Viewer  Role = "viewer"
	Device  Role = "device"
	// Enrolling is a user who must set up a second factor first. Only the routes for that allow it.
	Enrolling Role = "enrolling"

	public Role = ""
)

// Principal is an authenticated caller.
type Principal struct {
	Subject string
	Role    Role
	// IsKey is set for an API key, which may call nothing under /auth.
	IsKey bool
	// Space limits the caller to a space and the spaces inside it; empty means no limit.
	Space string
	// Devices limits an API key to these devices; empty means no limit.
	Devices []string
	// TokenID and Family identify the session, for logging out.
	TokenID string
	Family  string
}

// Authenticator returns the owner of a token or a key. Its error is a *problem.Problem, which the caller gets, or another
// error, which is only logged. A problem with a status of 500 or more means that it is not known now whether they are valid.
type Authenticator interface {
	Authenticate(ctx context.Context, bearer, apiKey string) (Principal, error)
}

const (
	rolesKey  = "roles"
	ownKey    = "own refusals"
	challenge = `Bearer realm="holotwin"`
)

// Public marks a route that anyone may call.
func Public() map[string]any { return map[string]any{rolesKey: []Role{public}} }

// PublicWithOwnRefusals marks a public route whose handler writes an audit entry for each refused request itself.
func PublicWithOwnRefusals() map[string]any {
	return map[string]any{rolesKey: []Role{public}, ownKey: true}
}

// Allow marks a route that only these roles may call.
func Allow(roles ...Role) map[string]any { return map[string]any{rolesKey: roles} }

// Readers marks a route for all roles that may read.
func Readers() map[string]any { return Allow(Admin, Manager, Viewer) }

// Managers marks a route for the roles that may change the campus, but not users and keys.
func Managers() map[string]any { return Allow(Admin, Manager) }

// Reporters marks a route for the roles that may send measurements.
func Reporters() map[string]any { return Allow(Admin, Manager, Device) }

func rolesOf(op huma.Operation) []Role {
	roles, _ := op.Metadata[rolesKey].([]Role)
	if len(roles) == 0 {
		panic(fmt.Sprintf("%s %s has no roles in its Metadata; use Public or Allow", op.Method, op.Path))
	}
	return roles
}

// PrincipalOf returns the caller of the request; the zero Principal on a public route.
func PrincipalOf(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey).(Principal)
	return p
}

// WithPrincipal sets the caller, for code that calls use cases without an HTTP request.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey, p)
}

// authorise calls the handler only if the caller is authenticated and has one of the roles.
func (a *API) authorise(op huma.Operation, roles []Role) func(huma.Context, func(huma.Context)) {
	if slices.Contains(roles, public) {
		return a.auditPublic(op)
	}
	changes := isAudited(op, roles)
	return func(ctx huma.Context, next func(huma.Context)) {
		authorization, apiKey := ctx.Header("Authorization"), ctx.Header("X-API-Key")
		p, err := a.principal(ctx.Context(), authorization, apiKey)
		if err == nil && (!slices.Contains(roles, p.Role) || p.IsKey && strings.HasPrefix(op.Path, "/auth/")) {
			err = problem.New(forbiddenTo(p))
		}
		if err != nil {
			a.refuse(ctx, err)
			a.auditRefusal(ctx, p)
			return
		}
		ctx = huma.WithValue(huma.WithValue(ctx, principalKey, p), rightsKey, a.newRights(p, authorization, apiKey))
		a.auditRequest(ctx, p, changes, next)
	}
}

// forbiddenTo returns why a route is not for a caller.
func forbiddenTo(p Principal) problem.Code {
	if p.Role == Enrolling {
		return problem.SecondFactorSetup
	}
	return problem.Forbidden
}

// PrincipalOfKey returns the owner of an API key that was not sent in the X-API-Key header.
func (a *API) PrincipalOfKey(ctx context.Context, key string) (Principal, error) {
	p, err := a.principal(ctx, "", key)
	if caller, _ := ctx.Value(callerKey).(*Principal); caller != nil && err == nil {
		*caller = p
	}
	return p, err
}

func (a *API) principal(ctx context.Context, authorization, apiKey string) (Principal, error) {
	scheme, bearer, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "bearer") {
		bearer = ""
	}
	if a.authenticator == nil || (bearer == "" && apiKey == "") {
		return Principal{}, problem.New(problem.Unauthenticated)
	}
	return a.authenticator.Authenticate(ctx, strings.TrimSpace(bearer), apiKey)
}
