package mqtt

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// writeCertificate writes a self-signed certificate that expires at an instant.
func writeCertificate(t *testing.T, folder string, serial int64, until time.Time) (certFile, keyFile string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "broker"}, NotBefore: until.Add(-48 * time.Hour), NotAfter: until}
	signed, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(private)
	require.NoError(t, err)
	certFile, keyFile = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	require.NoError(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}), 0o600))
	changed := time.Now().Add(time.Duration(serial) * time.Hour) // a file system's timestamps may be coarse
	require.NoError(t, os.Chtimes(certFile, changed, changed))
	return certFile, keyFile
}

// TestCertificateIsReadAgain renews a certificate while the broker runs, once with a broken file.
func TestCertificateIsReadAgain(t *testing.T) {
	core, log := observer.New(zap.WarnLevel)
	folder := t.TempDir()
	certFile, keyFile := writeCertificate(t, folder, 1, time.Now().Add(-time.Hour))
	c := &reloadedCertificate{certFile: certFile, keyFile: keyFile, log: zap.New(core)}
	require.NoError(t, c.load())
	require.Len(t, log.FilterMessageSnippet("out of date").All(), 1)
	serial := func(looked time.Time) int64 {
		c.checked = looked
		pair, err := c.serve(nil)
		require.NoError(t, err)
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		require.NoError(t, err)
		return leaf.SerialNumber.Int64()
	}
	require.EqualValues(t, 1, serial(time.Time{}))
	writeCertificate(t, folder, 2, time.Now().Add(time.Hour))
	require.EqualValues(t, 1, serial(time.Now()), "it is looked once a minute")
	require.EqualValues(t, 2, serial(time.Now().Add(-certificateCheckInterval)))
	require.Len(t, log.FilterMessageSnippet("out of date").All(), 1)
	writeCertificate(t, folder, 3, time.Now().Add(time.Hour))
	require.NoError(t, os.WriteFile(keyFile, []byte("half"), 0o600))
	require.EqualValues(t, 2, serial(time.Time{}), "the one before, until both files are there")
	require.Len(t, log.FilterMessageSnippet("could not read").All(), 1)
	writeCertificate(t, folder, 3, time.Now().Add(time.Hour))
	require.EqualValues(t, 3, serial(time.Now().Add(time.Hour)), "the clock was set back")
	require.NoError(t, os.Remove(certFile))
	require.EqualValues(t, 3, serial(time.Time{}))
	_, err := serverTLS(certFile, keyFile, zap.NewNop())
	require.ErrorAs(t, err, &ErrSettings{})
}
