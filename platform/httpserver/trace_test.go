package httpserver_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/peer"
	"github.com/holotwin/holotwin/platform/tracing"
	"github.com/holotwin/holotwin/platform/tracing/tracingtest"
)

// process is a process of an installation, as far as requests go through it.
type process struct {
	api      *httpserver.API
	peers    *peer.Server
	tracer   *tracing.Tracer
	registry *prometheus.Registry
	listener net.Listener
	url      string
	logs     *observer.ObservedLogs
}

var peerSecret = []byte("0123456789abcdef0123456789abcdef")

// newProcess makes a process that sends its traces to a collector; "" is none.
func newProcess(t *testing.T, service, collector string) *process {
	t.Helper()
	p := &process{registry: prometheus.NewRegistry()}
	core, logs := observer.New(zapcore.DebugLevel)
	p.logs = logs
	var err error
	p.tracer, err = tracing.New(tracing.Options{Endpoint: collector, Service: service, Share: 1}, zap.New(core), p.registry)
	require.NoError(t, err)
	tokens, err := peer.NewTokens([][]byte{peerSecret}, time.Now)
	require.NoError(t, err)
	p.peers = peer.NewServer(tokens, func(error) (peer.Refusal, bool) { return peer.Refusal{}, false })
	p.api = httpserver.New(httpserver.Options{Log: zap.New(core), Version: "test", Locale: "en", Authenticator: keys{}, Tracer: p.tracer, Metrics: p.registry})
	p.api.AnswerPeers(p.peers)
	p.listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p.url = "http://" + p.listener.Addr().String()
	return p
}

// serve begins to answer, with the routes and calls that were added.
func (p *process) serve(t *testing.T) {
	t.Helper()
	served := make(chan error, 1)
	go func() { served <- p.api.Serve(p.listener) }()
	t.Cleanup(func() {
		require.NoError(t, p.api.Shutdown(context.Background()))
		require.NoError(t, <-served)
		require.NoError(t, p.tracer.Stop(context.Background()))
	})
}

// client asks the process.
func (p *process) client(t *testing.T) *peer.Client {
	t.Helper()
	tokens, err := peer.NewTokens([][]byte{peerSecret}, time.Now)
	require.NoError(t, err)
	c, err := peer.NewClient(peer.ClientOptions{URL: p.url, Tokens: tokens, Headers: httpserver.PassedOn})
	require.NoError(t, err)
	return c
}

type idInput struct {
	ID    string `path:"id"`
	Token string `query:"token"`
}

// TestOneTraceThroughThreeProcesses follows a request from the caller's own trace through two processes to a statement in the third, and
// looks for what must not be in it.
func TestOneTraceThroughThreeProcesses(t *testing.T) {
	collector := tracingtest.New(t)
	advice, energy, auth := newProcess(t, "advice", collector.URL), newProcess(t, "energy", collector.URL), newProcess(t, "auth", collector.URL)
	db, err := database.Open(t.Context(), database.Options{URL: "sqlite://" + filepath.Join(t.TempDir(), "a.db"), Traced: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	people := peer.Call[int, int]{Module: "auth", Name: "people"}
	consumption := peer.Call[int, int]{Module: "energy", Name: "consumption"}
	people.Answer(auth.peers, func(ctx context.Context, in int) (out int, err error) {
		err = db.Read.WithContext(ctx).Raw("SELECT ? + 1 WHERE 'hunter2' <> ''", in).Row().Scan(&out)
		return out, err
	})
	toAuth, toEnergy := auth.client(t), energy.client(t)
	consumption.Answer(energy.peers, func(ctx context.Context, in int) (int, error) { return people.Ask(ctx, toAuth, in) })
	httpserver.Register(advice.api, nil, huma.Operation{OperationID: "advise", Method: "GET", Path: "/things/{id}", Metadata: httpserver.Managers()},
		func(ctx context.Context, _ *idInput) (*struct{}, error) {
			_, err := consumption.Ask(ctx, toEnergy, 1)
			return nil, err
		})

	for _, p := range []*process{auth, energy, advice} {
		p.serve(t)
	}
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	got := send(t, "GET", advice.url+"/things/dv_17?token=hunter2", "", "Authorization", "Bearer manager", "Traceparent", parent, "X-Request-Id", "rq-of-the-test")
	require.Equal(t, http.StatusNoContent, got.status, got.body)
	for _, p := range []*process{auth, energy, advice} {
		require.NoError(t, p.tracer.Stop(t.Context()))
	}

	var path []string
	below := map[string]tracingtest.Span{}
	for _, s := range collector.Spans() {
		require.Equal(t, "0af7651916cd43dd8448eb211c80319c", s.Trace)
		require.False(t, s.Failed)
		below[s.Parent] = s
	}
	for s, more := below["b7ad6b7169203331"]; more; s, more = below[s.ID] {
		path = append(path, s.Service+": "+s.Name)
	}
	require.Equal(t, []string{
		"advice: GET /things/:id", "advice: ask energy/consumption", "energy: POST /interno/energy/consumption", "energy: ask auth/people", "auth: POST /interno/auth/people", "auth: SELECT",
	}, path)
	first := below["b7ad6b7169203331"]
	require.Equal(t, "rq-of-the-test", first.About["holotwin.request_id"])
	require.Equal(t, "/things/:id", first.About["http.route"])
	for _, secret := range []string{"hunter2", "manager", "dv_17", "Bearer"} {
		require.NotContains(t, collector.Raw(), secret)
	}
	require.Equal(t, 1.0, metricOf(t, energy.registry, "http_requests_total", "route", "/interno/energy/consumption"))
	for _, p := range []*process{auth, energy, advice} { // the log of each process finds the request, and the trace
		lines := requestLines(p)
		require.Len(t, lines, 1)
		require.Equal(t, "rq-of-the-test", lines[0]["request_id"])
		require.Equal(t, "0af7651916cd43dd8448eb211c80319c", lines[0]["trace_id"])
	}
}

// TestACallOfUnknownNameHasNoRoute checks that a name that a caller made up becomes no label.
func TestACallOfUnknownNameHasNoRoute(t *testing.T) {
	p := newProcess(t, "energy", "")
	p.serve(t)
	unknown := peer.Call[int, int]{Module: "energy", Name: "made-up"}
	_, err := unknown.Ask(t.Context(), p.client(t), 1)
	require.True(t, peer.IsAway(err))
	require.Positive(t, metricOf(t, p.registry, "http_requests_total", "route", "none"))
	require.Zero(t, metricOf(t, p.registry, "http_requests_total", "route", "/interno/energy/made-up"))
}

func requestLines(p *process) (lines []map[string]any) {
	for _, e := range p.logs.All() {
		fields := e.ContextMap()
		fields["level"], fields["message"] = e.Level.String(), e.Message
		lines = append(lines, fields)
	}
	return lines
}

func metricOf(t *testing.T, registry *prometheus.Registry, name, label, value string) (n float64) {
	t.Helper()
	all, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range all {
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if family.GetName() == name && l.GetName() == label && l.GetValue() == value {
					n += m.GetCounter().GetValue()
				}
			}
		}
	}
	return n
}

// TestARequestHasOneLogLine checks every way in which a request ends: it has one line, with its id, its trace and its cause, and a line
// that warns says what to do. A panic is counted as any failure.
func TestARequestHasOneLogLine(t *testing.T) {
	p := newProcess(t, "energy", "")
	fail := map[string]func(context.Context) error{
		"ok":       func(context.Context) error { return nil },
		"panic":    func(context.Context) error { panic("a bug") },
		"bug":      func(context.Context) error { return errSecret },
		"database": func(context.Context) error { return context.DeadlineExceeded },
		"away":     func(context.Context) error { return peer.ErrAway{Module: "auth", Cause: errors.New("refused")} },
	}
	httpserver.Register(p.api, nil, huma.Operation{OperationID: "try", Method: "GET", Path: "/things/{id}", Metadata: httpserver.Public()},
		func(ctx context.Context, in *idInput) (*struct{}, error) { return nil, fail[in.ID](ctx) })
	p.api.Operations(prometheus.NewRegistry(), httpserver.Check{Name: "database", Ready: func(context.Context) error { return errors.New("no") }})
	p.serve(t)
	for path, want := range map[string]struct {
		status  int
		level   string
		message string
	}{
		"/things/ok": {204, "debug", "request"}, "/things/panic": {500, "error", "handler panicked"}, "/things/bug": {500, "error", "request failed"},
		"/things/database": {503, "warn", "database unavailable"}, "/things/away": {503, "warn", "another process is away"},
		"/things/ok?unknown=1": {400, "info", "request"}, "/nothing": {404, "info", "request"}, "/health/ready": {503, "warn", "not ready"},
	} {
		p.logs.TakeAll()
		got := send(t, "GET", p.url+path, "", "X-Request-Id", "rq-1", "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		require.Equal(t, want.status, got.status, path)
		lines := requestLines(p)
		require.Len(t, lines, 1, path)
		message, remedy, hasRemedy := strings.Cut(lines[0]["message"].(string), "; ")
		require.Equal(t, want.message, message, path)
		require.Equal(t, want.level, lines[0]["level"], path)
		require.Equal(t, "rq-1", lines[0]["request_id"], path)
		require.Equal(t, "0af7651916cd43dd8448eb211c80319c", lines[0]["trace_id"], path)
		if want.status >= 500 {
			require.True(t, hasRemedy && remedy != "", path)
		}
	}
	require.Equal(t, 2.0, metricOf(t, p.registry, "http_requests_total", "status", "500"), "the panic too")
}
