package blackbox

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// asSent sends a request and returns the bytes of the answer as they were sent.
func asSent(t *testing.T, c *program.Client, method, path, accepted string, header ...string) program.Answer {
	t.Helper()
	bare := *c
	bare.Check = nil // it judges JSON
	bare.HTTP = &http.Client{Transport: &http.Transport{DisableCompression: true}}
	if accepted != "" {
		header = append(header, "Accept-Encoding", accepted)
	}
	answer, err := bare.Raw(method, path, "application/json", nil, header...)
	require.NoError(t, err)
	return answer
}

func gunzip(t *testing.T, body []byte) []byte {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(body))
	require.NoError(t, err)
	plain, err := io.ReadAll(reader)
	require.NoError(t, err)
	return plain
}

// TestThePageIsCompressedAndKept requests the page and its assets as browsers do: compressed as they accept, separated by Vary, and not
// sent again if nothing changed.
func TestThePageIsCompressedAndKept(t *testing.T) {
	server := start(t, databasetest.SQLite(t))
	anybody := &program.Client{URL: server.URL, HTTP: http.DefaultClient}
	page := asSent(t, anybody, http.MethodGet, "/", "")
	require.Equal(t, 200, page.Status)
	require.Empty(t, page.Header.Get("Content-Encoding"))
	paths := []string{"/"}
	for _, found := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(string(page.Body), -1) {
		paths = append(paths, found[1])
	}
	require.Greater(t, len(paths), 2)
	total := 0
	for _, path := range paths {
		plain := asSent(t, anybody, http.MethodGet, path, "identity")
		require.Empty(t, plain.Header.Get("Content-Encoding"))
		small := asSent(t, anybody, http.MethodGet, path, "gzip, deflate, br, zstd")
		require.Equal(t, "br", small.Header.Get("Content-Encoding"), "%s: go tool task web compresses it", path)
		unpacked, err := io.ReadAll(brotli.NewReader(bytes.NewReader(small.Body)))
		require.NoError(t, err)
		require.Equal(t, plain.Body, unpacked)
		zipped := asSent(t, anybody, http.MethodGet, path, "gzip;q=1.0, br;q=0")
		require.Equal(t, "gzip", zipped.Header.Get("Content-Encoding"))
		require.Equal(t, plain.Body, gunzip(t, zipped.Body))
		etags := map[string]bool{}
		for _, answer := range []program.Answer{plain, small, zipped} {
			require.Equal(t, "Accept-Encoding", answer.Header.Get("Vary"))
			require.Equal(t, plain.Header.Get("Content-Type"), answer.Header.Get("Content-Type"))
			etags[answer.Header.Get("ETag")] = true
		}
		require.Len(t, etags, 3, "each form has a tag of its own")
		again := asSent(t, anybody, http.MethodGet, path, "br", "If-None-Match", `"other", W/`+small.Header.Get("ETag"))
		require.Equal(t, http.StatusNotModified, again.Status)
		require.Empty(t, again.Body)
		require.Equal(t, small.Header.Get("ETag"), again.Header.Get("ETag"))
		require.Equal(t, 200, asSent(t, anybody, http.MethodGet, path, "br", "If-None-Match", zipped.Header.Get("ETag")).Status)
		total += len(small.Body)
	}
	require.LessOrEqual(t, total, 100_000, "the page and its assets")
}

// TestAnswersAreCompressedForWhoAsks holds JSON and tables to what a caller accepts, whole and streamed; what is short, what holds a
// secret and what comes as it happens is sent as it is.
func TestAnswersAreCompressedForWhoAsks(t *testing.T) {
	client := login(t, start(t, databasetest.SQLite(t)))
	campus, err := client.MakeCampus(40)
	require.NoError(t, err)
	at := time.Now().UTC().Add(-48 * time.Hour).Truncate(time.Hour)
	for i := range 40 {
		send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": campus.Devices[i], "kwh": 1, "timestamp": at.Format(time.RFC3339)})
	}
	year := fmt.Sprintf("from=%s&to=%s", at.AddDate(-1, 0, 1).Format(time.DateOnly), at.AddDate(0, 0, 3).Format(time.DateOnly))
	for name, path := range map[string]string{
		"a list": "/api/dispositivos", "a streamed series": "/api/consumo/serie?bucket=hour&" + year, "a streamed table": "/api/consumo/serie?bucket=hour&format=csv&" + year,
		"readings": "/consumo?limit=40", "the document": "/openapi.json",
	} {
		plain := asSent(t, client, http.MethodGet, path, "")
		require.Equal(t, 200, plain.Status, "%s: %s", name, plain.Body)
		require.Empty(t, plain.Header.Get("Content-Encoding"), name)
		require.Contains(t, plain.Header.Get("Vary"), "Accept-Encoding", name)
		small := asSent(t, client, http.MethodGet, path, "gzip, br")
		require.Equal(t, "gzip", small.Header.Get("Content-Encoding"), name)
		require.Equal(t, string(plain.Body), string(gunzip(t, small.Body)), name)
		require.Less(t, len(small.Body)*3, len(plain.Body), name)
		require.Empty(t, asSent(t, client, http.MethodGet, path, "gzip;q=0, identity").Header.Get("Content-Encoding"), name)
	}
	byDay := asSent(t, client, http.MethodGet, "/api/consumo/serie?bucket=day&"+year, "gzip")
	require.LessOrEqual(t, len(byDay.Body), 100_000)

	short := asSent(t, client, http.MethodGet, "/health/live", "gzip")
	require.Empty(t, short.Header.Get("Content-Encoding"), "a short answer")
	events := asSentEvents(t, client)
	require.Empty(t, events.Get("Content-Encoding"), "events leave one by one")
	login, err := http.NewRequest(http.MethodPost, client.URL+"/auth/login", bytes.NewReader(fmt.Appendf(nil, `{"email":%q,"password":%q}`, program.AdminEmail, program.AdminPassword)))
	require.NoError(t, err)
	login.Header.Set("Content-Type", "application/json")
	login.Header.Set("Accept-Encoding", "gzip")
	granted, err := http.DefaultTransport.RoundTrip(login)
	require.NoError(t, err)
	defer func() { _ = granted.Body.Close() }()
	require.Equal(t, 200, granted.StatusCode)
	require.Empty(t, granted.Header.Get("Content-Encoding"), "the length of a token's answer tells nothing")
}

// asSentEvents opens the event stream and returns its header.
func asSentEvents(t *testing.T, c *program.Client) http.Header {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, c.URL+"/api/eventos", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+c.Token)
	request.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, 200, answer.StatusCode)
	return answer.Header
}
