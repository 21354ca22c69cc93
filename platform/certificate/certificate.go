// Package certificate serves certificates that are renewed while the program runs (pair.go), and explains to the operator why the
// certificate of another server was rejected.
package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// Reason returns what is wrong with a server's certificate, and what to do. ok is false if the error has another cause.
func Reason(err error) (reason string, ok bool) {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var other *tls.CertificateVerificationError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's certificate is valid from " + day(invalid.Cert.NotBefore) + " to " + day(invalid.Cert.NotAfter) +
			", which is not now: renew it, or correct the clock of this machine", true
	case errors.As(err, &unknown):
		return "the server's certificate is from an authority that this machine does not trust", true
	case errors.As(err, &name):
		return "the server's certificate is for another host name: " + name.Error(), true
	case errors.As(err, &other):
		return "the server's certificate was rejected: " + other.Err.Error(), true
	}
	return "", false
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
