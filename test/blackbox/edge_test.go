package blackbox

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// startEdge starts the edge that the project ships in front of processes that all answer the same. It returns its two addresses.
func startEdge(t *testing.T, answer http.HandlerFunc) (public, internal string) {
	t.Helper()
	process := httptest.NewServer(answer)
	t.Cleanup(process.Close)
	at := strings.TrimPrefix(process.URL, "http://")
	public, err := program.FreeAddress()
	require.NoError(t, err)
	internal, err = program.FreeAddress()
	require.NoError(t, err)
	edge, err := program.StartHAProxy("../../platform/deploy/haproxy.cfg", public, "EDGE_ADDRESS="+public, "EDGE_INTERNAL_ADDRESS="+internal,
		"AUTH_ADDRESS="+at, "ENERGY_1_ADDRESS="+at, "ENERGY_2_ADDRESS="+at, "ADVICE_ADDRESS="+at)
	require.NoError(t, err)
	t.Cleanup(func() { _ = edge.Stop() })
	return public, internal
}

// rawStatus sends a path as it is, and returns the status line.
func rawStatus(t *testing.T, address, path string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", path)
	require.NoError(t, err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line)
}

// TestTheEdgeWaitsForASlowCheck checks the readiness of processes whose database answers slowly, as all do at once while it is busy or
// fails over: slow answers are better than none.
func TestTheEdgeWaitsForASlowCheck(t *testing.T) {
	const slow, enough = 900 * time.Millisecond, 16
	var checks atomic.Int64
	edge, _ := startEdge(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health/ready" {
			time.Sleep(slow)
			checks.Add(1)
		}
	})
	for checks.Load() < enough { // of five servers in six lines
		time.Sleep(50 * time.Millisecond)
	}
	for _, path := range []string{"/auth/me", "/api/gemelo", "/api/recomendaciones", "/consumo/lote"} {
		require.Equal(t, "HTTP/1.1 200 OK", rawStatus(t, edge, path), path)
	}
}

// TestTheEdgePassesOnWhatIsPublic sends paths that are not for outside, also as another server may read them.
func TestTheEdgePassesOnWhatIsPublic(t *testing.T) {
	edge, internal := startEdge(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) })
	for _, path := range []string{
		"/interno", "/interno/energy/tree", "/interno/energy/tree%zz", "/%69nterno/energy/tree", "/interno%00/energy", "/api/../interno/energy/tree", "/api/%2e%2e/interno/energy/tree",
		"http://x/interno/energy/tree", "/metrics", "/metrics%zz", "/%6detrics", "http://x/metrics?x",
	} {
		require.Equal(t, "HTTP/1.1 404 Not Found", rawStatus(t, edge, path), path)
	}
	require.Equal(t, "HTTP/1.1 200 OK", rawStatus(t, internal, "/interno/energy/tree"))
	for _, path := range []string{"/interno/auth/changes", "/consumo", "/metrics"} {
		require.NotEqual(t, "HTTP/1.1 200 OK", rawStatus(t, internal, path), path)
	}
}
