// Package oidc asks a university's own login who somebody is: OpenID Connect, authorisation code with PKCE.
package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/holotwin/holotwin/modules/auth"
)

// Settings are what the provider and this server know of each other.
type Settings struct {
	Issuer, ClientID, ClientSecret string
	// RedirectURL is where the provider sends browsers back to: this server's /auth/oidc/callback.
	RedirectURL string
	// GroupsClaim is the claim that lists groups.
	GroupsClaim string
}

// Provider answers auth.SignOn. It looks the provider up when it is first needed, so that neither has to start first.
type Provider struct {
	settings Settings
	client   *http.Client

	mu       sync.Mutex
	config   *oauth2.Config
	verifier *oidc.IDTokenVerifier
}

// answerTime bounds what a provider is waited for.
const answerTime = 10 * time.Second

// New makes a provider.
func New(s Settings) *Provider {
	return &Provider{settings: s, client: &http.Client{Timeout: answerTime}}
}

// discover reads what the provider says of itself, once.
func (p *Provider) discover(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.config != nil {
		return p.config, p.verifier, nil
	}
	// The keys are read again whenever they change, long after this request.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.settings.Issuer)
	if err != nil {
		return nil, nil, errors.Join(auth.ErrUnavailable, err)
	}
	p.config = &oauth2.Config{
		ClientID: p.settings.ClientID, ClientSecret: p.settings.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: p.settings.RedirectURL,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile", "groups"},
	}
	p.verifier = found.Verifier(&oidc.Config{ClientID: p.settings.ClientID})
	return p.config, p.verifier, nil
}

// Address is where a browser is sent to log in.
func (p *Provider) Address(ctx context.Context, a auth.Attempt) (string, error) {
	config, _, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return config.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Identity exchanges a code and reads who came back.
func (p *Provider) Identity(ctx context.Context, code string, a auth.Attempt) (auth.Identity, error) {
	config, verifier, err := p.discover(ctx)
	if err != nil {
		return auth.Identity{}, err
	}
	token, err := config.Exchange(oidc.ClientContext(ctx, p.client), code, oauth2.VerifierOption(a.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return auth.Identity{}, errors.Join(auth.ErrCredentials, err)
	}
	if err != nil {
		return auth.Identity{}, errors.Join(auth.ErrUnavailable, err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return auth.Identity{}, fmt.Errorf("%w: no id_token", auth.ErrCredentials)
	}
	id, err := verifier.Verify(ctx, raw)
	if err != nil {
		return auth.Identity{}, errors.Join(auth.ErrCredentials, err)
	}
	if id.Nonce != a.Nonce {
		return auth.Identity{}, fmt.Errorf("%w: another nonce", auth.ErrCredentials)
	}
	return p.identityOf(id)
}

// identityOf reads the claims. An address that the provider has not verified is anybody's, and would open the account that
// has it here.
func (p *Provider) identityOf(id *oidc.IDToken) (auth.Identity, error) {
	var known struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	var all map[string]any
	if err := errors.Join(id.Claims(&known), id.Claims(&all)); err != nil {
		return auth.Identity{}, errors.Join(auth.ErrCredentials, err)
	}
	if !known.Verified {
		return auth.Identity{}, fmt.Errorf("%w: the address is not verified", auth.ErrCredentials)
	}
	identity := auth.Identity{Email: known.Email}
	groups, _ := all[p.settings.GroupsClaim].([]any)
	for _, group := range groups {
		if name, ok := group.(string); ok {
			identity.Groups = append(identity.Groups, name)
		}
	}
	return identity, nil
}
