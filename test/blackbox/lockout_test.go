package blackbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// loginFrom tries to log in from an address and returns the status.
func loginFrom(t *testing.T, server *program.Server, address, email, password string) int {
	t.Helper()
	body, err := json.Marshal(map[string]string{"email": email, "password": password})
	require.NoError(t, err)
	nobody := &program.Client{URL: server.URL, HTTP: http.DefaultClient}
	answer, err := nobody.Raw(http.MethodPost, "/auth/login", "application/json", bytes.NewReader(body), "X-Forwarded-For", address)
	require.NoError(t, err)
	if answer.Status == http.StatusTooManyRequests {
		require.NotEmpty(t, answer.Header.Get("Retry-After"))
	}
	return answer.Status
}

// behindProxy lets tests use many networks, with the usual limit.
var behindProxy = []string{"LOGIN_LIMIT_PER_MIN=10", "TRUSTED_PROXIES=127.0.0.1"}

// TestLockoutIsNoWeapon guesses passwords of an account from one network, in which an IPv6 client has any number of addresses: that
// network is slowed down, for a known account or not, and the right password from elsewhere is accepted.
func TestLockoutIsNoWeapon(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL, behindProxy...)
		const tries = 60
		for i, email := range []string{program.AdminEmail, "nadie@usc.edu.co"} {
			statuses := make(map[int]int)
			for try := range tries {
				statuses[loginFrom(t, server, fmt.Sprintf("2001:db8:0:%d::%x", i, try), email, "no es la clave")]++
			}
			require.Equal(t, tries, statuses[401]+statuses[429], statuses)
			require.GreaterOrEqual(t, statuses[401], 10)
			require.Positive(t, statuses[429], email)
		}
		require.Equal(t, 200, loginFrom(t, server, "2001:db8:1::1", program.AdminEmail, program.AdminPassword))
		require.Equal(t, 200, loginFrom(t, server, "203.0.113.7", program.AdminEmail, program.AdminPassword))
	})
}

// TestManyNetworksAreSlowedDown guesses at an account from a hundred networks at once: they are refused, and the network from
// which its owner logs in is not.
func TestManyNetworksAreSlowedDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL, behindProxy...)
		const home = "2001:db8:a::1"
		require.Equal(t, 200, loginFrom(t, server, home, program.AdminEmail, program.AdminPassword))
		for _, email := range []string{program.AdminEmail, "nadie@usc.edu.co"} {
			var mu sync.Mutex
			statuses := make(map[int]int)
			var wait sync.WaitGroup
			for i := range 100 {
				wait.Go(func() {
					status := loginFrom(t, server, fmt.Sprintf("203.0.113.%d", i), email, "no es la clave")
					mu.Lock()
					defer mu.Unlock()
					statuses[status]++
				})
			}
			require.Equal(t, 200, loginFrom(t, server, "2001:db8:a::2", program.AdminEmail, program.AdminPassword), "in the middle of it")
			wait.Wait()
			require.Positive(t, statuses[429], statuses)
			require.Zero(t, statuses[200], statuses)
			require.Equal(t, 100, statuses[401]+statuses[429]+statuses[503], statuses)
		}
		require.Equal(t, 200, loginFrom(t, server, "2001:db8:a::2", program.AdminEmail, program.AdminPassword))
	})
}

// TestOneNetworkLeavesRoom sends as many wrong passwords from one network as it can: a caller from another network gets a place in the
// queue.
func TestOneNetworkLeavesRoom(t *testing.T) {
	server := start(t, databasetest.SQLite(t), behindProxy...)
	var flood sync.WaitGroup
	for i := range 60 {
		flood.Go(func() {
			status := loginFrom(t, server, "203.0.113.7", fmt.Sprintf("nadie%d@usc.edu.co", i), "no es la clave")
			if status != 401 && status != 429 && status != 503 {
				t.Errorf("%d", status)
			}
		})
	}
	require.Equal(t, 200, loginFrom(t, server, "198.51.100.1", program.AdminEmail, program.AdminPassword))
	flood.Wait()
}

// TestStrangersLeaveLittle guesses with many addresses from one network: rejected tries are not stored, and text that is not an address is
// in no line of the audit.
func TestStrangersLeaveLittle(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL, "LOGIN_LIMIT_PER_MIN=1", "TRUSTED_PROXIES=127.0.0.1")
		compared := 0
		for i := range 100 {
			if loginFrom(t, server, "203.0.113.7", fmt.Sprintf("=1+%d", i), "no es la clave") == 401 {
				compared++
			}
		}
		require.Less(t, compared, 100)
		if loginFrom(t, server, "203.0.113.8", "ana@usc.edu.co", "no es la clave") != 401 {
			t.Fatal("another network was refused")
		}
		require.NoError(t, server.Stop())

		db, err := database.Open(context.Background(), database.Options{URL: databaseURL})
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		var rows int
		require.NoError(t, db.Read.Raw("SELECT COUNT(*) FROM auth_throttle").Scan(&rows).Error)
		require.LessOrEqual(t, rows, 2*(compared+1)+2)
		var targets []string
		require.NoError(t, db.Read.Raw("SELECT DISTINCT target FROM auth_audit WHERE action = 'login.refused' ORDER BY target").Scan(&targets).Error)
		require.Equal(t, []string{"", "ana@usc.edu.co"}, targets)
	})
}
