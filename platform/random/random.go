// Package random is the only source of random values: ids that cannot be guessed, and bytes for secrets.
package random

import (
	"crypto/rand"
	"encoding/base32"
)

var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ID returns an id such as sp_k3v5q6m7x2c4b1a0: a prefix for the kind of object, and 80 random bits.
func ID(prefix string) string { return prefix + "_" + alphabet.EncodeToString(Bytes(10)) }

// Bytes returns n random bytes that cannot be guessed.
func Bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never returns an error: it ends the program
	return b
}
