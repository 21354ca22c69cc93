package httpserver

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/problem"
)

// Bounds of heavy answers, in weights: a weight is about a megabyte that an answer holds while it is made.
const (
	// heavyCapacity is what all heavy answers under way may weigh together.
	heavyCapacity = 100
	// heavyPerCaller is what those of one caller may, so that nobody keeps the others out; of the heaviest there is one at a time.
	heavyPerCaller = 60
	// maxHeavyWaiting is how many requests may wait for room, heavyPatience for how long.
	maxHeavyWaiting = 32
	heavyWait       = 200 * time.Millisecond
	// heavyRetryAfter is how soon one that was refused should come back, in seconds.
	heavyRetryAfter = 2
)

// Weights of answers that are not reckoned one by one.
const (
	// Light is an answer made of some thousand figures.
	Light = 1
	// Medium is one made of a year's hours.
	Medium = 4
	// Rendered is a PDF or a simulation; Table one of any length, which takes no memory but a processor: two at a time leave
	// room for readings.
	Rendered = 8
	Table    = 40
)

const weightKey = "weight"

// Heavy marks a route whose answers take memory and time: a caller waits a moment for room among those under way, and is
// then refused with 503.
func Heavy(access map[string]any, weight int) map[string]any {
	heavy := maps.Clone(access)
	heavy[weightKey] = weight
	return heavy
}

// admission lets in heavy requests up to a capacity, up to a share of it for each caller, first come first served.
type admission struct {
	mu       sync.Mutex
	used     int
	byCaller map[string]int
	waiting  []*waiter
}

// waiter waits for room.
type waiter struct {
	caller   string
	weight   int
	admitted chan struct{} // closed when let in
}

func newAdmission() *admission { return &admission{byCaller: make(map[string]int)} }

// acquire takes room for a weight; what weighs more than a share takes all of the share. Errors: Overloaded.
func (a *admission) acquire(ctx context.Context, caller string, weight int) error {
	a.mu.Lock()
	if a.fits(caller, weight) {
		a.reserve(caller, weight)
		a.mu.Unlock()
		return nil
	}
	if len(a.waiting) >= maxHeavyWaiting {
		a.mu.Unlock()
		return problem.New(problem.Overloaded).After(heavyRetryAfter)
	}
	one := &waiter{caller: caller, weight: weight, admitted: make(chan struct{})}
	a.waiting = append(a.waiting, one)
	a.mu.Unlock()
	patience := time.NewTimer(heavyWait)
	defer patience.Stop()
	select {
	case <-one.admitted:
		return nil
	case <-patience.C:
	case <-ctx.Done():
	}
	return a.stopWaiting(one)
}

// stopWaiting takes an applicant out of the queue, unless it was let in meanwhile.
func (a *admission) stopWaiting(one *waiter) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	place := slices.Index(a.waiting, one)
	if place < 0 {
		return nil
	}
	a.waiting = slices.Delete(a.waiting, place, place+1)
	return problem.New(problem.Overloaded).After(heavyRetryAfter)
}

// release gives room back, and lets in who waits for it.
func (a *admission) release(caller string, weight int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used -= weight
	if a.byCaller[caller] -= weight; a.byCaller[caller] <= 0 {
		delete(a.byCaller, caller)
	}
	a.waiting = slices.DeleteFunc(a.waiting, func(one *waiter) bool {
		if !a.fits(one.caller, one.weight) {
			return false
		}
		a.reserve(one.caller, one.weight)
		close(one.admitted)
		return true
	})
}

func (a *admission) fits(caller string, weight int) bool {
	return a.used+weight <= heavyCapacity && a.byCaller[caller]+weight <= heavyPerCaller
}

func (a *admission) reserve(caller string, weight int) {
	a.used += weight
	a.byCaller[caller] += weight
}

// reservation is what one request holds; it is given back once, by the request or by the stream that goes on after it.
type reservation struct {
	admission *admission
	caller    string

	mu           sync.Mutex
	weight       int
	heldByStream bool // a stream gives it back
}

// grow takes more room, up to a weight in all; what weighs more than a share takes the share.
func (r *reservation) grow(ctx context.Context, weight int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	more := min(weight, heavyPerCaller) - r.weight
	if more <= 0 {
		return nil
	}
	if err := r.admission.acquire(ctx, r.caller, more); err != nil {
		return err
	}
	r.weight += more
	return nil
}

// release gives all of it back.
func (r *reservation) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.weight > 0 {
		r.admission.release(r.caller, r.weight)
	}
	r.weight = 0
}

// handOver leaves the giving back to a stream.
func (r *reservation) handOver() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heldByStream = true
}

func (r *reservation) isHandedOver() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.heldByStream
}

// reservationOf is what the request holds; nil on a route that is not heavy.
func reservationOf(ctx context.Context) *reservation {
	r, _ := ctx.Value(reservationKey).(*reservation)
	return r
}

// Reserve takes room for an answer once it is known how heavy it will be, in all. Errors: Overloaded.
func Reserve(ctx context.Context, weight int) error {
	if r := reservationOf(ctx); r != nil {
		return r.grow(ctx, weight)
	}
	return nil
}

// admit holds the room of a heavy route while it answers.
func (a *API) admit(weight int) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		caller := PrincipalOf(ctx.Context()).Subject
		if caller == "" {
			caller = ClientIP(ctx.Context())
		}
		r := &reservation{admission: a.heavy, caller: caller}
		if err := r.grow(ctx.Context(), weight); err != nil {
			a.refuse(ctx, err)
			return
		}
		defer func() {
			if !r.isHandedOver() {
				r.release()
			}
		}()
		next(huma.WithValue(ctx, reservationKey, r))
	}
}
