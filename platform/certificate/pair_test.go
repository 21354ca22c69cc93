package certificate_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/holotwin/holotwin/platform/certificate"
	"github.com/holotwin/holotwin/platform/certificate/certificatetest"
)

var expiry = time.Date(2090, 1, 2, 3, 4, 5, 0, time.UTC)

// TestARenewedPairIsServed renews a pair as certbot and Kubernetes do, by symbolic links, while an echo server serves it. It goes through
// moments in which the files do not fit.
func TestARenewedPairIsServed(t *testing.T) {
	core, log := observer.New(zap.InfoLevel)
	folder := t.TempDir()
	live := func(name string) string { return filepath.Join(folder, name) }
	renew := func(name, to string) { // as ln -sfn does: a link replaces another at once
		require.NoError(t, os.Symlink(to, live("new")))
		require.NoError(t, os.Rename(live("new"), live(name)))
	}
	first := certificatetest.Write(t, t.TempDir(), 1, expiry)
	renew("cert.pem", first.Cert)
	renew("key.pem", first.Key)
	pair, err := certificate.Open("http", live("cert.pem"), live("key.pem"), zap.New(core))
	require.NoError(t, err)
	registry := prometheus.NewRegistry()
	registry.MustRegister(pair)
	served := dialer(t, pair)
	failed := func() bool { return metric(t, registry, "holotwin_certificate_reload_failed") == 1 }
	open, serial := served()
	require.EqualValues(t, 1, serial)
	require.EqualValues(t, expiry.Unix(), metric(t, registry, "holotwin_certificate_expiry_timestamp_seconds"))

	second := certificatetest.Write(t, t.TempDir(), 2, expiry.AddDate(0, 0, 1))
	renew("cert.pem", second.Cert)
	pair.Refresh()
	require.False(t, failed(), "the key comes a moment later")
	renew("key.pem", second.Key)
	pair.Refresh()
	_, serial = served()
	require.EqualValues(t, 2, serial)
	require.NoError(t, echo(open), "an open connection goes on")
	require.EqualValues(t, expiry.AddDate(0, 0, 1).Unix(), metric(t, registry, "holotwin_certificate_expiry_timestamp_seconds"))
	require.Zero(t, log.FilterLevelExact(zap.ErrorLevel).Len())

	renew("key.pem", first.Key)
	for range 3 {
		pair.Refresh()
	}
	_, serial = served()
	require.EqualValues(t, 2, serial, "the former pair stays")
	require.True(t, failed())
	require.Len(t, log.FilterMessageSnippet("could not read the new certificate").All(), 1)

	require.NoError(t, os.Remove(live("cert.pem")))
	pair.Refresh()
	pair.Refresh()
	require.True(t, failed())
	require.Len(t, log.FilterMessageSnippet("could not read the new certificate").All(), 2, "another fault")
	renew("cert.pem", second.Cert)
	renew("key.pem", second.Key)
	pair.Refresh()
	require.False(t, failed())

	old := certificatetest.Write(t, t.TempDir(), 3, time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC))
	renew("cert.pem", old.Cert)
	renew("key.pem", old.Key)
	pair.Refresh()
	_, serial = served()
	require.EqualValues(t, 3, serial)
	require.Len(t, log.FilterMessageSnippet("has expired on 2001-01-01").All(), 1)
	require.NoError(t, echo(open))
}

// TestBadPairsAreExplained also checks that the reason names the right file, and holds nothing of the key.
func TestBadPairsAreExplained(t *testing.T) {
	folder := t.TempDir()
	good, other := certificatetest.Write(t, t.TempDir(), 1, expiry), certificatetest.Write(t, t.TempDir(), 2, expiry)
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	text := write("text", "hunter2")
	locked := write("locked", "-----BEGIN ENCRYPTED PRIVATE KEY-----\naHVudGVyMg==\n-----END ENCRYPTED PRIVATE KEY-----\n")
	damaged := write("damaged", "-----BEGIN PRIVATE KEY-----\naHVudGVyMg==\n-----END PRIVATE KEY-----\n")
	for _, c := range []struct {
		cert, key string
		ofKey     bool
		problem   string
	}{
		{filepath.Join(folder, "none"), good.Key, false, "the file cannot be read: it does not exist"},
		{good.Cert, filepath.Join(folder, "none"), true, "the file cannot be read: it does not exist"},
		{folder, good.Key, false, "the file cannot be read: the system refuses it"},
		{text, good.Key, false, "the file holds no certificate in PEM"},
		{good.Cert, text, true, "the file holds no private key in PEM"},
		{good.Cert, locked, true, "the key is protected by a passphrase"},
		{good.Cert, other.Key, true, "the key and the certificate do not belong together"},
		{good.Cert, damaged, true, "the key and the certificate do not belong together"},
		{good.Key, good.Cert, false, "the file holds no certificate in PEM"},
	} {
		_, err := certificate.Read(c.cert, c.key)
		var wrong certificate.ErrPair
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, c.ofKey, wrong.OfKey, c.problem)
		require.True(t, strings.HasPrefix(wrong.Problem, c.problem), wrong.Problem)
		require.NotContains(t, wrong.Error(), "hunter2")
		_, err = certificate.Open("http", c.cert, c.key, zap.NewNop())
		require.ErrorAs(t, err, &wrong)
	}
	pair, err := certificate.Read(good.Cert, good.Key)
	require.NoError(t, err)
	require.Empty(t, certificate.Validity(pair, expiry.Add(-time.Hour)))
	require.Contains(t, certificate.Validity(pair, expiry.Add(time.Hour)), "has expired on 2090-01-02")
	require.Contains(t, certificate.Validity(pair, expiry.AddDate(-200, 0, 0)), "is not valid before")
}

// dialer serves the pair to an echo, and returns a function that connects and returns the serial number of the certificate.
func dialer(t *testing.T, pair *certificate.Pair) func() (*tls.Conn, int64) {
	listener, err := tls.Listen("tcp", "127.0.0.1:0", pair.TLS())
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn) }()
		}
	}()
	return func() (*tls.Conn, int64) {
		plain, err := net.Dial("tcp", listener.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = plain.Close() })
		var serial int64
		conn := tls.Client(plain, &tls.Config{InsecureSkipVerify: true, VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			leaf, err := x509.ParseCertificate(raw[0])
			serial = leaf.SerialNumber.Int64()
			return err
		}})
		require.NoError(t, echo(conn))
		return conn, serial
	}
}

func echo(conn *tls.Conn) error {
	if _, err := conn.Write([]byte("hola")); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, make([]byte, 4))
	return err
}

func metric(t *testing.T, registry *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == name {
			require.Equal(t, "http", family.GetMetric()[0].GetLabel()[0].GetValue())
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	require.Fail(t, "no metric "+name)
	return 0
}
