package httpauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerSignOn(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "waysIn", Method: http.MethodGet, Path: "/auth/metodos", Tags: []string{"auth"},
		Summary:  "Formas de entrar · Ways to log in",
		Metadata: httpserver.Public(),
	}, h.waysIn)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "signOn", Method: http.MethodGet, Path: "/auth/oidc", Tags: []string{"auth"}, DefaultStatus: 302,
		Summary:     "Entrar con la cuenta de la universidad · Log in with the university's account",
		Description: "Sends the browser to the university's login (OpenID Connect); 404 where none is set up.",
		Metadata:    httpserver.Public(), Errors: []int{404, 503},
	}, h.beginSignOn)
	// Providers add parameters of their own to the address that they send the browser back to.
	back := huma.Operation{
		OperationID: "signOnCallback", Method: http.MethodGet, Path: CallbackPath, Tags: []string{"auth"}, DefaultStatus: 303,
		Summary:     "Vuelta de la universidad · Back from the university",
		Description: "Sends the browser on to the page, with a code in the part of the address that no server sees (`#signon_code=…`). The page exchanges it at `/auth/oidc/canje`, once and within a minute.",
		Metadata:    httpserver.Public(), Errors: []int{401, 404, 429, 503}, SkipValidateParams: true,
	}
	httpserver.Register(api, problemOf, back, h.finishSignOn)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "exchangeSignOn", Method: http.MethodPost, Path: "/auth/oidc/canje", Tags: []string{"auth"},
		Summary:      "Canjear el código de la vuelta · Exchange the code of the way back",
		Description:  "What a login gives, for the code that `/auth/oidc/callback` handed to the page: good once, for a minute, and by the browser (its cookie) that came back with it.",
		MaxBodyBytes: 8 << 10, Metadata: httpserver.Public(), Errors: []int{401, 404, 429, 503},
	}, h.exchangeSignOn)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "unlinkUser", Method: http.MethodDelete, Path: "/auth/usuarios/{id}/vinculo", Tags: []string{"users"}, DefaultStatus: 204,
		Summary:     "Desvincular de la cuenta de la universidad · Unlink from the university's account",
		Description: "For an account that was made anew at the university. The user's sessions end; whoever next comes from the university with the user's address, verified, is linked. 404 where none is linked.",
		Metadata:    administrators, Errors: []int{404},
	}, h.unlinkUser)
}

type waysIn struct {
	Body struct {
		SingleSignOn bool `json:"single_sign_on" doc:"Whether /auth/oidc leads to the university's own login, beside e-mail and password"`
	}
}

func (h *Handlers) waysIn(context.Context, *struct{}) (*waysIn, error) {
	out := new(waysIn)
	out.Body.SingleSignOn = h.SignOns != nil
	return out, nil
}

// redirect sends a browser on.
type redirect struct {
	Location  string `header:"Location"`
	SetCookie string `header:"Set-Cookie"`
}

// CallbackPath is where the university's login sends browsers back to.
const CallbackPath = "/auth/oidc/callback"

const (
	signOnCookie  = "holotwin_signon"
	signOnPath    = "/auth/oidc"
	signOnSeconds = 600
)

// cookie keeps an attempt, and then what belongs to the code, in the browser for a few minutes, out of reach of scripts. Lax lets
// it come back with the browser from the university's page.
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
		return nil, h.explained(ctx, err)
	}
	return &redirect{Location: address, SetCookie: h.cookie(ctx, attempt.State+"."+attempt.Nonce+"."+attempt.Verifier, signOnSeconds)}, nil
}

type callbackInput struct {
	State       string      `query:"state" maxLength:"200"`
	Code        string      `query:"code" maxLength:"4000"`
	Error       string      `query:"error" maxLength:"200"`
	Description string      `query:"error_description" maxLength:"2000"`
	Cookie      http.Cookie `cookie:"holotwin_signon"`
	// Destination is document where a person looks at what comes back.
	Destination string `header:"Sec-Fetch-Dest"`
}

// finishSignOn sends a person on to the page whether they were let in or not; what is no browser gets the problem.
func (h *Handlers) finishSignOn(ctx context.Context, in *callbackInput) (*redirect, error) {
	if h.SignOns == nil {
		return nil, auth.ErrNotFound
	}
	back := auth.Return{State: in.State, Code: in.Code, Error: in.Error, Description: in.Description}
	over, err := h.SignOns.Finish(ctx, attemptOf(in.Cookie.Value), back, actorOf(ctx))
	if over.Notice != "" {
		h.Log.Info("sign-on", zap.String("request_id", httpserver.RequestID(ctx)), zap.String("notice", over.Notice))
	}
	if in.Destination == "document" && errors.Is(err, auth.ErrCredentials) {
		_ = h.explained(ctx, err)
		return &redirect{Location: "/#signon=refused", SetCookie: h.cookie(ctx, "", -1)}, nil
	}
	if err != nil {
		return nil, h.explained(ctx, err)
	}
	return &redirect{
		Location:  "/#" + url.Values{"signon_code": {over.Code}}.Encode(),
		SetCookie: h.cookie(ctx, over.Browser, int(auth.SignOnCodeLife.Seconds())),
	}, nil
}

// attemptOf reads a cookie; the empty attempt where it is none.
func attemptOf(cookie string) auth.Attempt {
	secrets := strings.Split(cookie, ".")
	const parts = 3
	if len(secrets) != parts {
		return auth.Attempt{}
	}
	return auth.Attempt{State: secrets[0], Nonce: secrets[1], Verifier: secrets[2]}
}

// explained tells the operator why somebody was not let in; the caller hears what it heard before.
func (h *Handlers) explained(ctx context.Context, err error) error {
	var refused auth.ErrSignOn
	id := zap.String("request_id", httpserver.RequestID(ctx))
	switch {
	case errors.As(err, &refused):
		h.Log.Info("sign-on refused", id, zap.String("reason", refused.Reason))
	case errors.Is(err, auth.ErrUnavailable):
		h.Log.Warn("the university's sign-on cannot be asked", id, zap.String("reason", err.Error()))
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
		return nil, h.explained(ctx, err)
	}
	return &exchanged{SetCookie: h.cookie(ctx, "", -1), Body: grantOf(granted).Body}, nil
}

func (h *Handlers) unlinkUser(ctx context.Context, in *UserID) (*struct{}, error) {
	return nil, h.Accounts.Unlink(ctx, actorOf(ctx), in.ID)
}
