package httpserver_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/certificate"
	"github.com/holotwin/holotwin/platform/certificate/certificatetest"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// serveWith runs a server with its operations, and returns its host and port.
func serveWith(t *testing.T, o httpserver.Options) string {
	t.Helper()
	o.Log, o.Locale = zap.NewNop(), "en"
	api := httpserver.New(o)
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector())
	api.Operations(registry)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- api.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, api.Shutdown(context.Background()))
		require.NoError(t, <-served)
	})
	return listener.Addr().String()
}

// browser is a client that trusts the certificates in files, and keeps its connections.
func browser(t *testing.T, trusted ...string) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	for _, file := range trusted {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.True(t, roots.AppendCertsFromPEM(text))
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// visit requests the state. It returns the answer, the serial number of the server's certificate, and whether the connection was open.
func visit(t *testing.T, client *http.Client, url string) (answer *http.Response, serial int64, reused bool) {
	t.Helper()
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) { reused = got.Reused }})
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/health/live", nil)
	require.NoError(t, err)
	answer, err = client.Do(request)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	if answer.TLS != nil {
		serial = answer.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	return answer, serial, reused
}

// TestHTTPSWithACertificateThatIsRenewed visits the server while its certificate is replaced: the open connection goes on, a new one
// gets the new certificate, and a broken one changes nothing. Strict-Transport-Security is sent over HTTPS only.
func TestHTTPSWithACertificateThatIsRenewed(t *testing.T) {
	folder, expiry := t.TempDir(), time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC)
	files := certificatetest.Write(t, folder, 1, expiry)
	pair, err := certificate.Open("http", files.Cert, files.Key, zap.NewNop())
	require.NoError(t, err)
	address := serveWith(t, httpserver.Options{TLS: pair.TLS()})
	url := "https://" + address

	first := browser(t, files.Cert)
	answer, serial, _ := visit(t, first, url)
	require.EqualValues(t, 1, serial)
	require.Equal(t, "max-age=31536000", answer.Header.Get("Strict-Transport-Security"))

	certificatetest.Write(t, folder, 2, expiry)
	pair.Refresh()
	_, serial, reused := visit(t, first, url)
	require.True(t, reused)
	require.EqualValues(t, 1, serial)
	second := browser(t, files.Cert)
	_, serial, _ = visit(t, second, url)
	require.EqualValues(t, 2, serial)

	trusted, err := os.ReadFile(files.Cert)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(files.Cert, trusted[:len(trusted)/2], 0o600))
	pair.Refresh()
	pair.Refresh()
	_, _, reused = visit(t, second, url)
	require.True(t, reused)
	require.NoError(t, os.WriteFile(files.Cert, trusted, 0o600))
	_, serial, _ = visit(t, browser(t, files.Cert), url)
	require.EqualValues(t, 2, serial)

	_, err = tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	require.Error(t, err)
	plain, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer func() { _ = plain.Close() }()
	_, err = plain.Write([]byte("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"))
	require.NoError(t, err)
	said, err := io.ReadAll(plain)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(said), "HTTP/1.0 400 ") && strings.Contains(string(said), "use https://"), string(said))

	answer, _, _ = visit(t, browser(t), "http://"+serveWith(t, httpserver.Options{}))
	require.Empty(t, answer.Header.Get("Strict-Transport-Security"))
}

// TestHTTPSIsReadAsStrictly sends the heads and bodies over TLS that a server without it refuses with an answer.
func TestHTTPSIsReadAsStrictly(t *testing.T) {
	files := certificatetest.Write(t, t.TempDir(), 1, time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC))
	pair, err := certificate.Open("http", files.Cert, files.Key, zap.NewNop())
	require.NoError(t, err)
	address := serveWith(t, httpserver.Options{TLS: pair.TLS()})
	for name, raw := range oddHeads {
		t.Run(name, func(t *testing.T) {
			conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
			require.NoError(t, err)
			defer func() { _ = conn.Close() }()
			require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
			for _, part := range []string{"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n", raw} {
				_, err = conn.Write([]byte(part))
				require.NoError(t, err)
			}
			all, err := io.ReadAll(conn)
			require.NoError(t, err)
			require.Equal(t, 1, strings.Count(string(all), "HTTP/1.1 200 "), string(all))
			require.Equal(t, 1, strings.Count(string(all), "HTTP/1.1 400 "), string(all))
		})
	}
	client := browser(t, files.Cert)
	body := bytes.Repeat([]byte("a"), 8<<20)
	for range 5 {
		answer, err := client.Post("https://"+address+"/nothing", "application/json", bytes.NewReader(body))
		require.NoError(t, err, "a refused upload gets its answer")
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusNotFound, answer.StatusCode)
	}
}

// TestMetricsWantTheirToken also checks that wrong tokens count as requests of their client, and right ones do not.
func TestMetricsWantTheirToken(t *testing.T) {
	scrape := func(address string, authorization ...string) int {
		request, err := http.NewRequest(http.MethodGet, "http://"+address+"/metrics", nil)
		require.NoError(t, err)
		for _, value := range authorization {
			request.Header.Set("Authorization", value)
		}
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		if answer.StatusCode == http.StatusUnauthorized {
			require.Equal(t, "Bearer", answer.Header.Get("WWW-Authenticate")[:6])
			require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
		}
		return answer.StatusCode
	}
	require.Equal(t, 200, scrape(serveWith(t, httpserver.Options{})), "open where no token is set")
	address := serveWith(t, httpserver.Options{MetricsToken: "0123456789abcdef", RatePerMinute: 6})
	for _, wrong := range []string{"", "0123456789abcdef", "Bearer", "Bearer 0123456789abcde", "Basic 0123456789abcdef"} {
		require.Equal(t, 401, scrape(address, wrong), wrong)
	}
	require.Equal(t, 401, scrape(address))
	require.Equal(t, 429, scrape(address, "Bearer wrong"))
	for range 10 {
		require.Equal(t, 200, scrape(address, "bearer 0123456789abcdef"))
	}
}
