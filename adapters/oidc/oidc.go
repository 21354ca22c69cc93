// Package oidc asks a university's own login who somebody is: OpenID Connect, authorisation code with PKCE. Start with
// Provider; discovery.go finds the provider, claims.go reads what it says of somebody.
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

// Settings are what the provider and this server know of each other.
type Settings struct {
	Issuer, ClientID, ClientSecret string
	// RedirectURL is where the provider sends browsers back to: this server's /auth/oidc/callback.
	RedirectURL string
	// Scopes are what the provider is asked for, and nothing else.
	Scopes []string
	// GroupsClaim is the claim that lists groups; empty where none is needed.
	GroupsClaim string
}

// Provider answers auth.SignOn. It looks the provider up when it is first needed, so that neither has to start first.
type Provider struct {
	settings Settings
	client   *http.Client
	clock    auth.Clock
	wait     time.Duration
	lookup   lookup
}

var _ auth.SignOn = (*Provider)(nil)

const (
	// waitTime bounds what somebody who signs on waits for the provider.
	waitTime = 4 * time.Second
	// answerTime bounds one request to it, which others may wait for too.
	answerTime = 10 * time.Second
	// longestAnswer is more than any document or token of a provider measures.
	longestAnswer = 1 << 20
)

// New makes a provider.
func New(s Settings, clock auth.Clock) *Provider {
	client := httpclient.New(httpclient.Limits{Answer: answerTime, Body: longestAnswer})
	client.Transport = documents{client.Transport}
	return &Provider{settings: s, clock: clock, client: client, wait: waitTime}
}

// Address is where a browser is sent to log in.
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

// Identity exchanges a code and reads who came back.
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
		return auth.Identity{}, auth.ErrSignOn{Reason: "the provider sent no ID token: OIDC_SCOPES must hold openid"}
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

// exchangeError tells a provider that refuses from one that cannot be asked.
func exchangeError(err error, secrets []string) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return unavailable("the code cannot be exchanged", err)
	}
	if refused.ErrorCode == "" || refused.Response.StatusCode >= http.StatusInternalServerError {
		return unavailable("the code cannot be exchanged", answered(refused.Response.StatusCode))
	}
	reason := "the provider did not take the code: " + refused.ErrorCode
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
	case keys.unreachable != nil:
		return nil, unavailable("the provider's keys cannot be read", keys.unreachable)
	case errors.As(err, &expired):
		return nil, auth.ErrSignOn{Reason: fmt.Sprintf("the ID token expired at %s, and it is %s here: one of the clocks is wrong", expired.Expiry.UTC().Format(time.RFC3339), p.clock.Now().UTC().Format(time.RFC3339))}
	}
	return nil, auth.ErrSignOn{Reason: "the ID token is not valid: " + redacted(nil, err.Error())}
}

// keySet remembers that keys could not be fetched: the verifier's error says it in words alone.
type keySet struct {
	oidc.KeySet
	unreachable error
}

func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, token)
	if err != nil && (ctx.Err() != nil || failedOnTheWay(err)) {
		k.unreachable = err
	}
	return payload, err
}
