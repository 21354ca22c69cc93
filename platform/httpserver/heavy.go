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
	// heavyShare is what those of one caller may, so that nobody keeps the others out; of the heaviest there is one at a time.
	heavyShare = 60
	// heavyWaiting is how many requests may wait for room, heavyPatience for how long.
	heavyWaiting  = 32
	heavyPatience = 200 * time.Millisecond
	// heavyRetry is how soon one that was refused should come back, in seconds.
	heavyRetry = 2
)

// Weights of answers that are not reckoned one by one.
const (
	// Light is an answer made of some thousand figures.
	Light = 1
	// Medium is one made of a year's hours.
	Medium = 4
	// Drawn is a PDF or a simulation; Table one of any length, which takes no memory but a processor: two at a time leave
	// room for readings.
	Drawn = 8
	Table = 40
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
	waiting  []*applicant
}

// applicant waits for room.
type applicant struct {
	caller string
	weight int
	in     chan struct{} // closed when let in
}

func newAdmission() *admission { return &admission{byCaller: make(map[string]int)} }

// enter takes room for a weight; what weighs more than a share takes all of the share. Errors: Overloaded.
func (a *admission) enter(ctx context.Context, caller string, weight int) error {
	a.mu.Lock()
	if a.fits(caller, weight) {
		a.take(caller, weight)
		a.mu.Unlock()
		return nil
	}
	if len(a.waiting) >= heavyWaiting {
		a.mu.Unlock()
		return problem.New(problem.Overloaded).After(heavyRetry)
	}
	one := &applicant{caller: caller, weight: weight, in: make(chan struct{})}
	a.waiting = append(a.waiting, one)
	a.mu.Unlock()
	patience := time.NewTimer(heavyPatience)
	defer patience.Stop()
	select {
	case <-one.in:
		return nil
	case <-patience.C:
	case <-ctx.Done():
	}
	return a.giveUp(one)
}

// giveUp takes an applicant out of the queue, unless it was let in meanwhile.
func (a *admission) giveUp(one *applicant) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	place := slices.Index(a.waiting, one)
	if place < 0 {
		return nil
	}
	a.waiting = slices.Delete(a.waiting, place, place+1)
	return problem.New(problem.Overloaded).After(heavyRetry)
}

// leave gives room back, and lets in who waits for it.
func (a *admission) leave(caller string, weight int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used -= weight
	if a.byCaller[caller] -= weight; a.byCaller[caller] <= 0 {
		delete(a.byCaller, caller)
	}
	a.waiting = slices.DeleteFunc(a.waiting, func(one *applicant) bool {
		if !a.fits(one.caller, one.weight) {
			return false
		}
		a.take(one.caller, one.weight)
		close(one.in)
		return true
	})
}

func (a *admission) fits(caller string, weight int) bool {
	return a.used+weight <= heavyCapacity && a.byCaller[caller]+weight <= heavyShare
}

func (a *admission) take(caller string, weight int) {
	a.used += weight
	a.byCaller[caller] += weight
}

// room is what one request holds; it is given back once, by the request or by the stream that goes on after it.
type room struct {
	admission *admission
	caller    string

	mu       sync.Mutex
	weight   int
	streamed bool // a stream gives it back
}

// grow takes more room, up to a weight in all; what weighs more than a share takes the share.
func (r *room) grow(ctx context.Context, weight int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	more := min(weight, heavyShare) - r.weight
	if more <= 0 {
		return nil
	}
	if err := r.admission.enter(ctx, r.caller, more); err != nil {
		return err
	}
	r.weight += more
	return nil
}

// close gives all of it back.
func (r *room) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.weight > 0 {
		r.admission.leave(r.caller, r.weight)
	}
	r.weight = 0
}

// handOver leaves the giving back to a stream.
func (r *room) handOver() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.streamed = true
}

func (r *room) handedOver() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.streamed
}

// roomOf is what the request holds; nil on a route that is not heavy.
func roomOf(ctx context.Context) *room {
	r, _ := ctx.Value(roomKey).(*room)
	return r
}

// Weigh takes room for an answer once it is known how heavy it will be, in all. Errors: Overloaded.
func Weigh(ctx context.Context, weight int) error {
	if r := roomOf(ctx); r != nil {
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
		r := &room{admission: a.heavy, caller: caller}
		if err := r.grow(ctx.Context(), weight); err != nil {
			a.refuse(ctx, err)
			return
		}
		defer func() {
			if !r.handedOver() {
				r.close()
			}
		}()
		next(huma.WithValue(ctx, roomKey, r))
	}
}
