package ledger

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

// maxGroup is the maximum number of readings in one commit; more wait for the next.
const maxGroup = 512

// maxWaiting is the maximum number of readings that wait for a commit. Beyond it the server is overloaded and rejects at once.
const maxWaiting = 4096

// commitTime is the maximum time of one commit: a caller learns soon that a database does not answer, and sends again later.
const commitTime = 4 * time.Second

// ErrOverloaded rejects a request before it begins, because too many wait already.
type ErrOverloaded struct{}

func (ErrOverloaded) Error() string { return "overloaded" }

// groupCommit lets readings that arrive at the same time share one commit. A reading that arrives while none is running commits at
// once; readings that arrive meanwhile go into the next. One commit at a time makes the largest groups; two at once cost more than
// they gain, as measured. A caller gets an answer only after the commit of their own reading. So it is as durable as one commit for
// each, at a fraction of the cost.
type groupCommit struct {
	commit func(context.Context, []energy.Reading) ([]energy.Outcome, error)

	mu      sync.Mutex
	waiting []*request
	running bool
}

type request struct {
	reading energy.Reading
	outcome energy.Outcome
	err     error
	// ready is closed when the request is answered. It receives true if the request is to lead the next commit.
	ready chan bool
}

func newGroupCommit(commit func(context.Context, []energy.Reading) ([]energy.Outcome, error)) *groupCommit {
	return &groupCommit{commit: commit}
}

// add waits for the commit of the reading. If ctx ends before it, the reading may or may not be stored; the caller gets an error
// and sends it again, which is safe.
func (g *groupCommit) add(ctx context.Context, r energy.Reading) (energy.Outcome, error) {
	req := &request{reading: r, ready: make(chan bool, 1)}
	lead, err := g.enqueue(req)
	if err != nil {
		return energy.Outcome{}, err
	}
	if !lead {
		select {
		case lead = <-req.ready:
		case <-ctx.Done():
			if g.dequeue(req) {
				return energy.Outcome{}, ctx.Err()
			}
			lead = <-req.ready // it is being committed, or it became the leader
		}
	}
	if lead {
		g.lead(context.WithoutCancel(ctx), req)
	}
	return req.outcome, req.err
}

// enqueue makes a request the leader of a commit if none is running, and queues the request otherwise.
func (g *groupCommit) enqueue(req *request) (lead bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.running {
		g.running = true
		return true, nil
	}
	if len(g.waiting) >= maxWaiting {
		return false, ErrOverloaded{}
	}
	g.waiting = append(g.waiting, req)
	return false, nil
}

// size returns how many readings wait.
func (g *groupCommit) size() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// dequeue removes a request from the queue and reports whether it was still there.
func (g *groupCommit) dequeue(req *request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == req {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// errAbandoned is the error of requests whose commit panicked.
var errAbandoned = errors.New("the commit was abandoned")

// lead commits a request with all that wait, answers them, and passes the lead to one that arrived meanwhile.
func (g *groupCommit) lead(ctx context.Context, own *request) {
	defer g.passLead()
	group := append([]*request{own}, g.take()...)
	batch := make([]energy.Reading, len(group))
	for i, req := range group {
		batch[i] = req.reading
	}
	var outcomes []energy.Outcome
	err := errAbandoned
	defer func() { resolve(group, outcomes, err) }() // even after a panic, no request waits for ever
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	outcomes, err = g.commit(ctx, batch)
	if err != nil && ctx.Err() != nil { // requests that waited during a commit that timed out would only time out in turn
		group = append(group, g.takeAll()...)
	}
}

func resolve(group []*request, outcomes []energy.Outcome, err error) {
	for i, req := range group {
		req.err = err
		if err == nil {
			req.outcome = outcomes[i]
		}
		close(req.ready)
	}
}

func (g *groupCommit) take() []*request { return g.takeUpTo(maxGroup - 1) }

func (g *groupCommit) takeAll() []*request { return g.takeUpTo(maxWaiting) }

func (g *groupCommit) takeUpTo(limit int) []*request {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), limit)
	group := g.waiting[:n:n]
	g.waiting = append([]*request(nil), g.waiting[n:]...)
	return group
}

func (g *groupCommit) passLead() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.running = false
		return
	}
	next := g.waiting[0]
	g.waiting = g.waiting[1:]
	next.ready <- true
}
