package blackbox

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// underLoad is what else is done to the database while readings come in.
var underLoad = func(*testing.T, string) {}

// TestWhatWasAcknowledgedIsThereOnceAfterKills kills the program three times while readings come in; afterwards
// each one that was answered 201 is there, once, and the totals are their sum.
func TestWhatWasAcknowledgedIsThereOnceAfterKills(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, databaseURL string, settings ...string) {
		acknowledged := make(map[string]bool)
		var mu sync.Mutex
		server := start(t, databaseURL, settings...)
		campus, err := login(t, server).MakeCampus(4)
		require.NoError(t, err)
		for round := range 3 {
			client := login(t, server)
			var wait sync.WaitGroup
			for i, device := range campus.Devices {
				// Live readings and late ones take different ways into the books.
				from := time.Now().UTC().Truncate(time.Second).Add(-time.Duration(3-round)*time.Hour).AddDate(0, 0, -60*(i%2))
				wait.Go(func() { writeUntilGone(client, device, from, &mu, acknowledged) })
			}
			sofar := size(&mu, acknowledged)
			eventually(t, "readings come in", func() bool { return size(&mu, acknowledged) > sofar+50 })
			underLoad(t, databaseURL)
			require.NoError(t, server.Kill())
			wait.Wait()
			server = start(t, databaseURL, settings...)
		}
		client := login(t, server)
		stored := storedReadings(t, client)
		for key := range acknowledged {
			require.Equal(t, 1, stored[key], key)
		}
		requireTotal(t, client, len(stored))
	})
}

// size is how many have been acknowledged.
func size(mu *sync.Mutex, acknowledged map[string]bool) int {
	mu.Lock()
	defer mu.Unlock()
	return len(acknowledged)
}

// writeUntilGone sends readings of 0.001 kWh, second after second, until the server does not answer.
func writeUntilGone(c *program.Client, device string, from time.Time, mu *sync.Mutex, acknowledged map[string]bool) {
	for at := from; ; at = at.Add(time.Second) {
		answer, err := c.Send(http.MethodPost, "/consumo", map[string]any{
			"device_id": device, "kwh": 0.001, "interval_s": 1, "timestamp": at.Format(time.RFC3339),
		})
		if err != nil {
			return
		}
		if answer.Status == http.StatusCreated {
			mu.Lock()
			acknowledged[device+" "+at.Format(time.RFC3339)] = true
			mu.Unlock()
		}
	}
}

// storedReadings counts the stored readings by device and instant.
func storedReadings(t *testing.T, c *program.Client) map[string]int {
	t.Helper()
	answer, err := c.Raw(http.MethodGet, "/consumo", "", nil, "Accept", "text/csv")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status)
	rows, err := csv.NewReader(strings.NewReader(string(answer.Body))).ReadAll()
	require.NoError(t, err)
	stored := make(map[string]int)
	for _, row := range rows[1:] {
		stored[row[0]+" "+row[1]]++
	}
	return stored
}

// requireTotal checks that the series add up to n readings of 0.001 kWh, at every bucket.
func requireTotal(t *testing.T, c *program.Client, n int) {
	t.Helper()
	from := time.Now().UTC().AddDate(0, 0, -62).Format(time.DateOnly)
	for _, bucket := range []string{"15m", "hour", "day", "week", "month"} {
		answer := send(t, c, http.StatusOK, http.MethodGet, "/api/consumo/serie?from="+from+"&bucket="+bucket, nil)
		var series struct {
			Items []struct {
				KWh *float64 `json:"kwh"`
			}
		}
		require.NoError(t, answer.JSON(&series))
		sum := 0.0
		for _, item := range series.Items {
			if item.KWh != nil {
				sum += *item.KWh
			}
		}
		require.Equal(t, fmt.Sprintf("%.6f", float64(n)/1000), fmt.Sprintf("%.6f", sum), bucket)
	}
}

// TestSIGTERMDrains stops the program under load: what was accepted is answered, and it ends well.
func TestSIGTERMDrains(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		client := login(t, server)
		campus, err := client.MakeCampus(8)
		require.NoError(t, err)
		acknowledged := make(map[string]bool)
		from := time.Now().UTC().Truncate(time.Second).Add(-time.Hour)
		var mu sync.Mutex
		var wait sync.WaitGroup
		for _, device := range campus.Devices {
			wait.Go(func() { writeUntilGone(client, device, from, &mu, acknowledged) })
		}
		eventually(t, "readings come in", func() bool { return size(&mu, acknowledged) > 50 })
		require.NoError(t, server.Stop(), server.Log)
		wait.Wait()
		stored := storedReadings(t, login(t, start(t, databaseURL)))
		for key := range acknowledged {
			require.Equal(t, 1, stored[key], key)
		}
	})
}
