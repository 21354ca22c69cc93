// Package jwt signs and verifies access tokens as JSON Web Tokens under HS256.
package jwt

import (
	"strings"
	"sync"

	"github.com/golang-jwt/jwt/v5"

	"github.com/holotwin/holotwin/modules/auth"
)

const (
	issuer   = "holotwin"
	audience = "holotwin"
	kind     = "JWT"
)

// Tokens are signed with one secret by one algorithm.
type Tokens struct {
	secret []byte
	parser *jwt.Parser
	clock  auth.Clock

	mu       sync.RWMutex
	verified map[string]auth.Claims
}

type claims struct {
	jwt.RegisteredClaims
	Role   auth.Role `json:"role"`
	Scope  string    `json:"scope"`
	Family string    `json:"fam"`
}

// New makes tokens under a secret of at least 32 bytes. Every check that the library leaves to an option is on:
// without them it takes almost anything.
func New(secret []byte, clock auth.Clock) *Tokens {
	return &Tokens{secret: secret, clock: clock, verified: make(map[string]auth.Claims), parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(), jwt.WithTimeFunc(clock.Now),
	)}
}

// Sign makes a token.
func (t *Tokens) Sign(c auth.Claims) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: c.Subject, ID: c.ID,
			IssuedAt: jwt.NewNumericDate(c.Issued), ExpiresAt: jwt.NewNumericDate(c.Expires),
		},
		Role: c.Role, Scope: c.Space, Family: c.Family,
	}).SignedString(t.secret)
}

// longest is more than any token of ours measures, in bytes.
const longest = 2048

// maxVerified bounds the memory of tokens that were verified before; beyond it they are verified again.
const maxVerified = 10_000

// Verify gives a token's claims; auth.ErrToken where it is not ours or not valid now.
func (t *Tokens) Verify(token string) (auth.Claims, error) {
	t.mu.RLock()
	known, seen := t.verified[token]
	t.mu.RUnlock()
	if seen && t.clock.Now().Before(known.Expires) {
		return known, nil
	}
	c, err := t.verify(token)
	if err != nil {
		return auth.Claims{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.verified) >= maxVerified {
		clear(t.verified)
	}
	t.verified[strings.Clone(token)] = c
	return c, nil
}

func (t *Tokens) verify(token string) (auth.Claims, error) {
	if len(token) > longest || strings.ContainsFunc(token, isForeign) {
		return auth.Claims{}, auth.ErrToken
	}
	var c claims
	parsed, err := t.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return t.secret, nil })
	if err != nil || !t.ours(parsed, c) {
		return auth.Claims{}, auth.ErrToken
	}
	return auth.Claims{
		Subject: c.Subject, Role: c.Role, Space: c.Scope, Family: c.Family, ID: c.ID, Issued: c.IssuedAt.Time, Expires: c.ExpiresAt.Time,
	}, nil
}

// isForeign tells whether a character belongs into no token: base64 readers pass over line breaks, so that one
// token would have many spellings.
func isForeign(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
}

// ours checks what the library does not: the header says nothing else than ours does, and no claim is missing
// or lives longer than we give.
func (t *Tokens) ours(parsed *jwt.Token, c claims) bool {
	if len(parsed.Header) != 2 || parsed.Header["typ"] != kind {
		return false
	}
	if c.Subject == "" || c.ID == "" || c.Family == "" || c.IssuedAt == nil || c.ExpiresAt == nil {
		return false
	}
	return c.ExpiresAt.Sub(c.IssuedAt.Time) <= auth.AccessLife
}
