// Package oidc logs users in at a university's own login: OpenID Connect, authorisation code with PKCE. Start with Provider;
// discovery.go fetches the provider's document, claims.go reads the user's claims.
package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpclient"
)

// Settings configure the provider and this server's registration there.
type Settings struct {
	Issuer, ClientID, ClientSecret string
	// RedirectURL is the URL to which the provider sends browsers back: this server's /auth/oidc/callback.
	RedirectURL string
	// Scopes are requested exactly as they are.
	Scopes []string
	// GroupsClaim is the claim that lists groups; empty if no groups are used.
	GroupsClaim string
}

// Provider implements auth.SignOn. It reads the discovery document at first use, so that the start order does not matter.
type Provider struct {
	settings Settings
	client   *http.Client
	clock    auth.Clock
	wait     time.Duration
	lookup   lookup
}

var _ auth.SignOn = (*Provider)(nil)

const (
	// maxWait is the maximum time that a user waits for the provider.
	maxWait = 4 * time.Second
	// answerTime is the maximum time of one request to the provider; several users may wait for the same request.
	answerTime = 10 * time.Second
	// maxAnswer is more than the size of any document or token of a provider, in bytes.
	maxAnswer = 1 << 20
)

// New returns a provider. It does not connect yet.
func New(s Settings, clock auth.Clock) *Provider {
	client := httpclient.New(httpclient.Limits{Answer: answerTime, Body: maxAnswer})
	client.Transport = wholeDocuments{client.Transport}
	return &Provider{settings: s, clock: clock, client: client, wait: maxWait}
}

// Address returns the URL to which a browser is sent to log in.
func (p *Provider) Address(ctx context.Context, a auth.Attempt) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return p.config(found).AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

func (p *Provider) config(found *discovered) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.settings.ClientID, ClientSecret: p.settings.ClientSecret, RedirectURL: p.settings.RedirectURL,
		Endpoint: found.provider.Endpoint(), Scopes: p.settings.Scopes,
	}
}

// Identity exchanges a code and returns the identity of the user.
func (p *Provider) Identity(ctx context.Context, code string, a auth.Attempt) (auth.Identity, error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), p.wait)
	defer cancel()
	found, err := p.discover(ctx)
	if err != nil {
		return auth.Identity{}, err
	}
	secrets := []string{p.settings.ClientSecret, code, a.Verifier, a.Nonce, a.State}
	token, err := p.config(found).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return auth.Identity{}, exchangeError(err, secrets)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return auth.Identity{}, auth.ErrSignOn{Reason: "the provider sent no ID token: OIDC_SCOPES must contain openid"}
	}
	id, err := p.verify(ctx, found, raw)
	if err != nil {
		return auth.Identity{}, err
	}
	if id.Nonce != a.Nonce {
		return auth.Identity{}, auth.ErrSignOn{Reason: "the ID token was made for another attempt (nonce)"}
	}
	return p.identityOf(ctx, found, id, token)
}

// exchangeError distinguishes a refusal by the provider from a provider that does not answer.
func exchangeError(err error, secrets []string) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return unavailable("the code cannot be exchanged", err)
	}
	if refused.ErrorCode == "" || refused.Response.StatusCode >= http.StatusInternalServerError {
		return unavailable("the code cannot be exchanged", badStatus(refused.Response.StatusCode))
	}
	reason := "the provider rejected the code: " + refused.ErrorCode
	if refused.ErrorDescription != "" {
		reason += ": " + refused.ErrorDescription
	}
	return auth.ErrSignOn{Reason: redacted(secrets, reason)}
}

// verify checks a token's signature, issuer, audience and time.
func (p *Provider) verify(ctx context.Context, found *discovered, raw string) (*oidc.IDToken, error) {
	keys := &keySet{KeySet: found.keys}
	verifier := oidc.NewVerifier(p.settings.Issuer, keys, &oidc.Config{ClientID: p.settings.ClientID, SupportedSigningAlgs: found.algorithms, Now: p.clock.Now})
	id, err := verifier.Verify(ctx, raw)
	var expired *oidc.TokenExpiredError
	switch {
	case err == nil:
		return id, nil
	case keys.fetchError != nil:
		return nil, unavailable("the provider's keys cannot be read", keys.fetchError)
	case errors.As(err, &expired):
		return nil, auth.ErrSignOn{Reason: fmt.Sprintf("the ID token expired at %s, but this server's time is %s: one of the clocks is wrong", expired.Expiry.UTC().Format(time.RFC3339), p.clock.Now().UTC().Format(time.RFC3339))}
	}
	return nil, auth.ErrSignOn{Reason: "the ID token is not valid: " + redacted(nil, err.Error())}
}

// keySet records that keys could not be fetched, because the verifier's error has this only as text.
type keySet struct {
	oidc.KeySet
	fetchError error
}

func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, token)
	if err != nil && (ctx.Err() != nil || isTransportError(err)) {
		k.fetchError = err
	}
	return payload, err
}
