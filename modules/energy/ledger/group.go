package ledger

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

// maxGroup bounds one commit; more wait for the next.
const maxGroup = 512

// maxWaiting bounds what may wait for a commit; beyond it the server is overloaded and says so at once.
const maxWaiting = 4096

// commitTime bounds one commit: a caller hears within five seconds that a database does not answer, and sends again later.
const commitTime = 4 * time.Second

// ErrOverloaded is a request that was not begun because too many wait already.
type ErrOverloaded struct{}

func (ErrOverloaded) Error() string { return "overloaded" }

// groupCommit lets readings that come at the same time share one commit: whoever comes while none is running
// commits at once, what comes meanwhile goes into the next. One commit at a time gives the largest groups; two at
// once were measured to cost more than they gain. Nobody is answered before the commit that
// holds his own reading, so the promise of one commit each stays, at a fraction of the cost.
type groupCommit struct {
	commit func(context.Context, []energy.Reading) ([]energy.Outcome, error)

	mu      sync.Mutex
	waiting []*ticket
	running bool
}

type ticket struct {
	reading energy.Reading
	outcome energy.Outcome
	err     error
	// turn is closed when the ticket is answered, or sent a value when it is its turn to commit.
	turn chan bool
}

func newGroupCommit(commit func(context.Context, []energy.Reading) ([]energy.Outcome, error)) *groupCommit {
	return &groupCommit{commit: commit}
}

// add waits for the commit that holds the reading. When ctx ends before it, the reading may or may not be
// stored; the caller is told to send it again, which is safe.
func (g *groupCommit) add(ctx context.Context, r energy.Reading) (energy.Outcome, error) {
	t := &ticket{reading: r, turn: make(chan bool, 1)}
	lead, err := g.enter(t)
	if err != nil {
		return energy.Outcome{}, err
	}
	if !lead {
		select {
		case lead = <-t.turn:
		case <-ctx.Done():
			if g.leave(t) {
				return energy.Outcome{}, ctx.Err()
			}
			lead = <-t.turn // it is being committed, or it was told to lead
		}
	}
	if lead {
		g.lead(context.WithoutCancel(ctx), t)
	}
	return t.outcome, t.err
}

// enter lets a ticket's caller lead a commit where none is running, and queues the ticket otherwise.
func (g *groupCommit) enter(t *ticket) (lead bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.running {
		g.running = true
		return true, nil
	}
	if len(g.waiting) >= maxWaiting {
		return false, ErrOverloaded{}
	}
	g.waiting = append(g.waiting, t)
	return false, nil
}

// leave takes a ticket out of the queue and tells whether it was still there.
func (g *groupCommit) leave(t *ticket) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == t {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// errAbandoned answers those whose commit panicked.
var errAbandoned = errors.New("the commit was abandoned")

// lead commits a ticket with all that wait, answers them, and hands the lead on to one that came meanwhile.
func (g *groupCommit) lead(ctx context.Context, own *ticket) {
	defer g.handOn()
	group := append([]*ticket{own}, g.take()...)
	batch := make([]energy.Reading, len(group))
	for i, t := range group {
		batch[i] = t.reading
	}
	var outcomes []energy.Outcome
	err := errAbandoned
	defer func() { answer(group, outcomes, err) }() // whatever happens, nobody waits for ever
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	outcomes, err = g.commit(ctx, batch)
	if err != nil && ctx.Err() != nil { // who waits behind a commit that hung has waited as long, and would only hang in turn
		group = append(group, g.takeAll()...)
	}
}

func answer(group []*ticket, outcomes []energy.Outcome, err error) {
	for i, t := range group {
		t.err = err
		if err == nil {
			t.outcome = outcomes[i]
		}
		close(t.turn)
	}
}

func (g *groupCommit) take() []*ticket { return g.takeUpTo(maxGroup - 1) }

func (g *groupCommit) takeAll() []*ticket { return g.takeUpTo(maxWaiting) }

func (g *groupCommit) takeUpTo(most int) []*ticket {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), most)
	group := g.waiting[:n:n]
	g.waiting = append([]*ticket(nil), g.waiting[n:]...)
	return group
}

func (g *groupCommit) handOn() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.running = false
		return
	}
	next := g.waiting[0]
	g.waiting = g.waiting[1:]
	next.turn <- true
}
