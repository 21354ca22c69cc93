package blackbox

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// unread sends a request and does not read the answer, so that the server cannot finish it.
func unread(t *testing.T, c *program.Client, path string) *http.Response {
	t.Helper()
	dialer := net.Dialer{}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if tcp, is := conn.(*net.TCPConn); is {
			err = tcp.SetReadBuffer(4 << 10)
		}
		return conn, err
	}}
	t.Cleanup(transport.CloseIdleConnections)
	request, err := http.NewRequest(http.MethodGet, c.URL+path, nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+c.Token)
	response, err := (&http.Client{Transport: transport}).Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// TestOneCallerTakesNoMoreThanAShare: a caller with a running long download cannot start another one, and others can.
func TestOneCallerTakesNoMoreThanAShare(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		c := login(t, server)
		_, err := c.MakeCampus(1)
		require.NoError(t, err)
		var rows strings.Builder
		rows.WriteString("device_id,timestamp,kwh,interval_s\n")
		begin := time.Now().UTC().Truncate(time.Hour).Add(-200 * 24 * time.Hour)
		for i := range 200_000 {
			fmt.Fprintf(&rows, "d0,%s,0.01,60\n", begin.Add(time.Duration(i)*time.Minute).Format(time.RFC3339))
		}
		answer, err := c.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(rows.String()))
		require.NoError(t, err)
		require.Equal(t, 200, answer.Status, "%.300s", answer.Body)
		send(t, c, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "v@usc.edu.co", "role": "viewer", "password": "una-clave-larga-42"})
		other := &program.Client{URL: server.URL, HTTP: http.DefaultClient}
		var granted struct {
			AccessToken string `json:"access_token"`
		}
		require.NoError(t, send(t, other, 200, http.MethodPost, "/auth/login", map[string]any{"email": "v@usc.edu.co", "password": "una-clave-larga-42"}).JSON(&granted))
		other.Token = granted.AccessToken

		const table = "/consumo?device_id=d0&format=csv"
		first := unread(t, c, table)
		require.Equal(t, 200, first.StatusCode)
		refused := send(t, c, 503, http.MethodGet, table, nil)
		var problem struct{ Code string }
		require.NoError(t, refused.JSON(&problem))
		require.Equal(t, "overloaded", problem.Code)
		wait, err := strconv.Atoi(refused.Header.Get("Retry-After"))
		require.NoError(t, err)
		require.Positive(t, wait)
		send(t, other, 200, http.MethodGet, table, nil)
		send(t, c, 200, http.MethodGet, "/api/consumo/serie?level=device&id=d0&bucket=day", nil)
		require.NoError(t, first.Body.Close())
		require.Eventually(t, func() bool {
			answer, err := c.Send(http.MethodGet, table, nil)
			return err == nil && answer.Status == 200
		}, eventuallyFor, 100*time.Millisecond, "what was given back is there again")
	})
}

// TestLongRangesAreCut: half a century is answered by what there is, and an answer of too many steps is refused by name.
func TestLongRangesAreCut(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campus, err := c.MakeCampus(20)
		require.NoError(t, err)
		for _, d := range campus.Devices {
			send(t, c, 201, http.MethodPost, "/consumo", map[string]any{"device_id": d, "kwh": 0.5})
		}
		answer := send(t, c, 200, http.MethodGet, "/api/consumo/serie?level=site&id="+campus.Site+"&bucket=day&by=device&from=2000-01-01&to=2048-01-01", nil)
		require.Less(t, len(answer.Body), 20_000)
		require.Equal(t, 20, strings.Count(string(answer.Body), `"kwh":0.5`))

		send(t, c, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.5, "timestamp": "2026-01-05T12:00:00Z"})
		answer = send(t, c, 400, http.MethodGet, "/api/consumo/serie?level=site&id="+campus.Site+"&bucket=15m&by=device&from=2026-01-01&to=2026-12-31", nil)
		var problem struct {
			Errors []struct{ Field, Message string }
		}
		require.NoError(t, answer.JSON(&problem))
		require.Equal(t, "from", problem.Errors[0].Field)
		require.Contains(t, problem.Errors[0].Message, "250000")
	})
}
