package httpserver

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/platform/problem"
)

// recheckEvery is how often what lasts, a stream, a download or an upload, asks whether its caller may still have it. What the
// authenticator remembers must be younger than four seconds, so that a revocation is seen within five.
const recheckEvery = time.Second

// rights are what a caller was let in with.
type rights struct {
	api                   *API
	authorization, apiKey string
	principal             Principal

	mu        sync.Mutex
	checkedAt time.Time
	err       error // the last answer
}

func (a *API) newRights(p Principal, authorization, apiKey string) *rights {
	return &rights{api: a, authorization: authorization, apiKey: apiKey, principal: p, checkedAt: time.Now()}
}

// CheckRights tells whether the caller of a long request may still do what he began: his token or key lets him in, with the role and
// scope that he had. It asks at most once a second. A handler that reads or writes for long calls it as it goes on. Errors: what the
// caller would be answered now.
func CheckRights(ctx context.Context) error {
	r, _ := ctx.Value(rightsKey).(*rights)
	if r == nil {
		return nil
	}
	return r.check(ctx)
}

// GuardedBody is a body that ends in an error once its sender may no longer send it.
type GuardedBody struct {
	ctx  context.Context
	body io.Reader
	err  error
}

// GuardBody guards the body of a long request.
func GuardBody(ctx context.Context, body io.Reader) *GuardedBody {
	return &GuardedBody{ctx: ctx, body: body}
}

// Read reads on while the sender may send.
func (g *GuardedBody) Read(p []byte) (int, error) {
	if g.err == nil {
		g.err = CheckRights(g.ctx)
	}
	if g.err != nil {
		return 0, g.err
	}
	return g.body.Read(p)
}

// Err is why the sender may no longer send, or nil.
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
	case errors.As(err, &refused):
		r.err = refused
	case err == nil && !now.hasSameRights(r.principal):
		r.err = problem.New(problem.RightsChanged)
	}
	return r.err // where it could not be told, it is asked again later
}

// hasSameRights tells whether two principals have the same rights.
func (p Principal) hasSameRights(other Principal) bool {
	return p.Subject == other.Subject && p.Role == other.Role && p.Space == other.Space && slices.Equal(p.Devices, other.Devices)
}

// watch calls end once the rights are gone or others. It ends with ctx.
func (r *rights) watch(ctx context.Context, end func()) {
	w := &rightsTimer{}
	w.schedule(func() {
		defer r.api.recoverStream(ctx)
		if ctx.Err() != nil {
			return
		}
		gone := true // what panics does not go on
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

// rightsTimer is a timer that sets itself again.
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
