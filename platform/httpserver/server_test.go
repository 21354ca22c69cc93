package httpserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

type thing struct {
	Name   string   `json:"name" minLength:"1" maxLength:"20"`
	Amount float64  `json:"amount" minimum:"0"`
	Kind   string   `json:"kind,omitempty" enum:"room,building"`
	Parts  []string `json:"parts,omitempty"`
}

type thingBody struct{ Body thing }

var errSecret = errors.New("secret: postgres://user:hunter2@db")

// serve runs a server with a few routes on a free port and returns its address.
func serve(t *testing.T) string {
	t.Helper()
	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Version: "test", Locale: "es", Authenticator: keys{}})
	httpserver.Register(api, nil, huma.Operation{
		OperationID: "echo", Method: "POST", Path: "/things", Metadata: httpserver.Public(), MaxBodyBytes: 2000,
	}, func(_ context.Context, in *thingBody) (*thingBody, error) {
		switch in.Body.Name {
		case "panic":
			panic("a bug")
		case "fail":
			return nil, errSecret
		}
		return in, nil
	})
	httpserver.Register(api, nil, huma.Operation{
		OperationID: "managed", Method: "GET", Path: "/managed", Metadata: httpserver.Managers(),
	}, func(ctx context.Context, in *struct {
		Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	},
	) (*thingBody, error) {
		return &thingBody{thing{Name: httpserver.PrincipalOf(ctx).Subject, Amount: float64(in.Limit)}}, nil
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- api.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, api.Shutdown(context.Background()))
		require.NoError(t, <-served)
	})
	return "http://" + listener.Addr().String()
}

type keys struct{}

func (keys) Authenticate(_ context.Context, bearer, _ string) (httpserver.Principal, error) {
	switch bearer {
	case "manager":
		return httpserver.Principal{Subject: "us_1", Role: httpserver.Manager}, nil
	case "viewer":
		return httpserver.Principal{Subject: "us_2", Role: httpserver.Viewer}, nil
	}
	return httpserver.Principal{}, problem.New(problem.Unauthenticated)
}

type answer struct {
	status int
	header http.Header
	body   string
	doc    struct {
		Code, Detail, Title string
		RequestID           string `json:"request_id"`
		Errors              []struct{ Field, Message string }
	}
}

func send(t *testing.T, method, url, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequest(method, url, bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	a := answer{status: res.StatusCode, header: res.Header, body: string(raw)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), problem.ContentType) {
		require.NoError(t, json.Unmarshal(raw, &a.doc))
		require.NotEmpty(t, a.doc.RequestID)
		require.Equal(t, a.doc.RequestID, res.Header.Get("X-Request-Id"))
	}
	return a
}

func TestEveryBadFieldIsNamedAtOnce(t *testing.T) {
	url := serve(t) + "/things"
	got := send(t, "POST", url, `{"amount":-1,"kind":"car","colour":"red"}`, "Accept-Language", "en")
	require.Equal(t, 400, got.status, got.body)
	require.Equal(t, "invalid_request", got.doc.Code)
	fields := map[string]string{}
	for _, e := range got.doc.Errors {
		fields[e.Field] = e.Message
	}
	require.Equal(t, map[string]string{
		"name": "is required", "amount": "must be 0 or more", "kind": "must be one of: room, building", "colour": "is not a field of this request",
	}, fields)
}

func TestStrictJSON(t *testing.T) {
	url := serve(t) + "/things"
	for name, c := range map[string]struct{ body, field string }{
		"duplicate member":  {`{"name":"a","name":"b","amount":1}`, "name"},
		"other case":        {`{"Name":"a","amount":1}`, "Name"},
		"NaN":               {`{"name":"a","amount":NaN}`, "amount"},
		"1e400":             {`{"name":"a","amount":1e400}`, "amount"},
		"trailing data":     {`{"name":"a","amount":1} {}`, "body"},
		"bad UTF-8":         {"{\"name\":\"a\xff\",\"amount\":1}", "name"},
		"NUL":               {`{"name":"a\u0000","amount":1}`, "name"},
		"null":              {`{"name":null,"amount":1}`, "name"},
		"too deep":          {`{"name":"a","amount":1,"parts":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "parts"},
		"array":             {`[]`, "body"},
		"text for a number": {`{"name":"a","amount":"1"}`, "amount"},
	} {
		t.Run(name, func(t *testing.T) {
			got := send(t, "POST", url, c.body)
			require.Equal(t, 400, got.status, got.body)
			require.NotEmpty(t, got.doc.Errors, got.body)
			require.Contains(t, got.body, `"field":"`+c.field, got.body)
		})
	}
}

func TestRefusals(t *testing.T) {
	base := serve(t)
	for name, c := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code               string
	}{
		"no such route":     {"GET", "/nothing", "", nil, 404, "not_found"},
		"trailing slash":    {"POST", "/things/", `{}`, nil, 404, "not_found"},
		"wrong method":      {"DELETE", "/things", "", nil, 405, "method_not_allowed"},
		"too large":         {"POST", "/things", `{"name":"` + strings.Repeat("a", 3000) + `"}`, nil, 413, "too_large"},
		"much too large":    {"POST", "/things", `{"name":"` + strings.Repeat("a", 300_000) + `"}`, nil, 413, "too_large"},
		"compressed":        {"POST", "/things", "x", []string{"Content-Encoding", "gzip"}, 415, "unsupported_media_type"},
		"wrong type":        {"POST", "/things", "<a/>", []string{"Content-Type", "application/xml"}, 415, "unsupported_media_type"},
		"empty body":        {"POST", "/things", "", nil, 400, ""},
		"no token":          {"GET", "/managed", "", nil, 401, "unauthenticated"},
		"bad token":         {"GET", "/managed", "", []string{"Authorization", "Bearer x"}, 401, "unauthenticated"},
		"too little":        {"GET", "/managed", "", []string{"Authorization", "Bearer viewer"}, 403, "forbidden"},
		"unknown parameter": {"GET", "/managed?colour=red", "", []string{"Authorization", "Bearer manager"}, 400, "invalid_request"},
		"bad parameter":     {"GET", "/managed?limit=0", "", []string{"Authorization", "Bearer manager"}, 400, "invalid_request"},
		"not a number":      {"GET", "/managed?limit=x", "", []string{"Authorization", "Bearer manager"}, 400, "invalid_request"},
		"NUL in the url":    {"GET", "/managed?limit=%00", "", []string{"Authorization", "Bearer manager"}, 400, "invalid_request"},
		"a bug":             {"POST", "/things", `{"name":"panic","amount":1}`, nil, 500, "internal"},
		"an unknown error":  {"POST", "/things", `{"name":"fail","amount":1}`, nil, 500, "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			got := send(t, c.method, base+c.path, c.body, c.headers...)
			require.Equal(t, c.status, got.status, got.body)
			if c.code != "" {
				require.Equal(t, c.code, got.doc.Code, got.body)
			}
			require.Equal(t, problem.ContentType, got.header.Get("Content-Type"))
			require.NotContains(t, got.body, "hunter2")
			if c.status == 401 {
				require.NotEmpty(t, got.header.Get("WWW-Authenticate"))
			}
			if c.status == 405 {
				require.Equal(t, "POST", got.header.Get("Allow"))
			}
		})
	}
}

func TestOnlyValidRequestIDsAreUsed(t *testing.T) {
	base := serve(t)
	require.Equal(t, "a.b-1_c", send(t, "GET", base+"/nothing", "", "X-Request-Id", "a.b-1_c").header.Get("X-Request-Id"))
	for _, bad := range []string{"<script>", strings.Repeat("a", 65), "a b"} {
		require.NotEqual(t, bad, send(t, "GET", base+"/nothing", "", "X-Request-Id", bad).header.Get("X-Request-Id"))
	}
}

func TestProblemsAreInTheCallersLanguage(t *testing.T) {
	base := serve(t)
	require.Equal(t, "No existe", send(t, "GET", base+"/nothing", "").doc.Title)
	require.Equal(t, "Not found", send(t, "GET", base+"/nothing", "", "Accept-Language", "en-GB,en;q=0.8").doc.Title)
	require.Equal(t, "No existe", send(t, "GET", base+"/nothing", "", "Accept-Language", "fr").doc.Title)
}

// TestRefusedUploadsGetAnAnswer sends a body over the limit, and continues to send after it was refused.
func TestRefusedUploadsGetAnAnswer(t *testing.T) {
	base := serve(t)
	const size = 8 << 20
	body := `{"name":"` + strings.Repeat("a", size) + `"}`
	for range 20 {
		require.Equal(t, 413, send(t, "POST", base+"/things", body).status)
		require.Equal(t, 404, send(t, "POST", base+"/nothing", body).status)
	}
}

// TestRequestSmuggling sends requests that an older HTTP engine read as two, or accepted.
func TestRequestSmuggling(t *testing.T) {
	address := strings.TrimPrefix(serve(t), "http://")
	for name, raw := range map[string]string{
		"content length and chunked":     "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /managed HTTP/1.1\r\nHost: a\r\n\r\n",
		"two content lengths":            "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
		"unknown transfer encoding":      "POST /things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"two hosts":                      "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"a secret in a malformed header": "GET /managed HTTP/1.1\r\nHost: a\r\nAuthorization Bearer SECRETTOKEN\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			require.NoError(t, err)
			defer conn.Close()
			_, err = conn.Write([]byte(raw))
			require.NoError(t, err)
			require.NoError(t, conn.(*net.TCPConn).CloseWrite())
			all, err := io.ReadAll(conn)
			require.NoError(t, err)
			require.NotContains(t, string(all), "SECRETTOKEN")
			require.LessOrEqual(t, strings.Count(string(all), "HTTP/1.1 "), 1, string(all))
			require.NotContains(t, string(all), "HTTP/1.1 200")
		})
	}
}
