package oidc

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/holotwin/holotwin/modules/auth"
)

// identityOf reads the claims of an ID token. Providers may return missing claims only at their userinfo endpoint (OpenID
// Connect Core §5.4).
func (p *Provider) identityOf(ctx context.Context, found *discovered, id *oidc.IDToken, token *oauth2.Token) (auth.Identity, error) {
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return auth.Identity{}, auth.ErrSignOn{Reason: "the claims of the ID token cannot be read"}
	}
	if p.lacksClaims(claims) && found.provider.UserInfoEndpoint() != "" {
		if err := p.addUserinfo(ctx, found, claims, id.Subject, token); err != nil {
			return auth.Identity{}, err
		}
	}
	email, _ := claims["email"].(string)
	return auth.Identity{
		Account: auth.Account{Issuer: p.settings.Issuer, Subject: id.Subject}, Email: email,
		Verified: isTrue(claims["email_verified"]), Groups: namesOf(claims[p.settings.GroupsClaim]),
	}, nil
}

// lacksClaims reports whether a needed claim is missing.
func (p *Provider) lacksClaims(claims map[string]any) bool {
	for _, name := range []string{"email", "email_verified", p.settings.GroupsClaim} {
		if _, present := claims[name]; !present && name != "" {
			return true
		}
	}
	return false
}

// addUserinfo adds missing claims from the userinfo endpoint, if its subject is the same. It takes email_verified only for the
// same address. If the provider refuses, the claims stay as they are; if it does not answer, it is unavailable.
func (p *Provider) addUserinfo(ctx context.Context, found *discovered, claims map[string]any, subject string, token *oauth2.Token) error {
	info, err := found.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	var status badStatus
	switch {
	case err == nil:
	case errors.As(err, &status) && status < http.StatusInternalServerError:
		return nil
	case ctx.Err() != nil || isTransportError(err):
		return unavailable("the userinfo endpoint cannot be read", err)
	default:
		return nil
	}
	var more map[string]any
	if info.Subject != subject || info.Claims(&more) != nil {
		return nil
	}
	if _, present := claims["email"]; present && more["email"] != claims["email"] {
		delete(more, "email_verified")
	}
	for name, value := range more {
		if _, present := claims[name]; !present {
			claims[name] = value
		}
	}
	return nil
}

// isTrue also accepts the text "true", which some providers send.
func isTrue(claim any) bool {
	text, _ := claim.(string)
	return claim == true || text == "true"
}

// namesOf reads groups: a list, or a text with one name.
func namesOf(claim any) []string {
	list, isList := claim.([]any)
	if !isList {
		list = []any{claim}
	}
	var names []string
	for _, one := range list {
		if name, isText := one.(string); isText && strings.TrimSpace(name) != "" {
			names = append(names, name)
		}
	}
	return names
}
