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
	// keys are those of the secrets, in their order.
	keys   []*tokenKey
	now    func() time.Time
	parser *jwt.Parser
}

// NewTokens returns the tokens of an installation. Tokens of each secret are accepted, so that a secret can be replaced while some
// processes still have the former one. The keys are derived from the secrets, so that no secret signs both these tokens and those of
// users, even if the same is set for both.
func NewTokens(secrets [][]byte, now func() time.Time) (*Tokens, error) {
	t := &Tokens{now: now, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithLeeway(skew), jwt.WithStrictDecoding(), jwt.WithTimeFunc(now),
	)}
	for _, secret := range secrets {
		if len(secret) < MinSecretBytes {
			return nil, fmt.Errorf("the secret of the processes has %d bytes; at least %d are needed", len(secret), MinSecretBytes)
		}
		key, err := hkdf.Key(sha256.New, secret, nil, audience, sha256.Size)
		if err != nil {
			return nil, err
		}
		t.keys = append(t.keys, &tokenKey{key: key})
	}
	if len(t.keys) == 0 {
		return nil, errors.New("the processes have no secret")
	}
	return t, nil
}

// sign returns a token of the key with a number, which is valid for at least half of its life.
func (t *Tokens) sign(number int) (string, error) { return t.keys[number].sign(t.now()) }

// tokenKey signs with one key.
type tokenKey struct {
	key []byte

	mu     sync.Mutex
	token  string
	signed time.Time
}

func (k *tokenKey) sign(now time.Time) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if age := now.Sub(k.signed); k.token != "" && age >= 0 && age < tokenLife/2 {
		return k.token, nil
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Issuer: issuer, Audience: jwt.ClaimStrings{audience}, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
	}).SignedString(k.key)
	k.token, k.signed = token, now
	return token, err
}

const bearer = "Bearer "

// Verify checks the value of an Authorization header. Errors: ErrToken.
func (t *Tokens) Verify(authorization string) error {
	token, ok := strings.CutPrefix(authorization, bearer)
	if !ok {
		return ErrToken
	}
	for _, k := range t.keys {
		var claims jwt.RegisteredClaims
		if _, err := t.parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return k.key, nil }); err != nil {
			continue
		}
		if claims.IssuedAt == nil || claims.ExpiresAt.Sub(claims.IssuedAt.Time) > tokenLife {
			return ErrToken
		}
		return nil
	}
	return ErrToken
}
