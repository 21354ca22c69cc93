// Package jwt signs and verifies access tokens as JSON Web Tokens: either with one secret (HS256) or with a ring of keys
// (EdDSA), never both.
package jwt

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/holotwin/holotwin/modules/auth"
)

const (
	issuer   = "holotwin"
	audience = "holotwin"
	kind     = "JWT"
)

// Tokens signs and verifies with one algorithm, with one secret or the newest key of a ring.
type Tokens struct {
	secret []byte
	ring   *keyRing // nil if there is a secret
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

// New returns Tokens for HS256 with a secret of at least 32 bytes.
func New(secret []byte, clock auth.Clock) *Tokens {
	return newTokens(jwt.SigningMethodHS256, clock, secret, nil)
}

// NewKeyRing returns Tokens for EdDSA with the Ed25519 keys of a folder. Errors name JWT_KEYS and the file.
func NewKeyRing(folder string, clock auth.Clock) (*Tokens, error) {
	ring, err := readKeys(folder)
	if err != nil {
		return nil, err
	}
	if ring.sign == nil {
		return nil, noKey(folder)
	}
	return newTokens(jwt.SigningMethodEdDSA, clock, nil, ring), nil
}

// NewVerifyingRing returns Tokens that verify with the keys of a folder and sign nothing: public keys are enough.
func NewVerifyingRing(folder string, clock auth.Clock) (*Tokens, error) {
	ring, err := readKeys(folder)
	if err != nil {
		return nil, err
	}
	ring.sign = nil
	return newTokens(jwt.SigningMethodEdDSA, clock, nil, ring), nil
}

// newTokens turns on every check that the library leaves to an option: without them it accepts almost any token.
func newTokens(method jwt.SigningMethod, clock auth.Clock, secret []byte, ring *keyRing) *Tokens {
	return &Tokens{secret: secret, ring: ring, clock: clock, verified: make(map[string]auth.Claims), parser: jwt.NewParser(
		jwt.WithValidMethods([]string{method.Alg()}),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithStrictDecoding(), jwt.WithTimeFunc(clock.Now),
	)}
}

// Sign returns a signed token.
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
	if t.ring.sign == nil {
		return "", errors.New("this process only verifies tokens")
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, all)
	token.Header["kid"] = t.ring.newest
	return token.SignedString(t.ring.sign)
}

// maxLength is more than the length of any token that Sign returns, in bytes.
const maxLength = 2048

// maxVerified bounds the memory; a full cache is emptied.
const maxVerified = 10_000

// Verify returns a token's claims; auth.ErrToken if this server did not sign it or it is not valid now.
func (t *Tokens) Verify(token string) (auth.Claims, error) {
	t.mu.RLock()
	cached, found := t.verified[token]
	t.mu.RUnlock()
	// If the clock was set back, a token issued in the future is verified again, and rejected.
	if now := t.clock.Now(); found && now.Before(cached.Expires) && !isAhead(cached.Issued, now) {
		return cached, nil
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
	if len(token) > maxLength || strings.ContainsFunc(token, isInvalidChar) {
		return auth.Claims{}, auth.ErrToken
	}
	var c claims
	parsed, err := t.parser.ParseWithClaims(token, &c, t.key)
	if err != nil || !t.isOwn(parsed, c) {
		return auth.Claims{}, auth.ErrToken
	}
	return auth.Claims{
		Subject: c.Subject, Role: c.Role, Space: c.Scope, Family: c.Family, ID: c.ID, Issued: c.IssuedAt.Time, Expires: c.ExpiresAt.Time,
	}, nil
}

// clockSkew is the maximum difference between the clocks of processes. Without it, a token could not be used elsewhere at once.
const clockSkew = time.Minute

// isAhead reports whether a token was issued in the future, also by the slowest clock.
func isAhead(issued, now time.Time) bool { return now.Before(issued.Add(-clockSkew)) }

// key returns the key that verifies a token.
func (t *Tokens) key(token *jwt.Token) (any, error) {
	if t.ring != nil {
		return t.ring.key(token)
	}
	return t.secret, nil
}

// isInvalidChar reports whether a character is not allowed in a token. Base64 readers skip line breaks, so without this check one
// token would have many spellings.
func isInvalidChar(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
}

// isOwn checks what the library does not: the header has exactly the members that Sign writes, no claim is missing, it was not
// issued in the future, and the lifetime is at most AccessLife.
func (t *Tokens) isOwn(parsed *jwt.Token, c claims) bool {
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
	return !isAhead(c.IssuedAt.Time, t.clock.Now()) && c.ExpiresAt.Sub(c.IssuedAt.Time) <= auth.AccessLife
}
