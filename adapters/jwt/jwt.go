// Package jwt signs and verifies access tokens as JSON Web Tokens: under one secret by HS256, or under a ring of keys by
// EdDSA, never both.
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

// Tokens are signed by one algorithm, with one secret or the newest key of a ring.
type Tokens struct {
	secret []byte
	ring   *keyRing // nil where there is a secret
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

// New makes tokens under a secret of at least 32 bytes, by HS256.
func New(secret []byte, clock auth.Clock) *Tokens {
	return newTokens(jwt.SigningMethodHS256, clock, secret, nil)
}

// NewKeyRing makes tokens under the Ed25519 keys of a folder, by EdDSA. Errors name JWT_KEYS and the file.
func NewKeyRing(folder string, clock auth.Clock) (*Tokens, error) {
	ring, err := readKeys(folder)
	if err != nil {
		return nil, err
	}
	return newTokens(jwt.SigningMethodEdDSA, clock, nil, ring), nil
}

// newTokens switches on every check that the library leaves to an option: without them it takes almost anything.
func newTokens(method jwt.SigningMethod, clock auth.Clock, secret []byte, ring *keyRing) *Tokens {
	return &Tokens{secret: secret, ring: ring, clock: clock, verified: make(map[string]auth.Claims), parser: jwt.NewParser(
		jwt.WithValidMethods([]string{method.Alg()}),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(), jwt.WithTimeFunc(clock.Now),
	)}
}

// Sign makes a token.
func (t *Tokens) Sign(c auth.Claims) (string, error) {
	all := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: c.Subject, ID: c.ID,
			IssuedAt: jwt.NewNumericDate(c.Issued), ExpiresAt: jwt.NewNumericDate(c.Expires),
		},
		Role: c.Role, Scope: c.Space, Family: c.Family,
	}
	if t.ring == nil {
		return jwt.NewWithClaims(jwt.SigningMethodHS256, all).SignedString(t.secret)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, all)
	token.Header["kid"] = t.ring.newest
	return token.SignedString(t.ring.sign)
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
	// A clock that was set back does not make a token younger: what was issued by then is verified anew, and refused.
	if now := t.clock.Now(); seen && now.Before(known.Expires) && !now.Before(known.Issued) {
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
	parsed, err := t.parser.ParseWithClaims(token, &c, t.key)
	if err != nil || !t.ours(parsed, c) {
		return auth.Claims{}, auth.ErrToken
	}
	return auth.Claims{
		Subject: c.Subject, Role: c.Role, Space: c.Scope, Family: c.Family, ID: c.ID, Issued: c.IssuedAt.Time, Expires: c.ExpiresAt.Time,
	}, nil
}

// key is what verifies a token.
func (t *Tokens) key(token *jwt.Token) (any, error) {
	if t.ring != nil {
		return t.ring.key(token)
	}
	return t.secret, nil
}

// isForeign tells whether a character belongs into no token: base64 readers pass over line breaks, so that one
// token would have many spellings.
func isForeign(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
}

// ours checks what the library does not: the header says nothing else than ours does, and no claim is missing
// or lives longer than we give.
func (t *Tokens) ours(parsed *jwt.Token, c claims) bool {
	members := 2 // alg and typ
	if t.ring != nil {
		members++ // and kid
	}
	if len(parsed.Header) != members || parsed.Header["typ"] != kind {
		return false
	}
	if c.Subject == "" || c.ID == "" || c.Family == "" || c.IssuedAt == nil || c.ExpiresAt == nil {
		return false
	}
	return c.ExpiresAt.Sub(c.IssuedAt.Time) <= auth.AccessLife
}
