// Package totp computes time-based one-time passwords: RFC 6238 with HMAC-SHA-1, six digits and steps of thirty seconds, the only
// parameters that every authenticator app supports.
package totp

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// SecretBytes is the length of a secret: that of the hash, as RFC 4226 recommends.
const SecretBytes = sha1.Size

const (
	step    = 30 * time.Second
	digits  = 6
	modulus = 1_000_000
	// skew is how many steps a phone's clock may be early or late.
	skew = 1
)

// StepAt returns the number of the step at an instant.
func StepAt(at time.Time) int64 { return at.Unix() / int64(step.Seconds()) }

// Code returns the code of a step.
func Code(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%0*d", digits, binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%modulus)
}

// IsCode reports whether a text has the form of a code.
func IsCode(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return len(text) == digits
}

// Match returns the step of a code if it is that of the current step, the one before or the one after, and later than the step after.
// It takes the same time for every code.
func Match(secret []byte, code string, now time.Time, after int64) (matched int64, ok bool) {
	for at := StepAt(now) - skew; at <= StepAt(now)+skew; at++ {
		if subtle.ConstantTimeCompare([]byte(Code(secret, at)), []byte(code)) == 1 && at > after {
			matched, ok = at, true
		}
	}
	return matched, ok
}

// Text returns a secret as people type it into an app: base32 without padding.
func Text(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// Address returns the otpauth:// address of a secret, which apps read from a QR code.
func Address(issuer, account string, secret []byte) string {
	query := url.Values{"secret": {Text(secret)}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {fmt.Sprint(digits)}, "period": {fmt.Sprint(step.Seconds())}}
	return "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(account) + "?" + query.Encode()
}
