package httpauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerSignOn(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "waysIn", Method: http.MethodGet, Path: "/auth/metodos", Tags: []string{"auth"},
		Summary:  "Métodos de inicio de sesión · Login methods",
		Metadata: httpserver.Public(),
	}, h.waysIn)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "signOn", Method: http.MethodGet, Path: "/auth/oidc", Tags: []string{"auth"}, DefaultStatus: 302,
		Summary:     "Iniciar sesión con la cuenta de la universidad · Log in with the university account",
		Description: "Redirects the browser to the university's login (OpenID Connect); 404 if none is configured.",
		Metadata:    httpserver.Public(), Errors: []int{404, 503},
	}, h.beginSignOn)
	// Providers add their own parameters to the callback URL.
	back := huma.Operation{
		OperationID: "signOnCallback", Method: http.MethodGet, Path: CallbackPath, Tags: []string{"auth"}, DefaultStatus: 303,
		Summary:     "Regreso desde la universidad · Return from the university",
		Description: "Redirects the browser to the page, with a code in the fragment of the URL (`#signon_code=…`), which browsers do not send to servers. The page exchanges it at `/auth/oidc/canje`, once and within a minute.",
		Metadata:    httpserver.Public(), Errors: []int{401, 404, 429, 503}, SkipValidateParams: true,
	}
	httpserver.Register(api, problemOf, back, h.finishSignOn)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "exchangeSignOn", Method: http.MethodPost, Path: "/auth/oidc/canje", Tags: []string{"auth"},
		Summary:      "Canjear el código de regreso · Exchange the sign-on code",
		Description:  "Returns the same as a login, for the code that `/auth/oidc/callback` gave to the page. The code is valid once, for one minute, and only in the browser that received it (by its cookie).",
		MaxBodyBytes: 8 << 10, Metadata: httpserver.Public(), Errors: []int{401, 404, 429, 503},
	}, h.exchangeSignOn)
	registerRemoval(api, huma.Operation{
		OperationID: "unlinkUser", Path: "/auth/usuarios/{id}/vinculo", Tags: []string{"users"},
		Summary:     "Desvincular de la cuenta de la universidad · Unlink from the university account",
		Description: "For a person whose account at the university was created again. Ends the user's sessions. The next account that signs on with the user's verified address is linked. 404 if no account is linked. " + dryRunDescription,
		Metadata:    administrators, Errors: []int{404},
	}, h.Accounts.Unlink, h.previewUnlink)
}

type waysIn struct {
	Body struct {
		SingleSignOn bool `json:"single_sign_on" doc:"True if users can also log in at /auth/oidc with their university account"`
	}
}

func (h *Handlers) waysIn(context.Context, *struct{}) (*waysIn, error) {
	out := new(waysIn)
	out.Body.SingleSignOn = h.SignOns != nil
	return out, nil
}

// redirect sends a browser to another URL.
type redirect struct {
	Location  string `header:"Location"`
	SetCookie string `header:"Set-Cookie"`
}

// CallbackPath is the path to which the university's login sends browsers back.
const CallbackPath = "/auth/oidc/callback"

const (
	signOnCookie  = "holotwin_signon"
	signOnPath    = "/auth/oidc"
	signOnSeconds = 600
)

// cookie stores the attempt, and later the browser secret of the code, for a few minutes; scripts cannot read it. SameSite Lax
// is needed because the browser comes back from the university's site.
func (h *Handlers) cookie(ctx context.Context, value string, seconds int) string {
	c := http.Cookie{
		Name: signOnCookie, Value: value, Path: signOnPath, MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: h.SecureCookies || httpserver.IsHTTPS(ctx),
	}
	return c.String()
}

func (h *Handlers) beginSignOn(ctx context.Context, _ *struct{}) (*redirect, error) {
	if h.SignOns == nil {
		return nil, auth.ErrNotFound
	}
	address, attempt, err := h.SignOns.Begin(ctx)
	if err != nil {
		return nil, h.logFailure(ctx, err)
	}
	return &redirect{Location: address, SetCookie: h.cookie(ctx, attempt.State+"."+attempt.Nonce+"."+attempt.Verifier, signOnSeconds)}, nil
}

type callbackInput struct {
	State       string      `query:"state" maxLength:"200"`
	Code        string      `query:"code" maxLength:"4000"`
	Error       string      `query:"error" maxLength:"200"`
	Description string      `query:"error_description" maxLength:"2000"`
	Cookie      http.Cookie `cookie:"holotwin_signon"`
	// Destination is "document" if a browser shows the answer as a page.
	Destination string `header:"Sec-Fetch-Dest"`
}

// finishSignOn redirects a browser to the page even if the sign-on was refused; other clients get the problem.
func (h *Handlers) finishSignOn(ctx context.Context, in *callbackInput) (*redirect, error) {
	if h.SignOns == nil {
		return nil, auth.ErrNotFound
	}
	back := auth.Return{State: in.State, Code: in.Code, Error: in.Error, Description: in.Description}
	handover, err := h.SignOns.Finish(ctx, attemptOf(in.Cookie.Value), back, actorOf(ctx))
	if handover.Notice != "" {
		httpserver.Log(ctx, h.Log, zapcore.InfoLevel, "sign-on", zap.String("notice", handover.Notice))
	}
	if in.Destination == "document" && errors.Is(err, auth.ErrCredentials) {
		_ = h.logFailure(ctx, err)
		return &redirect{Location: "/#signon=refused", SetCookie: h.cookie(ctx, "", -1)}, nil
	}
	if err != nil {
		return nil, h.logFailure(ctx, err)
	}
	return &redirect{
		Location:  "/#" + url.Values{"signon_code": {handover.Code}}.Encode(),
		SetCookie: h.cookie(ctx, handover.Browser, int(auth.SignOnCodeLife.Seconds())),
	}, nil
}

// attemptOf reads a cookie; it returns an empty attempt if the cookie is malformed.
func attemptOf(cookie string) auth.Attempt {
	secrets := strings.Split(cookie, ".")
	const parts = 3
	if len(secrets) != parts {
		return auth.Attempt{}
	}
	return auth.Attempt{State: secrets[0], Nonce: secrets[1], Verifier: secrets[2]}
}

// logFailure logs why a sign-on failed and returns the error unchanged.
func (h *Handlers) logFailure(ctx context.Context, err error) error {
	var refused auth.ErrSignOn
	switch {
	case errors.As(err, &refused):
		httpserver.Log(ctx, h.Log, zapcore.InfoLevel, "sign-on refused", zap.String("reason", refused.Reason))
	case errors.Is(err, auth.ErrUnavailable):
		httpserver.Log(ctx, h.Log, zapcore.WarnLevel, "the university's sign-on is unavailable; people may try again; check OIDC_ISSUER and that service", zap.String("reason", err.Error()))
	}
	return err
}

type exchangeInput struct {
	Cookie http.Cookie `cookie:"holotwin_signon"`
	Body   struct {
		Code string `json:"code" minLength:"1" maxLength:"200"`
	}
}

type exchanged struct {
	SetCookie string `header:"Set-Cookie"`
	Body      grant
}

func (h *Handlers) exchangeSignOn(ctx context.Context, in *exchangeInput) (*exchanged, error) {
	if h.SignOns == nil {
		return nil, auth.ErrNotFound
	}
	granted, err := h.SignOns.Exchange(ctx, in.Body.Code, in.Cookie.Value, actorOf(ctx))
	if err != nil {
		return nil, h.logFailure(ctx, err)
	}
	return &exchanged{SetCookie: h.cookie(ctx, "", -1), Body: grantOf(granted).Body}, nil
}
