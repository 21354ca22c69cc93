package httpserver_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/httpserver"
)

// TestStrictTransport checks that the header is sent only over HTTPS: on a TLS listener, or if a trusted proxy says so.
func TestStrictTransport(t *testing.T) {
	certificate := httptest.NewUnstartedServer(nil)
	certificate.StartTLS()
	t.Cleanup(certificate.Close)
	secure := &tls.Config{Certificates: certificate.TLS.Certificates, MinVersion: tls.VersionTLS12}
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	for name, c := range map[string]struct {
		tls     bool
		trusted []netip.Prefix
		proto   string
		wanted  string
	}{
		"plain":                        {},
		"a TLS listener":               {tls: true, wanted: "max-age=31536000"},
		"a trusted proxy":              {trusted: []netip.Prefix{loopback}, proto: "https", wanted: "max-age=31536000"},
		"two proxies, TLS at the edge": {trusted: []netip.Prefix{loopback}, proto: "HTTPS, http", wanted: "max-age=31536000"},
		"two proxies, TLS behind it":   {trusted: []netip.Prefix{loopback}, proto: "http, https"},
		"a trusted proxy without TLS":  {trusted: []netip.Prefix{loopback}, proto: "http"},
		"an untrusted client":          {proto: "https"},
		"another trusted proxy":        {trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, proto: "https"},
	} {
		t.Run(name, func(t *testing.T) {
			api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Locale: "es", TrustedProxies: c.trusted})
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			address := "http://" + listener.Addr().String()
			if c.tls {
				listener, address = tls.NewListener(listener, secure), "https://"+listener.Addr().String()
			}
			go func() { _ = api.Serve(listener) }()
			t.Cleanup(func() { _ = api.Shutdown(context.Background()) })
			client := certificate.Client()
			t.Cleanup(client.CloseIdleConnections)
			request, err := http.NewRequest(http.MethodGet, address+"/nada", nil)
			require.NoError(t, err)
			request.Header.Set("X-Forwarded-Proto", c.proto)
			answer, err := client.Do(request)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Equal(t, c.wanted, answer.Header.Get("Strict-Transport-Security"))
		})
	}
}
