package peer

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// MinSecretBytes is the minimum length of a secret of an installation.
const MinSecretBytes = 32

const (
	// audience is that of no user's token.
	audience = "holotwin-service"
	issuer   = "holotwin"
	// tokenLife is short: a token that is read from a log or a wire is soon worthless. A token is used until half of it is over.
	tokenLife = time.Minute
	// skew is how far the clocks of two machines may be apart.
	skew = 30 * time.Second
)

// ErrToken is the error for a token that no process of this installation made, or that is not valid now.
var ErrToken = errors.New("not a token of a process of this installation")

// Tokens signs and verifies the tokens by which processes of an installation know each other.
type Tokens struct {
	key    []byte
	now    func() time.Time
	parser *jwt.Parser

	mu     sync.Mutex
	token  string
	signed time.Time
}

// NewTokens returns the tokens of an installation. The key is derived from the secret, so that no secret signs both these tokens
// and those of users, even if the same is set for both.
func NewTokens(secret []byte, now func() time.Time) (*Tokens, error) {
	if len(secret) < MinSecretBytes {
		return nil, fmt.Errorf("the secret of the processes has %d bytes; at least %d are needed", len(secret), MinSecretBytes)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, audience, sha256.Size)
	return &Tokens{key: key, now: now, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithLeeway(skew), jwt.WithStrictDecoding(), jwt.WithTimeFunc(now),
	)}, err
}

// sign returns a token that is valid for at least half of its life.
func (t *Tokens) sign() (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if age := now.Sub(t.signed); t.token != "" && age >= 0 && age < tokenLife/2 {
		return t.token, nil
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Issuer: issuer, Audience: jwt.ClaimStrings{audience}, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
	}).SignedString(t.key)
	t.token, t.signed = token, now
	return token, err
}

const bearer = "Bearer "

// Verify checks the value of an Authorization header. Errors: ErrToken.
func (t *Tokens) Verify(authorization string) error {
	token, ok := strings.CutPrefix(authorization, bearer)
	if !ok {
		return ErrToken
	}
	var claims jwt.RegisteredClaims
	if _, err := t.parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return t.key, nil }); err != nil {
		return ErrToken
	}
	if claims.IssuedAt == nil || claims.ExpiresAt.Sub(claims.IssuedAt.Time) > tokenLife {
		return ErrToken
	}
	return nil
}
