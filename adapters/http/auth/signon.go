package httpauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

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
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "signOnCallback", Method: http.MethodGet, Path: "/auth/oidc/callback", Tags: []string{"auth"}, DefaultStatus: 303,
		Summary:     "Vuelta de la universidad · Back from the university",
		Description: "Sends the browser on to the page, with the tokens in the part of the address that no server sees.",
		Metadata:    httpserver.Public(), Errors: []int{401, 404, 503},
	}, h.finishSignOn)
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

const (
	signOnCookie  = "holotwin_signon"
	signOnPath    = "/auth/oidc"
	signOnSeconds = 600
)

// cookie keeps an attempt in the browser for a few minutes, out of reach of scripts. Lax lets it come back with the browser
// from the university's page.
func (h *Handlers) cookie(value string, seconds int) string {
	c := http.Cookie{
		Name: signOnCookie, Value: value, Path: signOnPath, MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.SecureCookies,
	}
	return c.String()
}

func (h *Handlers) beginSignOn(ctx context.Context, _ *struct{}) (*redirect, error) {
	if h.SignOns == nil {
		return nil, auth.ErrNotFound
	}
	address, attempt, err := h.SignOns.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &redirect{Location: address, SetCookie: h.cookie(attempt.State+"."+attempt.Nonce+"."+attempt.Verifier, signOnSeconds)}, nil
}

type callbackInput struct {
	State       string `query:"state" maxLength:"200"`
	Code        string `query:"code" maxLength:"4000"`
	Error       string `query:"error" maxLength:"200"`
	Description string `query:"error_description" maxLength:"2000"`
	// What providers add beside what is asked for.
	Issuer       string      `query:"iss" maxLength:"400"`
	SessionState string      `query:"session_state" maxLength:"400"`
	Scope        string      `query:"scope" maxLength:"1000"`
	Cookie       http.Cookie `cookie:"holotwin_signon"`
	// Destination is document where a person looks at what comes back.
	Destination string `header:"Sec-Fetch-Dest"`
}

// finishSignOn sends a person on to the page whether he was let in or not; what is no browser gets the problem.
func (h *Handlers) finishSignOn(ctx context.Context, in *callbackInput) (*redirect, error) {
	back, err := h.signedOn(ctx, in)
	if in.Destination == "document" && errors.Is(err, auth.ErrCredentials) {
		return &redirect{Location: "/#signon=refused", SetCookie: h.cookie("", -1)}, nil
	}
	return back, err
}

func (h *Handlers) signedOn(ctx context.Context, in *callbackInput) (*redirect, error) {
	if h.SignOns == nil {
		return nil, auth.ErrNotFound
	}
	secrets := strings.Split(in.Cookie.Value, ".")
	const parts = 3
	if in.Error != "" || in.Code == "" || len(secrets) != parts {
		return nil, auth.ErrCredentials
	}
	granted, err := h.SignOns.Finish(ctx, auth.Attempt{State: secrets[0], Nonce: secrets[1], Verifier: secrets[2]}, in.State, in.Code, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	tokens := url.Values{
		"access_token": {granted.Access}, "refresh_token": {granted.Refresh}, "token_type": {"bearer"},
		"expires_in": {strconv.Itoa(int(auth.AccessLife.Seconds()))},
	}
	return &redirect{Location: "/#" + tokens.Encode(), SetCookie: h.cookie("", -1)}, nil
}
