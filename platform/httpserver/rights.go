package httpserver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/platform/problem"
)

// recheckEvery is how often a long request (a stream, a download, an upload) checks the rights of its caller again. The cache
// of the authenticator must be younger than four seconds, so that a revocation takes effect within five.
const recheckEvery = time.Second

// rights are the credentials and the rights with which a request was accepted.
type rights struct {
	api                   *API
	authorization, apiKey string
	principal             Principal

	mu        sync.Mutex
	checkedAt time.Time
	err       error // the result of the last check
}

func (a *API) newRights(p Principal, authorization, apiKey string) *rights {
	return &rights{api: a, authorization: authorization, apiKey: apiKey, principal: p, checkedAt: time.Now()}
}

// CheckRights returns nil if the caller of a long request may still continue: their token or key is still valid, with the role
// and scope that it had at the start. It checks at most once a second. A handler that reads or writes for a long time calls it
// repeatedly. Errors: the problem that the caller would get now.
func CheckRights(ctx context.Context) error {
	r, _ := ctx.Value(rightsKey).(*rights)
	if r == nil {
		return nil
	}
	return r.check(ctx)
}

// GuardedBody is a body whose Read fails after its sender has lost the right to send it.
type GuardedBody struct {
	ctx  context.Context
	body io.Reader
	err  error
}

// GuardBody returns the body of a long request, guarded.
func GuardBody(ctx context.Context, body io.Reader) *GuardedBody {
	return &GuardedBody{ctx: ctx, body: body}
}

// Read reads while the sender has the right to send.
func (g *GuardedBody) Read(p []byte) (int, error) {
	if g.err == nil {
		g.err = CheckRights(g.ctx)
	}
	if g.err != nil {
		return 0, g.err
	}
	return g.body.Read(p)
}

// Err returns why the sender lost the right to send, or nil.
func (g *GuardedBody) Err() error { return g.err }

func (r *rights) check(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil || time.Since(r.checkedAt) < recheckEvery {
		return r.err
	}
	r.checkedAt = time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTime)
	defer cancel()
	now, err := r.api.principal(ctx, r.authorization, r.apiKey)
	refused := new(problem.Problem)
	switch {
	case errors.As(err, &refused) && refused.GetStatus() < http.StatusInternalServerError:
		r.err = refused
	case err == nil && !now.hasSameRights(r.principal):
		r.err = problem.New(problem.RightsChanged)
	}
	return r.err // after any other error, the next check decides
}

// hasSameRights returns true if both principals have the same rights.
func (p Principal) hasSameRights(other Principal) bool {
	return p.Subject == other.Subject && p.Role == other.Role && p.Space == other.Space && slices.Equal(p.Devices, other.Devices)
}

// watch calls end when the caller has lost the rights or has different ones. It stops with ctx.
func (r *rights) watch(ctx context.Context, end func()) {
	w := &rightsTimer{}
	w.schedule(func() {
		defer r.api.recoverStream(ctx)
		if ctx.Err() != nil {
			return
		}
		gone := true // a check that panics ends the request
		defer func() {
			if gone {
				end()
			}
		}()
		if gone = r.check(ctx) != nil; !gone {
			w.schedule(nil)
		}
	})
}

// rightsTimer is a timer that is set again after each check.
type rightsTimer struct {
	mu    sync.Mutex
	timer *time.Timer
}

func (w *rightsTimer) schedule(first func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if first != nil {
		w.timer = time.AfterFunc(recheckEvery, first)
		return
	}
	w.timer.Reset(recheckEvery)
}
