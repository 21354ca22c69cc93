package httpauth

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// enrolling also may be called by a session whose user must set up a second factor first.
var enrolling = httpserver.Allow(httpserver.Admin, httpserver.Manager, httpserver.Viewer, httpserver.Enrolling)

func (h *Handlers) registerFactors(api *httpserver.API) {
	tags := []string{"auth"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "secondFactor", Method: http.MethodGet, Path: "/auth/segundo-factor", Tags: tags,
		Summary: "Estado del segundo factor · State of the second factor", Metadata: enrolling,
	}, h.secondFactor)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "proposeSecondFactor", Method: http.MethodPost, Path: "/auth/segundo-factor", Tags: tags,
		Summary: "Preparar un segundo factor · Prepare a second factor",
		Description: "Returns a new secret for an authenticator app (TOTP, RFC 6238: SHA-1, six digits, thirty seconds). It is shown only in this answer. A login does not ask for it before " +
			"`/auth/segundo-factor/confirmacion`; another call replaces it. Only for accounts with a password here: 409 `sign_on_account`. If it is on already: 409 `second_factor_active`.",
		Metadata: enrolling, Errors: []int{409},
	}, h.proposeFactor)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "confirmSecondFactor", Method: http.MethodPost, Path: "/auth/segundo-factor/confirmacion", Tags: tags,
		Summary: "Activar el segundo factor · Turn the second factor on",
		Description: "With the first code of the app. Returns ten recovery codes, which are shown only in this answer; each works once in place of a code. Ends all other sessions of the user. " +
			"From then on `/auth/login` wants `code`.",
		Metadata: enrolling, Errors: []int{404, 409},
	}, h.confirmFactor)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "removeSecondFactor", Method: http.MethodDelete, Path: "/auth/segundo-factor", Tags: tags, DefaultStatus: 204,
		Summary:     "Quitar el segundo factor · Turn the second factor off",
		Description: "With the password or a code, exactly one of them. A wrong one is 401 and counts as a refused login. The recovery codes are deleted too.",
		Metadata:    everyone, Errors: []int{404, 429, 503},
	}, h.removeFactor)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "removeUserSecondFactor", Method: http.MethodDelete, Path: "/auth/usuarios/{id}/segundo-factor", Tags: []string{"users"}, DefaultStatus: 204,
		Summary: "Quitar el segundo factor de un usuario · Remove a user's second factor", Metadata: administrators, Errors: []int{404},
		Description: "For a user who lost their phone and their recovery codes. Make sure that it is them who asks. 404 if there is none.",
	}, h.removeUserFactor)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "demandedSecondFactors", Method: http.MethodGet, Path: "/auth/segundo-factor/roles", Tags: []string{"users"},
		Summary: "Roles que exigen segundo factor · Roles that must have a second factor", Metadata: administrators,
	}, h.demandedFactors)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "demandSecondFactors", Method: http.MethodPut, Path: "/auth/segundo-factor/roles", Tags: []string{"users"},
		Summary: "Exigir segundo factor · Demand second factors", Metadata: administrators,
		Description: "Replaces the list. A user who has one of these roles, a password here and no second factor can only set one up, in open sessions within five seconds: every other call is 403 " +
			"`second_factor_setup_required`. Only for administrators of the whole campus.",
	}, h.demandFactors)
}

// SecondFactor is the state of the caller's second factor.
type SecondFactor struct {
	Active       bool    `json:"active" doc:"True if a login needs a code"`
	Available    bool    `json:"available" doc:"False if the user has no password here: the university's login decides on a second factor"`
	Required     bool    `json:"required" doc:"True if the user must set one up before anything else"`
	ActiveSince  *string `json:"active_since" format:"date-time"`
	RecoveryLeft int     `json:"recovery_codes_left"`
}

func (h *Handlers) secondFactor(ctx context.Context, _ *struct{}) (*struct{ Body SecondFactor }, error) {
	user, factor, err := h.Factors.State(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	out := SecondFactor{Active: factor.IsOn(), Available: user.HasPassword(), Required: user.MustSetUpFactor(), RecoveryLeft: factor.RecoveryLeft}
	if factor.IsOn() {
		since := instantOf(factor.Confirmed)
		out.ActiveSince = &since
	}
	return &struct{ Body SecondFactor }{out}, nil
}

// ProposedFactor is a new secret.
type ProposedFactor struct {
	Secret  string `json:"secret" doc:"In base32, to type into an app. Shown only in this answer"`
	Address string `json:"otpauth_url" doc:"The otpauth:// address, to show as a QR code"`
}

func (h *Handlers) proposeFactor(ctx context.Context, _ *struct{}) (*struct{ Body ProposedFactor }, error) {
	proposed, err := h.Factors.Propose(ctx, actorOf(ctx))
	return &struct{ Body ProposedFactor }{ProposedFactor(proposed)}, err
}

// RecoveryCodes are the codes for a user who lost their phone.
type RecoveryCodes struct {
	Codes []string `json:"recovery_codes" nullable:"false" doc:"Each works once. Shown only in this answer"`
}

type codeInput struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"64" doc:"Six digits"`
	}
}

func (h *Handlers) confirmFactor(ctx context.Context, in *codeInput) (*struct{ Body RecoveryCodes }, error) {
	codes, err := h.Factors.Confirm(ctx, actorOf(ctx), httpserver.PrincipalOf(ctx).Family, in.Body.Code)
	return &struct{ Body RecoveryCodes }{RecoveryCodes{codes}}, err
}

type factorRemovalInput struct {
	Body struct {
		Password string `json:"password,omitempty" maxLength:"200"`
		Code     string `json:"code,omitempty" maxLength:"64" doc:"A code of the app, or a recovery code"`
	}
}

func (h *Handlers) removeFactor(ctx context.Context, in *factorRemovalInput) (*struct{}, error) {
	return nil, h.Sessions.RemoveFactor(ctx, actorOf(ctx), in.Body.Password, in.Body.Code)
}

func (h *Handlers) removeUserFactor(ctx context.Context, in *UserID) (*struct{}, error) {
	return nil, h.Accounts.RemoveFactor(ctx, actorOf(ctx), in.ID)
}

// FactorRoles are the roles whose users must have a second factor.
type FactorRoles struct {
	Roles []string `json:"roles" nullable:"false" enum:"admin,manager,viewer" uniqueItems:"true" maxItems:"3"`
}

func (h *Handlers) demandedFactors(ctx context.Context, _ *struct{}) (*struct{ Body FactorRoles }, error) {
	roles, err := h.Factors.Demanded(ctx, actorOf(ctx))
	out := FactorRoles{Roles: make([]string, len(roles))}
	for i, role := range roles {
		out.Roles[i] = string(role)
	}
	return &struct{ Body FactorRoles }{out}, err
}

func (h *Handlers) demandFactors(ctx context.Context, in *struct{ Body FactorRoles }) (*struct{ Body FactorRoles }, error) {
	roles := make([]auth.Role, len(in.Body.Roles))
	for i, role := range in.Body.Roles {
		roles[i] = auth.Role(role)
	}
	if err := h.Factors.Demand(ctx, actorOf(ctx), roles); err != nil {
		return nil, err
	}
	return h.demandedFactors(ctx, nil)
}
