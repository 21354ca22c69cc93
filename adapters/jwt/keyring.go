package jwt

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// keyRing holds the Ed25519 keys of a deployment. The last private key by name signs; tokens of all keys are accepted, so that a
// key can be replaced while its tokens are still in use.
type keyRing struct {
	newest string
	sign   ed25519.PrivateKey
	verify map[string]ed25519.PublicKey // by kid
}

// readKeys reads a folder of PEM files, each a private key in PKCS #8 or a public one; a file's name without its ending
// is the key's id. The last private key in the order of names signs.
func readKeys(folder string) (*keyRing, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.pem"))
	if err != nil {
		return nil, fmt.Errorf("JWT_KEYS: %w", err)
	}
	slices.Sort(files)
	ring := &keyRing{verify: make(map[string]ed25519.PublicKey, len(files))}
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".pem")
		if err := ring.read(id, file); err != nil {
			return nil, fmt.Errorf("JWT_KEYS: %s: %w", file, err)
		}
	}
	if len(ring.verify) == 0 {
		return nil, noKey(folder)
	}
	return ring, nil
}

func noKey(folder string) error {
	return fmt.Errorf("JWT_KEYS: %s contains no private key; create one: openssl genpkey -algorithm ed25519 -out %s/2026-01.pem", folder, folder)
}

var errNotEd25519 = errors.New("not an Ed25519 key in PEM")

func (k *keyRing) read(id, file string) error {
	if id == "" || len(id) > 64 || strings.ContainsFunc(id, isInvalidChar) {
		return errors.New("the file name is the key's id: use 1 to 64 letters, digits, dots, hyphens and underscores")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return errors.New("cannot be read")
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return errNotEd25519
	}
	if public, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		key, ok := public.(ed25519.PublicKey)
		if !ok {
			return errNotEd25519
		}
		k.verify[id] = key
		return nil
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return errNotEd25519
	}
	key, ok := private.(ed25519.PrivateKey)
	if !ok {
		return errNotEd25519
	}
	k.newest, k.sign, k.verify[id] = id, key, key.Public().(ed25519.PublicKey)
	return nil
}

// key returns the public key that a token's header names; an error if it is unknown.
func (k *keyRing) key(t *jwt.Token) (any, error) {
	id, _ := t.Header["kid"].(string)
	key, known := k.verify[id]
	if !known {
		return nil, jwt.ErrTokenUnverifiable
	}
	return key, nil
}

// PublicKey is a key that verifies tokens, in the form of RFC 8037.
type PublicKey struct {
	ID string
	// X is the key in base64url.
	X string
}

// PublicKeys returns the keys that verify tokens, ordered by id; empty if tokens are signed with a secret.
func (t *Tokens) PublicKeys() []PublicKey {
	keys := []PublicKey{}
	if t.ring == nil {
		return keys
	}
	for id, key := range t.ring.verify {
		keys = append(keys, PublicKey{ID: id, X: base64.RawURLEncoding.EncodeToString(key)})
	}
	slices.SortFunc(keys, func(a, b PublicKey) int { return strings.Compare(a.ID, b.ID) })
	return keys
}
