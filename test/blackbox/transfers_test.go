package blackbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// brokenChunks are bodies that do not arrive as HTTP wants it.
var brokenChunks = []string{
	"zz\r\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n0\r\n\r\n", "2;\nxx\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n", "2\n{}\n0\n\n", "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n", "2\r\n{}\r\n0\r\nno colon\r\n\r\n", "2\r\n{}\r\n", "9\r\n{}",
}

// TestBrokenTransfersAreTheSendersFault sends a broken body to every documented route that takes one, as an administrator: each is
// answered 400, once, whatever stands behind it, and both databases answer alike.
func TestBrokenTransfersAreTheSendersFault(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		client := login(t, server)
		document, routes := documentOf(t, server), 0
		for _, route := range slices.Sorted(maps.Keys(access)) {
			method, path, _ := strings.Cut(route, " ")
			path = strings.NewReplacer("{", "x", "}", "x").Replace(path)
			operation := document.find(method, path)
			if method == http.MethodGet || operation == nil || operation.RequestBody == nil {
				continue
			}
			routes++
			for media := range operation.RequestBody.Value.Content {
				for _, body := range brokenChunks {
					head := method + " " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: " + media + "\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer " + client.Token + "\r\n\r\n"
					got := sendRaw(t, server, head+body+"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
					require.Len(t, got, 1, "%s as %s: %q", route, media, body)
					if path == "/consumo/lote/revision" && got[0] == http.StatusOK {
						continue // the first line was bad enough to read no further
					}
					require.Equal(t, http.StatusBadRequest, got[0], "%s as %s: %q", route, media, body)
				}
			}
		}
		require.Greater(t, routes, 20)
	})
}

// damages are done to a request as it is on the wire.
var damages = []string{
	"\n", "\r\n", "\r\n ", "\r\n\t", "\r", "\n\n", "\r\n\r\n", " ", ":", ";", "0\r\n\r\n", "-1\r\n", "fffffffffffffff\r\n", "\x00", "\xff", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n", "Host: b\r\n", "Expect: 100-continue\r\n", "GET / HTTP/1.1\r\n",
}

// damaged is how many such requests each database gets.
const damaged = 1500

// TestDamagedRequestsAreNeverAServerError sends requests with chunks and headers broken at random, from a seed.
func TestDamagedRequestsAreNeverAServerError(t *testing.T) {
	t.Parallel()
	var answers [][][]int
	var mu sync.Mutex
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		client := login(t, server)
		campus, err := client.MakeCampus(1)
		require.NoError(t, err)
		chance := rand.New(rand.NewPCG(7, 11))
		var statuses [][]int
		for range damaged {
			raw := damagedRequest(chance, campus, client.Token)
			got := sendRaw(t, server, raw)
			for _, status := range got {
				require.Less(t, status, 500, "%q", raw)
			}
			statuses = append(statuses, got)
		}
		mu.Lock()
		answers = append(answers, statuses)
		mu.Unlock()
		send(t, client, 200, http.MethodGet, "/health/ready", nil)
	})
	require.NotEmpty(t, answers)
	for _, other := range answers[1:] { // on Citus there is one
		for i := range answers[0] {
			require.Equal(t, answers[0][i], other[i], "request %d", i)
		}
	}
}

// damagedRequest is a request in chunks, with one to three things wrong on its way.
func damagedRequest(chance *rand.Rand, campus program.Campus, token string) string {
	path, body := brokenBody(chance, campus)
	var raw bytes.Buffer
	fmt.Fprintf(&raw, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nX-Request-Id: r1\r\nTransfer-Encoding: chunked\r\n\r\n", path, token)
	for len(body) > 0 {
		n := 1 + chance.IntN(len(body))
		fmt.Fprintf(&raw, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	raw.WriteString("0\r\n\r\n")
	wire := raw.String()
	for range 1 + chance.IntN(3) {
		at := chance.IntN(len(wire))
		switch damage := damages[chance.IntN(len(damages))]; chance.IntN(3) {
		case 0:
			wire = wire[:at] + damage + wire[at:]
		case 1:
			wire = wire[:at] + damage + wire[min(len(wire), at+len(damage)):]
		case 2:
			wire = strings.Replace(wire, "\r\n", damage, 1+chance.IntN(4))
		}
	}
	return wire
}

// sendRaw sends bytes and nothing after them, and returns the statuses of the answers.
func sendRaw(t *testing.T, server *program.Server, raw string) []int {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(eventuallyFor)))
	_, err = io.WriteString(conn, raw)
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).CloseWrite())
	var statuses []int
	for answers := bufio.NewReader(conn); ; {
		answer, err := http.ReadResponse(answers, nil)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return statuses
		}
		require.NoError(t, err, "%q was answered %v", raw, statuses)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, err)
		if answer.StatusCode != http.StatusContinue {
			statuses = append(statuses, answer.StatusCode)
		}
	}
}
