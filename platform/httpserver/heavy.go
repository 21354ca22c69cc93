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

// Limits of heavy answers. One unit of weight is about a megabyte of memory while the answer is made.
const (
	// heavyCapacity is the maximum weight of all heavy answers at the same time.
	heavyCapacity = 100
	// heavyPerCaller is the maximum weight of the answers of one caller, so that a caller cannot block the others. A caller can
	// have only one of the heaviest answers at a time.
	heavyPerCaller = 60
	// maxHeavyWaiting is how many requests may wait for capacity, and heavyWait how long each may wait.
	maxHeavyWaiting = 32
	heavyWait       = 200 * time.Millisecond
	// heavyRetryAfter is the Retry-After of a refused request, in seconds.
	heavyRetryAfter = 2
)

// Weights of answers whose size is not computed.
const (
	// Light is an answer of some thousand values.
	Light = 1
	// Medium is an answer made from the hours of a year.
	Medium = 4
	// Rendered is a PDF or a simulation. Table is a table of any length. It needs little memory but a whole core: two at a time
	// leave capacity for readings.
	Rendered = 8
	Table    = 40
)

const weightKey = "weight"

// Heavy marks a route whose answers take memory and time. A request waits up to heavyWait for free capacity, and is then
// refused with 503.
func Heavy(access map[string]any, weight int) map[string]any {
	heavy := maps.Clone(access)
	heavy[weightKey] = weight
	return heavy
}

// admission limits the weight of all heavy requests and of each caller's. The oldest waiting request that fits is admitted first.
type admission struct {
	mu       sync.Mutex
	used     int
	byCaller map[string]int
	waiting  []*waiter
}

// waiter is a request that waits for capacity.
type waiter struct {
	caller   string
	weight   int
	admitted chan struct{} // closed when the request is admitted
}

func newAdmission() *admission { return &admission{byCaller: make(map[string]int)} }

// acquire reserves capacity for a weight of up to heavyPerCaller. Errors: Overloaded.
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
	w := &waiter{caller: caller, weight: weight, admitted: make(chan struct{})}
	a.waiting = append(a.waiting, w)
	a.mu.Unlock()
	timer := time.NewTimer(heavyWait)
	defer timer.Stop()
	select {
	case <-w.admitted:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return a.stopWaiting(w)
}

// stopWaiting removes a request from the queue. It returns nil if the request has been admitted in the meantime.
func (a *admission) stopWaiting(w *waiter) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	index := slices.Index(a.waiting, w)
	if index < 0 {
		return nil
	}
	a.waiting = slices.Delete(a.waiting, index, index+1)
	return problem.New(problem.Overloaded).After(heavyRetryAfter)
}

// release returns capacity, and admits waiting requests for which there is enough now.
func (a *admission) release(caller string, weight int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used -= weight
	if a.byCaller[caller] -= weight; a.byCaller[caller] <= 0 {
		delete(a.byCaller, caller)
	}
	a.waiting = slices.DeleteFunc(a.waiting, func(w *waiter) bool {
		if !a.fits(w.caller, w.weight) {
			return false
		}
		a.reserve(w.caller, w.weight)
		close(w.admitted)
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

// reservation is the capacity that one request holds. It is released once: when the request ends, or when its stream ends.
type reservation struct {
	admission *admission
	caller    string

	mu           sync.Mutex
	weight       int
	heldByStream bool // the stream releases it
}

// grow increases the reservation to a total weight. A weight over heavyPerCaller counts as heavyPerCaller. Errors: Overloaded.
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

// release returns all of the reserved capacity.
func (r *reservation) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.weight > 0 {
		r.admission.release(r.caller, r.weight)
	}
	r.weight = 0
}

// handOver leaves the release to a stream.
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

// reservationOf returns the reservation of the request; nil on a route that is not heavy.
func reservationOf(ctx context.Context) *reservation {
	r, _ := ctx.Value(reservationKey).(*reservation)
	return r
}

// Reserve increases the request's reservation to a total weight, once the size of the answer is known. Errors: Overloaded.
func Reserve(ctx context.Context, weight int) error {
	if r := reservationOf(ctx); r != nil {
		return r.grow(ctx, weight)
	}
	return nil
}

// admit holds the reservation of a heavy route until the answer is complete.
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
