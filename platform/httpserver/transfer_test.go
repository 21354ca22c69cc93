package httpserver_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/httpserver"
)

type rawBody struct{ RawBody []byte }

type arriving struct{ body io.Reader }

func (in *arriving) Resolve(ctx huma.Context) []error {
	in.body = ctx.BodyReader()
	return nil
}

type lengthBody struct {
	Body struct {
		Bytes int `json:"bytes"`
	}
}

// serveBodies runs a server whose routes read a body as JSON (/json), as bytes (/raw) and as a stream (/stream), of up to 2000
// bytes. It returns the address.
func serveBodies(t testing.TB, readTime time.Duration) string {
	t.Helper()
	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Version: "test", Locale: "en"})
	operation := func(path string) huma.Operation {
		return huma.Operation{OperationID: path, Method: "POST", Path: path, Metadata: httpserver.Public(), MaxBodyBytes: 2000}
	}
	counted := func(n int, err error) (*lengthBody, error) {
		if err != nil {
			return nil, httpserver.TransferProblem(err)
		}
		out := &lengthBody{}
		out.Body.Bytes = n
		return out, nil
	}
	httpserver.Register(api, nil, operation("/json"), func(_ context.Context, in *thingBody) (*lengthBody, error) { return counted(len(in.Body.Name), nil) })
	httpserver.Register(api, nil, operation("/raw"), func(_ context.Context, in *rawBody) (*lengthBody, error) { return counted(len(in.RawBody), nil) })
	httpserver.Register(api, nil, operation("/stream"), func(_ context.Context, in *arriving) (*lengthBody, error) {
		all, err := io.ReadAll(in.body)
		return counted(len(all), err)
	})
	httpserver.Register(api, nil, huma.Operation{OperationID: "get", Method: "GET", Path: "/get", Metadata: httpserver.Public()},
		func(context.Context, *struct{}) (*lengthBody, error) { return counted(0, nil) })
	if readTime == 0 {
		readTime = time.Hour
	}
	api.App().Server().ReadTimeout, api.App().Server().IdleTimeout = readTime, readTime
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

// patience is far above what an answer takes, also on a busy machine, and below what the server waits for a request here.
const patience = 5 * time.Minute

// exchange sends raw bytes and returns the statuses of all answers until the server closes the connection.
func exchange(t testing.TB, address, raw string) []int {
	t.Helper()
	statuses, err := converse(address, raw)
	require.NoError(t, err, "%q was answered %v, and the connection left open", raw, statuses)
	return statuses
}

func converse(address, raw string) (statuses []int, err error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := conn.Write([]byte(raw)); err != nil {
		return nil, err
	}
	for reader := bufio.NewReader(conn); ; {
		answer, err := http.ReadResponse(reader, nil)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return statuses, nil
		}
		if err != nil {
			return statuses, err
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return statuses, err
		}
		if answer.StatusCode != http.StatusContinue {
			statuses = append(statuses, answer.StatusCode)
		}
	}
}

// smuggled is a hidden second request. It must never be answered.
const smuggled = "GET /get HTTP/1.1\r\nHost: a\r\n\r\n"

// brokenChunks are bodies that violate RFC 9112 (section 7.1). Each is followed by bytes that look like another request.
var brokenChunks = map[string]string{
	"no number":                 "zz\r\n{}\r\n0\r\n\r\n",
	"a negative number":         "-1\r\n{}\r\n0\r\n\r\n",
	"a signed number":           "+2\r\n{}\r\n0\r\n\r\n",
	"a hex prefix":              "0x2\r\n{}\r\n0\r\n\r\n",
	"a number beyond int64":     "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
	"an empty number":           "\r\n{}\r\n0\r\n\r\n",
	"a blank before":            " 2\r\n{}\r\n0\r\n\r\n",
	"LF in an extension":        "2;\nxx\r\n{}\r\n0\r\n\r\n",
	"LF after the number":       "2\n{}\r\n0\r\n\r\n",
	"no CRLF after the data":    "2\r\n{}0\r\n\r\n",
	"LF after the data":         "2\r\n{}\n0\r\n\r\n",
	"more than the number":      "1\r\n{}\r\n0\r\n\r\n",
	"a bad trailer":             "2\r\n{}\r\n0\r\nno colon\r\n\r\n",
	"a trailer that is framing": "2\r\n{}\r\n0\r\nContent-Length: 2\r\n\r\n",
}

// TestBrokenChunksAreTheSendersFault sends them to every kind of route. Each gets one 400, and the connection is closed at
// once, so that the bytes after it are not read as a request.
func TestBrokenChunksAreTheSendersFault(t *testing.T) {
	address := serveBodies(t, 0)
	for _, path := range []string{"/json", "/raw", "/stream"} {
		for name, body := range brokenChunks {
			t.Run(path+" "+name, func(t *testing.T) {
				t.Parallel()
				head := "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
				require.Equal(t, []int{400}, exchange(t, address, head+body+smuggled))
			})
		}
	}
}

// TestWholeBodiesAreRead sends valid bodies. The connection then serves the next request.
func TestWholeBodiesAreRead(t *testing.T) {
	address := serveBodies(t, 0)
	const object = `{"name":"a","amount":1}`
	last := strings.Replace(smuggled, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)
	for name, rest := range map[string]string{
		"a length":          "Content-Length: 23\r\n\r\n" + object,
		"chunks":            "Transfer-Encoding: chunked\r\n\r\n3\r\n" + object[:3] + "\r\n14\r\n" + object[3:] + "\r\n0\r\n\r\n",
		"an extension":      "Transfer-Encoding: chunked\r\n\r\n17;a=b\r\n" + object + "\r\n0\r\n\r\n",
		"a trailer":         "Transfer-Encoding: chunked\r\n\r\n17\r\n" + object + "\r\n0\r\nX-Sum: 1\r\n\r\n",
		"a continue before": "Expect: 100-continue\r\nContent-Length: 23\r\n\r\n" + object,
	} {
		for _, path := range []string{"/json", "/raw", "/stream"} {
			t.Run(path+" "+name, func(t *testing.T) {
				t.Parallel()
				raw := "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + rest
				require.Equal(t, []int{200, 200}, exchange(t, address, raw+last))
			})
		}
	}
}

// TestAPartIsNotTheWhole stops sending in the middle of a body.
func TestAPartIsNotTheWhole(t *testing.T) {
	address := serveBodies(t, 0)
	part := strings.Repeat(" ", 100)
	for name, rest := range map[string]string{
		"of a length":       "Content-Length: 101\r\n\r\n" + part,
		"of a great length": "Content-Length: 1900\r\n\r\n" + part,
		"of chunks":         "Transfer-Encoding: chunked\r\n\r\n64\r\n" + part + "\r\n",
		"of a chunk":        "Transfer-Encoding: chunked\r\n\r\n65\r\n" + part,
		"of a trailer":      "Transfer-Encoding: chunked\r\n\r\n64\r\n" + part + "\r\n0\r\nX: y",
	} {
		for _, path := range []string{"/json", "/raw", "/stream"} {
			t.Run(path+" "+name, func(t *testing.T) {
				t.Parallel()
				conn, err := net.Dial("tcp", address)
				require.NoError(t, err)
				defer func() { _ = conn.Close() }()
				require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
				_, err = conn.Write([]byte("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + rest))
				require.NoError(t, err)
				require.NoError(t, conn.(*net.TCPConn).CloseWrite())
				answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
				require.NoError(t, err)
				require.Equal(t, http.StatusBadRequest, answer.StatusCode)
			})
		}
	}
}

// TestSilentSendersGetATimeout leaves a body or a head incomplete: the answer is 408 after the timeout.
func TestSilentSendersGetATimeout(t *testing.T) {
	address := serveBodies(t, 2*time.Second)
	for name, raw := range map[string]string{
		"a length":      "POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{",
		"a long length": "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n{",
		"chunks":        "POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
		"a chunk":       "POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{",
		"a head":        "POST /raw HTTP/1.1\r\nHost: a\r\nX: ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, []int{408}, exchange(t, address, raw))
		})
	}
}

// TestBodiesAreBounded sends more than a route accepts, with and without a Content-Length.
func TestBodiesAreBounded(t *testing.T) {
	address := serveBodies(t, 0)
	head := "POST /raw HTTP/1.1\r\nHost: a\r\n"
	require.Equal(t, []int{413}, exchange(t, address, head+"Content-Length: 2001\r\n\r\n"+strings.Repeat("a", 2001)+smuggled))
	require.Equal(t, []int{413}, exchange(t, address, head+"Content-Length: 9000000000\r\n\r\n"+strings.Repeat("a", 10_000)), "before all of it is sent")
	require.Equal(t, []int{413}, exchange(t, address, head+"Transfer-Encoding: chunked\r\n\r\n7d1\r\n"+strings.Repeat("a", 2001)+"\r\n0\r\n\r\n"+smuggled))
	require.Equal(t, []int{200}, exchange(t, address, head+"Connection: close\r\nContent-Length: 2000\r\n\r\n"+strings.Repeat("a", 2000)))
	form := "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n"
	for _, path := range []string{"/raw", "/nothing"} {
		statuses := exchange(t, address, "POST "+path+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"+form+strings.Repeat("a", 100_000)+"\r\n--x--\r\n")
		require.Len(t, statuses, 1, path)
		require.Contains(t, []int{400, 404, 413}, statuses[0], path)
	}
}

// oddHeads are request heads that another HTTP server may read differently.
var oddHeads = map[string]string{
	"a folded line":                 "GET /get HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n",
	"a line folded by a tab":        "GET /get HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\tc\r\n\r\n",
	"a line folded to nothing":      "GET /get HTTP/1.1\r\nHost: a\r\nX-A: b\r\n \r\n\r\n",
	"a folded host":                 "GET /get HTTP/1.1\r\nHost:\r\n a\r\n\r\n",
	"a folded length":               "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 2\r\n\r\n{}",
	"a folded coding":               "POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
	"a folded first line":           "GET /get HTTP/1.1\r\n Host: a\r\n\r\n",
	"bare LFs":                      "GET /get HTTP/1.1\nHost: a\n\n",
	"a bare LF in the request line": "GET /get HTTP/1.1\nHost: a\r\n\r\n",
	"a bare LF in a header":         "GET /get HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n",
	"an empty line of a bare LF":    "GET /get HTTP/1.1\r\nHost: a\r\n\n",
	"an empty line, and a body":     "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\n{}",
	"a bare LF and no end":          "GET /get HTTP/1.1\nHost: a",
}

// TestOddHeadsAreRefusedAtOnce sends them as the first and as a later request of a connection.
func TestOddHeadsAreRefusedAtOnce(t *testing.T) {
	address := serveBodies(t, 0)
	for name, raw := range oddHeads {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, []int{400}, exchange(t, address, raw))
			if !strings.HasSuffix(raw, "\n") {
				return
			}
			require.Equal(t, []int{400}, exchange(t, address, raw+smuggled))
		})
		t.Run(name+", later", func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", address)
			require.NoError(t, err)
			defer func() { _ = conn.Close() }()
			require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
			answers := bufio.NewReader(conn)
			for _, c := range []struct {
				raw    string
				status int
			}{{"POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na\n\nb\n", 200}, {smuggled, 200}, {raw, 400}} {
				_, err = conn.Write([]byte(c.raw))
				require.NoError(t, err)
				answer, err := http.ReadResponse(answers, nil)
				require.NoError(t, err)
				require.Equal(t, c.status, answer.StatusCode)
				_, err = io.Copy(io.Discard, answer.Body)
				require.NoError(t, err)
			}
			_, err = answers.ReadByte()
			require.ErrorIs(t, err, io.EOF)
		})
	}
	t.Run("behind another request", func(t *testing.T) {
		require.Equal(t, []int{200, 400}, exchange(t, address, smuggled+oddHeads["a folded line"]))
		require.Equal(t, []int{200, 400}, exchange(t, address, smuggled+oddHeads["a bare LF in a header"]))
	})
}

// TestLineFeedsInBodiesAreAccepted sends bodies in many parts. Their line feeds do not belong to a head.
func TestLineFeedsInBodiesAreAccepted(t *testing.T) {
	address := serveBodies(t, 0)
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	answers := bufio.NewReader(conn)
	body := strings.Repeat("a\n\nb\n\r\n", 200)
	head := "POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 1400\r\n\r\n"
	all := head + body + head + body + head + body // the second and third begin where the one before ends
	for part := all; part != ""; {
		n := min(len(part), 37)
		_, err := conn.Write([]byte(part[:n]))
		require.NoError(t, err)
		part = part[n:]
	}
	for range 3 {
		answer, err := http.ReadResponse(answers, nil)
		require.NoError(t, err)
		require.Equal(t, 200, answer.StatusCode)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, err)
	}
}

// FuzzRequests sends arbitrary bytes as requests: no answer has a status of 500 or more, and the connection ends.
func FuzzRequests(f *testing.F) {
	address := serveBodies(f, 0)
	for _, raw := range oddHeads {
		f.Add([]byte(raw))
	}
	for _, body := range brokenChunks {
		f.Add([]byte("POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + body + smuggled))
	}
	f.Add([]byte("POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n17\r\n{\"name\":\"a\",\"amount\":1}\r\n0\r\nX: y\r\n\r\n" + smuggled))
	f.Fuzz(func(t *testing.T, raw []byte) {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
		_, _ = conn.Write(raw) // a refused request may be cut before all of it is sent
		_ = conn.(*net.TCPConn).CloseWrite()
		answers, err := io.ReadAll(conn)
		if err != nil { // the answer was lost, because a part of the request was not read
			require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
		}
		require.NotContains(t, string(answers), "HTTP/1.1 5")
	})
}
