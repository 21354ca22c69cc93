package blackbox

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestTheRequestLimitCountsClientsNotAddresses comes from twenty addresses of one client, in the forms in which proxies write them.
func TestTheRequestLimitCountsClientsNotAddresses(t *testing.T) {
	server := start(t, databasetest.SQLite(t), "RATE_LIMIT_PER_MIN=5", "TRUSTED_PROXIES=127.0.0.1")
	nobody := &program.Client{URL: server.URL, HTTP: http.DefaultClient}
	refused := func(forms ...string) (n int) {
		for i := range 20 {
			answer, err := nobody.Raw(http.MethodGet, "/openapi.json", "", nil, "X-Forwarded-For", fmt.Sprintf(forms[i%len(forms)], i+1))
			require.NoError(t, err)
			if answer.Status == http.StatusTooManyRequests {
				require.NotEmpty(t, answer.Header.Get("Retry-After"))
				n++
			}
		}
		return n
	}
	require.Positive(t, refused("2001:db8:1:2::%x"), "one /64")
	require.Zero(t, refused("[2001:db8:3:%x::1]:4711"), "each has a network, though written with a port")
	require.Positive(t, refused("[2001:db8:4:2::%x]", "[2001:db8:4:2::%x]:4711", "2001:0DB8:4:2:0:0:0:%x"), "one /64, written otherwise")
	require.Positive(t, refused("203.0.113.9:%d", "[::ffff:203.0.113.9]:%d"), "one address")
	require.Zero(t, refused("2001:db8:2:%x::1"), "each has a network")
}
