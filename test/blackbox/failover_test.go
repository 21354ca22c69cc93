package blackbox

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

// bothHosts is the address of a primary and its standby, whichever of them takes writes.
func bothHosts(t *testing.T, primary, standby *pgserver.Server) string {
	t.Helper()
	first, err := url.Parse(primary.URL)
	require.NoError(t, err)
	second, err := url.Parse(standby.URL)
	require.NoError(t, err)
	return fmt.Sprintf("postgresql://postgres@%s,%s/postgres?sslmode=disable&target_session_attrs=read-write", first.Host, second.Host)
}

// TestADatabaseThatFailsOver kills a primary under load and promotes its synchronous standby: the program goes on with the standby without
// a restart, and each reading that was acknowledged is there once.
func TestADatabaseThatFailsOver(t *testing.T) {
	t.Parallel()
	primary := ownPostgres(t)
	standby, err := primary.StartStandby(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = standby.Stop() })
	server := start(t, bothHosts(t, primary, standby))
	client := login(t, server)
	campus, err := client.MakeCampus(4)
	require.NoError(t, err)

	acknowledged := make(map[string]bool)
	var mu sync.Mutex
	end := make(chan struct{})
	var wait sync.WaitGroup
	for i, device := range campus.Devices {
		from := time.Now().UTC().Truncate(time.Second).Add(-time.Hour).AddDate(0, 0, -60*(i%2))
		wait.Go(func() { writeThrough(t, client, device, from, &mu, acknowledged, end) })
	}
	comeIn := func(what string) {
		sofar := size(&mu, acknowledged)
		eventually(t, what, func() bool { return size(&mu, acknowledged) > sofar+50 })
	}
	comeIn("readings come in")
	require.NoError(t, primary.Kill())
	require.NoError(t, standby.Promote(t.Context()))
	promoted, before := time.Now(), size(&mu, acknowledged)
	eventually(t, "the first reading after the promotion is stored", func() bool { return size(&mu, acknowledged) > before })
	t.Logf("the first reading was stored %v after the promotion", time.Until(promoted).Abs().Round(time.Millisecond))
	comeIn("readings come in again")
	close(end)
	wait.Wait()

	stored := storedReadings(t, client)
	for key := range acknowledged {
		require.Equal(t, 1, stored[key], key)
	}
	requireTotal(t, client, len(stored))
	require.Nil(t, server.Process.ProcessState, "the program that began is still running")
}

// writeThrough sends readings of 0.001 kWh, second after second, and each again until it is acknowledged. Nothing but 503 is a reason not
// to be.
func writeThrough(t *testing.T, c *program.Client, device string, from time.Time, mu *sync.Mutex, acknowledged map[string]bool, end <-chan struct{}) {
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for at := from; ; {
		answer, err := c.Send(http.MethodPost, "/consumo", map[string]any{
			"device_id": device, "kwh": 0.001, "interval_s": 1, "timestamp": at.Format(time.RFC3339),
		})
		if err != nil {
			t.Errorf("the program does not answer: %v", err)
			return
		}
		switch answer.Status {
		case http.StatusCreated, http.StatusOK: // 200: it was stored at the try before, whose answer was lost
			mu.Lock()
			acknowledged[device+" "+at.Format(time.RFC3339)] = true
			mu.Unlock()
			at = at.Add(time.Second)
		case http.StatusServiceUnavailable:
		default:
			t.Errorf("%d: %s", answer.Status, answer.Body)
		}
		select {
		case <-end:
			return
		case <-pause.C:
		}
	}
}
