// Package seal encrypts what a reader of the database, or of its backup, must not learn: the secrets of second factors. It uses
// AES-256-GCM with keys that are derived from secrets of the settings (HKDF), so that no secret serves two purposes.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"

	"github.com/holotwin/holotwin/modules/auth"
)

const (
	keyPurpose  = "holotwin seal: key"
	namePurpose = "holotwin seal: name of the key"
	// nameBytes is enough to distinguish the keys of an installation.
	nameBytes = 8
)

// Sealer seals with the first of its keys, and opens with any of them.
type Sealer struct{ keys []key }

type key struct {
	name string
	aead cipher.AEAD
}

var _ auth.Sealer = (*Sealer)(nil)

// New returns a Sealer with the keys that are derived from secrets. Without any secret it seals nothing.
func New(secrets ...[]byte) (*Sealer, error) {
	s := &Sealer{}
	for _, secret := range secrets {
		k, err := newKey(secret)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, k)
	}
	return s, nil
}

func newKey(secret []byte) (key, error) {
	name, err := hkdf.Key(sha256.New, secret, nil, namePurpose, nameBytes)
	if err != nil {
		return key{}, err
	}
	derived, err := hkdf.Key(sha256.New, secret, nil, keyPurpose, sha256.Size)
	if err != nil {
		return key{}, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return key{hex.EncodeToString(name), aead}, err
}

// Seal encrypts a secret for an owner, so that it does not open for another one. Errors: auth.ErrNoSeal.
func (s *Sealer) Seal(secret []byte, owner string) (auth.Sealed, error) {
	if len(s.keys) == 0 {
		return auth.Sealed{}, auth.ErrNoSeal
	}
	return auth.Sealed{By: s.keys[0].name, Text: s.keys[0].aead.Seal(nil, nil, secret, []byte(owner))}, nil
}

// Open decrypts a secret of an owner. Errors: auth.ErrSealed.
func (s *Sealer) Open(sealed auth.Sealed, owner string) ([]byte, error) {
	for _, k := range s.keys {
		if k.name != sealed.By {
			continue
		}
		if secret, err := k.aead.Open(nil, nil, sealed.Text, []byte(owner)); err == nil {
			return secret, nil
		}
	}
	return nil, auth.ErrSealed
}

// Names returns the names of the keys.
func (s *Sealer) Names() []string {
	names := make([]string, len(s.keys))
	for i, k := range s.keys {
		names[i] = k.name
	}
	return names
}
