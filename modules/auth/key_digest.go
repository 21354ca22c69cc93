package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// KeyDigest is the SHA-256 of a key's secret, in which form it is stored and sent to other processes. In texts it is in hexadecimal.
type KeyDigest [sha256.Size]byte

// DigestOfKey returns the digest of a key's secret; ok is false if the text cannot be one.
func DigestOfKey(secret string) (sum KeyDigest, ok bool) {
	if !strings.HasPrefix(secret, keyPrefix) {
		return KeyDigest{}, false
	}
	return sha256.Sum256([]byte(secret)), true
}

// MarshalText writes the digest.
func (d KeyDigest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

var errNotDigest = errors.New("the digest of a key is 64 hexadecimal digits")

// UnmarshalText reads a digest.
func (d *KeyDigest) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(d) {
		return errNotDigest
	}
	if _, err := hex.Decode(d[:], text); err != nil {
		return errNotDigest
	}
	return nil
}
