package jwt_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/jwt"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/clock"
)

// seededKey returns a key that is the same in every run.
func seededKey(seed byte) ed25519.PrivateKey {
	bytes := make([]byte, ed25519.SeedSize)
	bytes[0] = seed
	return ed25519.NewKeyFromSeed(bytes)
}

func writeKey(t *testing.T, folder, id string, key any) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	kind := "PRIVATE KEY"
	if public, ok := key.(ed25519.PublicKey); ok {
		der, err = x509.MarshalPKIXPublicKey(public)
		kind = "PUBLIC KEY"
	}
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, id+".pem"), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

// TestRotation replaces a key: tokens of the first are accepted until its file is removed.
func TestRotation(t *testing.T) {
	folder := t.TempDir()
	_, err := jwt.NewKeyRing(folder, clock.Fixed(now))
	require.ErrorContains(t, err, "openssl")
	writeKey(t, folder, "2026-01", seededKey(1))
	first, err := jwt.NewKeyRing(folder, clock.Fixed(now))
	require.NoError(t, err)
	old, err := first.Sign(given)
	require.NoError(t, err)

	writeKey(t, folder, "2026-01", seededKey(1).Public())
	writeKey(t, folder, "2026-02", seededKey(2))
	second, err := jwt.NewKeyRing(folder, clock.Fixed(now))
	require.NoError(t, err)
	_, err = second.Verify(old)
	require.NoError(t, err)
	signed, err := second.Sign(given)
	require.NoError(t, err)
	_, err = first.Verify(signed)
	require.ErrorIs(t, err, auth.ErrToken)
	require.Equal(t, []string{"2026-01", "2026-02"}, []string{second.PublicKeys()[0].ID, second.PublicKeys()[1].ID})

	require.NoError(t, os.Remove(filepath.Join(folder, "2026-01.pem")))
	third, err := jwt.NewKeyRing(folder, clock.Fixed(now))
	require.NoError(t, err)
	_, err = third.Verify(old)
	require.ErrorIs(t, err, auth.ErrToken)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "bad.pem"), []byte("no key"), 0o600))
	_, err = jwt.NewKeyRing(folder, clock.Fixed(now))
	require.ErrorContains(t, err, "bad.pem")
}

// TestPublicKeysVerify verifies with public keys alone. They sign nothing, and a process that signs does not start with them.
func TestPublicKeysVerify(t *testing.T) {
	private, public := t.TempDir(), t.TempDir()
	writeKey(t, private, "2026-01", seededKey(1))
	signing, err := jwt.NewKeyRing(private, clock.Fixed(now))
	require.NoError(t, err)
	token, err := signing.Sign(given)
	require.NoError(t, err)

	_, err = jwt.NewVerifyingRing(public, clock.Fixed(now))
	require.ErrorContains(t, err, "JWT_KEYS")
	writeKey(t, public, "2026-01", seededKey(1).Public())
	_, err = jwt.NewKeyRing(public, clock.Fixed(now))
	require.ErrorContains(t, err, "private key")
	verifying, err := jwt.NewVerifyingRing(public, clock.Fixed(now))
	require.NoError(t, err)
	claims, err := verifying.Verify(token)
	require.NoError(t, err)
	require.Equal(t, []string{given.Subject, given.Family, given.ID}, []string{claims.Subject, claims.Family, claims.ID})
	_, err = verifying.Sign(given)
	require.Error(t, err)
}

// TestForgeriesOfAKeyRing confuses algorithms and keys, 3,000 times from a seed; all are rejected.
func TestForgeriesOfAKeyRing(t *testing.T) {
	folder := t.TempDir()
	writeKey(t, folder, "k1", seededKey(1))
	writeKey(t, folder, "k2", seededKey(2))
	tokens, err := jwt.NewKeyRing(folder, clock.Fixed(now))
	require.NoError(t, err)
	public := seededKey(1).Public().(ed25519.PublicKey)
	text, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	good, err := tokens.Sign(given)
	require.NoError(t, err)
	chance := rand.New(rand.NewPCG(3, 5))
	forge := func(method gojwt.SigningMethod, key any, header map[string]any) string {
		token := gojwt.NewWithClaims(method, gojwt.MapClaims{
			"iss": "holotwin", "aud": "holotwin", "sub": "us_1", "jti": "tk_1", "fam": "fm_1", "role": "admin", "scope": "",
			"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "n": chance.IntN(1 << 30),
		})
		for name, value := range header {
			token.Header[name] = value
		}
		signed, err := token.SignedString(key)
		require.NoError(t, err)
		return signed
	}
	require.NotPanics(t, func() {
		_, err := tokens.Verify(forge(gojwt.SigningMethodEdDSA, seededKey(2), map[string]any{"kid": "k2"}))
		require.NoError(t, err, "the correct token is accepted, so the forgeries are rejected for their change")
	})
	for range 300 {
		for i, forged := range []string{
			forge(gojwt.SigningMethodHS256, []byte(public), map[string]any{"kid": "k1"}),
			forge(gojwt.SigningMethodHS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: text}), map[string]any{"kid": "k1"}),
			forge(gojwt.SigningMethodNone, gojwt.UnsafeAllowNoneSignatureType, map[string]any{"kid": "k1"}),
			forge(gojwt.SigningMethodEdDSA, seededKey(3), map[string]any{"kid": "k1"}),
			forge(gojwt.SigningMethodEdDSA, seededKey(1), map[string]any{"kid": "k2"}),
			forge(gojwt.SigningMethodEdDSA, seededKey(1), map[string]any{"kid": "../k1"}),
			forge(gojwt.SigningMethodEdDSA, seededKey(1), map[string]any{"kid": 1}),
			forge(gojwt.SigningMethodEdDSA, seededKey(1), nil),
			forge(gojwt.SigningMethodEdDSA, seededKey(1), map[string]any{"kid": "k1", "jwk": map[string]any{"kty": "OKP"}}),
			good[:len(good)-8] + "AAAAAAAA",
		} {
			_, err := tokens.Verify(forged)
			require.ErrorIs(t, err, auth.ErrToken, "forgery %d: %s", i, forged)
		}
	}
}
