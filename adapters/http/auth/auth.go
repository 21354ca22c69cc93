// Package httpauth serves the auth module over HTTP.
package httpauth

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// Handlers serve the auth module's routes.
type Handlers struct {
	Sessions *auth.Sessions
	Accounts *auth.Accounts
	Keys     *auth.Keys
	Factors  *auth.Factors
	Persons  *auth.Persons
	Audit    auth.Audit
	Log      *zap.Logger
	Clock    auth.Clock
	// SignOns is nil if no university login is configured.
	SignOns *auth.SignOns
	// SecureCookies is set if browsers connect by HTTPS.
	SecureCookies bool
	// PublicKeys verify tokens; empty if tokens are signed with a secret.
	PublicKeys []PublicKey
}

var everyone = httpserver.Readers()

// Register adds the routes.
func (h *Handlers) Register(api *httpserver.API) {
	for _, path := range []string{"/auth/login", "/login"} {
		httpserver.Register(api, problemOf, huma.Operation{
			OperationID: "login" + strings.ReplaceAll(strings.TrimSuffix(path, "/login"), "/", "-"), Method: http.MethodPost, Path: path, Tags: []string{"auth"},
			Summary: "Iniciar sesión · Log in",
			Description: "By e-mail and password, as JSON or as an OAuth2 password form. The access token is valid for two hours. An unknown user and a wrong password get the same answer. " +
				"If the user has a second factor, `code` is needed too: a code of the app, which is accepted once, or a recovery code. Without it: 401 `second_factor_required`, only after the right password.",
			MaxBodyBytes: 8 << 10, SkipValidateBody: true, Metadata: httpserver.PublicWithOwnRefusals(), Errors: []int{401, 413, 415, 429, 503},
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
				"application/json": {Schema: loginSchema}, "application/x-www-form-urlencoded": {Schema: formSchema},
			}},
		}, h.login)
	}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "refresh", Method: http.MethodPost, Path: "/auth/refresh", Tags: []string{"auth"},
		Summary:     "Renovar · Refresh",
		Description: "Returns a new pair of tokens for a refresh token, which can be used only once. Using it again ends its session: 401 `token_reused`. If the answer was lost, the same request can be repeated for 30 seconds and gets the same refresh token, until that or the new access token is used.",
		Metadata:    httpserver.Public(), Errors: []int{401},
	}, h.refresh)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "logout", Method: http.MethodPost, Path: "/auth/logout", Tags: []string{"auth"}, DefaultStatus: 204,
		Summary: "Cerrar sesión · Log out", Metadata: enrolling,
	}, h.logout)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "me", Method: http.MethodGet, Path: "/auth/me", Tags: []string{"auth"},
		Summary: "Usuario actual · Current user", Metadata: enrolling,
	}, h.me)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "changePassword", Method: http.MethodPut, Path: "/auth/password", Tags: []string{"auth"}, DefaultStatus: 204,
		Summary: "Cambiar la contraseña · Change the password", Description: "Ends all other sessions of the user.", Metadata: everyone, Errors: []int{429, 503},
	}, h.changePassword)
	h.registerPublicKeys(api)
	h.registerFactors(api)
	h.registerUsers(api)
	h.registerKeys(api)
	h.registerResets(api)
	h.registerSignOn(api)
	h.registerAudit(api)
	h.registerPersons(api)
}

// Authenticate implements httpserver.Authenticator.
func (h *Handlers) Authenticate(ctx context.Context, bearer, apiKey string) (httpserver.Principal, error) {
	return Authenticator{auth.Credentials{Sessions: h.Sessions, Keys: h.Keys}}.Authenticate(ctx, bearer, apiKey)
}

// problemOf maps an error of the module to a problem; nil for any other error.
func problemOf(err error) *problem.Problem {
	var invalid auth.ErrInvalid
	var throttled auth.ErrThrottled
	switch {
	case errors.As(err, &invalid):
		fields := make([]problem.Field, len(invalid.Flaws))
		for i, f := range invalid.Flaws {
			fields[i] = problem.Field{Field: f.Field, Rule: problem.Rule(f.Rule), Params: f.Args}
		}
		return problem.Invalid(fields...)
	case errors.As(err, &throttled):
		return problem.New(problem.TooManyRequests).After(int(math.Ceil(throttled.RetryAfter.Seconds())))
	case errors.Is(err, auth.ErrFactorRequired):
		return problem.New(problem.SecondFactorRequired)
	case errors.Is(err, auth.ErrFactorOn):
		return problem.New(problem.SecondFactorActive)
	case errors.Is(err, auth.ErrNotLocal):
		return problem.New(problem.SignOnAccount)
	case errors.Is(err, auth.ErrSealed):
		return problem.New(problem.SecondFactorUnreadable)
	case errors.Is(err, auth.ErrNoSeal):
		return problem.New(problem.SecondFactorUnavailable)
	case errors.Is(err, auth.ErrCredentials):
		return problem.New(problem.InvalidCredentials)
	case errors.Is(err, auth.ErrTokenReused):
		return problem.New(problem.TokenReused)
	case errors.Is(err, auth.ErrToken):
		return problem.New(problem.Unauthenticated)
	case errors.Is(err, auth.ErrForbidden):
		return problem.New(problem.Forbidden)
	case errors.Is(err, auth.ErrNotFound):
		return problem.New(problem.NotFound)
	case errors.Is(err, auth.ErrTaken):
		return problem.New(problem.AlreadyExists, "id", "email")
	case errors.Is(err, auth.ErrLastAdmin):
		return problem.New(problem.LastAdministrator)
	case errors.Is(err, auth.ErrUnavailable):
		return problem.New(problem.SignOnUnavailable).After(30)
	case errors.Is(err, standing.ErrUndecided):
		return problem.New(problem.ModuleAway).After(2)
	case errors.Is(err, auth.ErrBusy):
		return problem.New(problem.Overloaded).After(2)
	}
	return nil
}
