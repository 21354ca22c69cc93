// Package certificate says in an operator's words why the certificate of a server that HoloTwin talks with was refused.
package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// Reason is what is wrong with a server's certificate, and what to do; ok is false where the error is of something else.
func Reason(err error) (reason string, ok bool) {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var other *tls.CertificateVerificationError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's certificate holds from " + day(invalid.Cert.NotBefore) + " to " + day(invalid.Cert.NotAfter) +
			", which is not now: renew it, or set the clock of this machine", true
	case errors.As(err, &unknown):
		return "the server's certificate is of an authority that this machine does not trust", true
	case errors.As(err, &name):
		return "the server's certificate is for another name: " + name.Error(), true
	case errors.As(err, &other):
		return "the server's certificate is refused: " + other.Err.Error(), true
	}
	return "", false
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
