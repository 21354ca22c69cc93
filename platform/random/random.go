// Package random is the only source of chance: ids that cannot be guessed and bytes for secrets.
package random

import (
	"crypto/rand"
	"encoding/base32"
)

var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ID makes an id such as sp_k3v5q6m7x2c4b1a0: a prefix that says what it names and 80 random bits.
func ID(prefix string) string { return prefix + "_" + alphabet.EncodeToString(Bytes(10)) }

// Bytes are n bytes that nobody can guess.
func Bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it ends the program rather than return an error
	return b
}
