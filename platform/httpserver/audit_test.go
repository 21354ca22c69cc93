package httpserver_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// memoryAudit is an audit in memory.
type memoryAudit struct {
	mu             sync.Mutex
	done, refusals []audit.Entry
	failure        error
}

func (b *memoryAudit) Record(ctx context.Context, e audit.Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if audit.PendingOf(ctx) != nil {
		return errors.New("the entry would be written twice")
	}
	if b.failure == nil {
		b.done = append(b.done, e)
	}
	return b.failure
}

func (b *memoryAudit) RecordRefusal(_ context.Context, e audit.Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refusals = append(b.refusals, e)
}

func TestServerWritesEntriesThatNoTransactionWrote(t *testing.T) {
	book := &memoryAudit{}
	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Version: "test", Locale: "es", Authenticator: keys{}, Auditor: book})
	type input struct {
		Mode string `query:"mode"`
	}
	route := func(id, method, path string, who map[string]any, handler func(context.Context, *input) (*struct{}, error)) {
		httpserver.Register(api, nil, huma.Operation{OperationID: id, Method: method, Path: path, Metadata: who}, handler)
	}
	act := func(ctx context.Context, in *input) (*struct{}, error) {
		switch in.Mode {
		case "stores":
			audit.PendingOf(ctx).SetWritten()
		case "refused":
			return nil, problem.New(problem.Forbidden)
		case "fails":
			return nil, errors.New("no")
		case "key":
			_, err := api.PrincipalOfKey(ctx, "htk_nada")
			return nil, err
		}
		return nil, nil
	}
	route("change", "POST", "/things/{id}", httpserver.Managers(), func(ctx context.Context, in *input) (*struct{}, error) { return act(ctx, in) })
	route("read", "GET", "/things/{id}", httpserver.Managers(), act)
	route("measure", "POST", "/readings", httpserver.Reporters(), act)
	route("open", "POST", "/open", httpserver.Public(), act)
	route("own", "POST", "/own", httpserver.PublicWithOwnRefusals(), act)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- api.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, api.Shutdown(context.Background()))
		require.NoError(t, <-served)
	})
	url := "http://" + listener.Addr().String()
	for _, c := range []struct {
		method, path, token   string
		status, done, refused int
	}{
		{"POST", "/things/1?mode=stores", "manager", 204, 0, 0},
		{"POST", "/things/1", "manager", 204, 1, 0},
		{"POST", "/things/1?mode=fails", "manager", 500, 0, 0},
		{"POST", "/things/1?mode=refused", "manager", 403, 0, 1},
		{"POST", "/things/1", "viewer", 403, 0, 1},
		{"POST", "/things/1", "nobody", 401, 0, 1},
		{"GET", "/things/1", "manager", 204, 0, 0},
		{"POST", "/readings", "manager", 204, 0, 0},
		{"POST", "/open?mode=key", "", 401, 0, 1},
		{"POST", "/own?mode=key", "", 401, 0, 0},
		{"POST", "/open", "", 204, 0, 0},
	} {
		book.done, book.refusals = nil, nil
		got := send(t, c.method, url+c.path, "", "Authorization", "Bearer "+c.token, "X-Request-Id", "rq_1")
		require.Equal(t, c.status, got.status, c)
		require.Len(t, book.done, c.done, c)
		require.Len(t, book.refusals, c.refused, c)
		for _, e := range append(book.done, book.refusals...) {
			require.Equal(t, []string{"rq_1", "127.0.0.1"}, []string{e.RequestID, e.Client})
			require.False(t, e.At.IsZero())
		}
	}
	book.failure = errors.New("the audit is unavailable")
	require.Equal(t, 500, send(t, "POST", url+"/things/1", "", "Authorization", "Bearer manager").status)
}
