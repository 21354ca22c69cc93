package jwt_test

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/jwt"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/clock"
)

var (
	now    = time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)
	secret = []byte("0123456789abcdef0123456789abcdef")
	given  = auth.Claims{Subject: "us_1", Role: auth.Viewer, Space: "sp_1", Family: "fm_1", ID: "tk_1", Issued: now, Expires: now.Add(auth.AccessLife)}
)

func TestATokenSaysWhatWasSigned(t *testing.T) {
	tokens := jwt.New(secret, clock.Fixed(now))
	signed, err := tokens.Sign(given)
	require.NoError(t, err)
	got, err := tokens.Verify(signed)
	require.NoError(t, err)
	got.Issued, got.Expires = got.Issued.UTC(), got.Expires.UTC()
	require.Equal(t, given, got)
	_, err = jwt.New(secret, clock.Fixed(now.Add(auth.AccessLife))).Verify(signed)
	require.ErrorIs(t, err, auth.ErrToken, "the token has expired")
	_, err = jwt.New([]byte("another secret of thirty-two byte"), clock.Fixed(now)).Verify(signed)
	require.ErrorIs(t, err, auth.ErrToken)
}

// setClock is a clock that the test sets.
type setClock struct{ now time.Time }

func (c *setClock) Now() time.Time { return c.now }

// TestAClockThatJumps issues tokens with a clock that is set an hour ahead and back again: no token is valid for longer than its
// lifetime, a token issued ahead is rejected until its time, and new tokens are valid at once.
func TestAClockThatJumps(t *testing.T) {
	at := &setClock{now}
	tokens := jwt.New(secret, at)
	issue := func() string {
		c := given
		c.Issued, c.Expires = at.now, at.now.Add(auth.AccessLife)
		signed, err := tokens.Sign(c)
		require.NoError(t, err)
		_, err = tokens.Verify(signed)
		require.NoError(t, err, "a new token is valid at once")
		return signed
	}
	before := issue()
	at.now = now.Add(time.Hour + auth.AccessLife)
	_, err := tokens.Verify(before)
	require.ErrorIs(t, err, auth.ErrToken, "the token seems to have expired")
	ahead := issue()
	at.now = now.Add(time.Minute)
	_, err = tokens.Verify(ahead)
	require.ErrorIs(t, err, auth.ErrToken, "a cached token is checked again")
	_, err = tokens.Verify(before)
	require.NoError(t, err)
	issue()
}

// TestAnotherClock verifies a token in a process whose clock is behind that of the one that signed it.
func TestAnotherClock(t *testing.T) {
	signed, err := jwt.New(secret, clock.Fixed(now)).Sign(given)
	require.NoError(t, err)
	at := &setClock{now.Add(-time.Minute)}
	elsewhere := jwt.New(secret, at)
	for range 2 { // the second time from the cache
		_, err = elsewhere.Verify(signed)
		require.NoError(t, err)
	}
	at.now = at.now.Add(-time.Millisecond)
	_, err = elsewhere.Verify(signed)
	require.ErrorIs(t, err, auth.ErrToken)
	_, err = jwt.New(secret, at).Verify(signed)
	require.ErrorIs(t, err, auth.ErrToken)
}

// TestForgeries verifies 10,000 forged tokens, from a seed; all are rejected.
func TestForgeries(t *testing.T) {
	tokens := jwt.New(secret, clock.Fixed(now))
	good, err := tokens.Sign(given)
	require.NoError(t, err)
	chance := rand.New(rand.NewPCG(7, 11))
	for i := range 10_000 {
		forged := forgeries[i%len(forgeries)](chance, good)
		if forged == good {
			continue
		}
		_, err := tokens.Verify(forged)
		require.ErrorIs(t, err, auth.ErrToken, "forgery %d: %s", i%len(forgeries), forged)
	}
}

var forgeries = []func(*rand.Rand, string) string{
	func(r *rand.Rand, good string) string { // one changed bit
		b := []byte(good)
		b[r.IntN(len(b))] ^= 1 << r.IntN(7)
		return string(b)
	},
	func(r *rand.Rand, good string) string { // another spelling of the signature's last character
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		return good[:len(good)-1] + string(alphabet[r.IntN(len(alphabet))])
	},
	func(r *rand.Rand, good string) string {
		return good + []string{"=", "==", ".", " ", "A", "\n"}[r.IntN(6)]
	},
	func(_ *rand.Rand, good string) string { // no algorithm, no signature
		parts := strings.Split(good, ".")
		return encode(map[string]any{"alg": "none", "typ": "JWT"}) + "." + parts[1] + "."
	},
	func(r *rand.Rand, _ string) string { // other algorithms under the right secret
		return sign([]gojwt.SigningMethod{gojwt.SigningMethodHS384, gojwt.SigningMethodHS512}[r.IntN(2)], secret, nil, nil)
	},
	func(r *rand.Rand, _ string) string { // weak secrets
		return sign(gojwt.SigningMethodHS256, [][]byte{{}, []byte("secret"), []byte("changeme"), secret[:31]}[r.IntN(4)], nil, nil)
	},
	func(r *rand.Rand, _ string) string { // correctly signed, with a wrong header
		headers := []map[string]any{{"kid": "../../dev/null"}, {"kid": "1' OR 1=1"}, {"crit": []string{"x"}}, {"typ": "at+jwt"}, {"jku": "https://evil.example"}, {"cty": "JWT"}}
		return sign(gojwt.SigningMethodHS256, secret, headers[r.IntN(len(headers))], nil)
	},
	func(r *rand.Rand, _ string) string { // correctly signed, with wrong claims
		claims := []map[string]any{
			{"exp": nil},
			{"exp": 0},
			{"exp": now.Unix() - 1},
			{"exp": now.AddDate(10, 0, 0).Unix()},
			{"exp": "tomorrow"},
			{"iss": "other"},
			{"iss": nil},
			{"aud": "other"},
			{"aud": nil},
			{"sub": nil},
			{"sub": ""},
			{"jti": nil},
			{"fam": nil},
			{"iat": nil},
			{"iat": now.Add(time.Hour).Unix()},
			{"nbf": now.Add(time.Hour).Unix()},
		}
		return sign(gojwt.SigningMethodHS256, secret, nil, claims[r.IntN(len(claims))])
	},
	func(r *rand.Rand, good string) string { // other claims under the old signature
		parts := strings.Split(good, ".")
		return parts[0] + "." + encode(map[string]any{"sub": "us_1", "role": "admin", "exp": now.Add(time.Hour).Unix(), "n": r.IntN(1 << 30)}) + "." + parts[2]
	},
	func(r *rand.Rand, _ string) string { return strings.Repeat("A.", r.IntN(3000)) },
}

func encode(v any) string {
	b, _ := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(b)
}

// sign returns a token that is right except for the changes; nil removes a member.
func sign(method gojwt.SigningMethod, key []byte, header, change map[string]any) string {
	claims := gojwt.MapClaims{
		"iss": "holotwin", "aud": "holotwin", "sub": "us_1", "jti": "tk_1", "fam": "fm_1", "role": "admin", "scope": "",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	token := gojwt.NewWithClaims(method, claims)
	for name, value := range change {
		if value == nil {
			delete(claims, name)
			continue
		}
		claims[name] = value
	}
	for name, value := range header {
		token.Header[name] = value
	}
	signed, _ := token.SignedString(key)
	return signed
}
