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

// identityOf reads the claims of an ID token. Providers may leave to their userinfo endpoint what the token does not say (OpenID
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

// lacksClaims tells whether claims leave out what is needed.
func (p *Provider) lacksClaims(claims map[string]any) bool {
	for _, name := range []string{"email", "email_verified", p.settings.GroupsClaim} {
		if _, present := claims[name]; !present && name != "" {
			return true
		}
	}
	return false
}

// addUserinfo adds what the userinfo endpoint says of the same person. That an address is verified is said of that address alone. A
// provider that refuses to say more has said all; one that cannot be asked is unavailable.
func (p *Provider) addUserinfo(ctx context.Context, found *discovered, claims map[string]any, subject string, token *oauth2.Token) error {
	info, err := found.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	var status answered
	switch {
	case err == nil:
	case errors.As(err, &status) && status < http.StatusInternalServerError:
		return nil
	case ctx.Err() != nil || failedOnTheWay(err):
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

// isTrue takes the text as well: some providers send it so.
func isTrue(claim any) bool {
	text, _ := claim.(string)
	return claim == true || text == "true"
}

// namesOf reads groups: a list, or one whole name as a text.
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
