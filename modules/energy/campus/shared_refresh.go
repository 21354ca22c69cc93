package campus

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Bounds of refreshes.
const (
	// refreshTime is how long one may take, and how long a caller waits for his.
	refreshTime = 4 * time.Second
	// refreshPause is between the end of one and the begin of the next: requests for ids that do not exist cost at most 500
	// queries a second, however many there are.
	refreshPause = 2 * time.Millisecond
)

// sharedRefresh reads the campus for all who ask at the same time. A caller gets the result of a refresh that began after he
// asked, so that it holds all that was stored before; callers who come while one runs share the next.
type sharedRefresh struct {
	read func(context.Context) (*Campus, error)
	// running holds one token while a refresh runs, and for refreshPause after it.
	running chan struct{}

	mu sync.Mutex
	// next has not begun yet; nil where nobody waits for one.
	next *refreshResult
}

// refreshResult is what a refresh read; it may be looked at once done is closed.
type refreshResult struct {
	done   chan struct{}
	campus *Campus
	err    error
}

func newSharedRefresh(read func(context.Context) (*Campus, error)) *sharedRefresh {
	return &sharedRefresh{read: read, running: make(chan struct{}, 1)}
}

// get waits for a refresh that begins after the call.
func (s *sharedRefresh) get(ctx context.Context) (*Campus, error) {
	ctx, cancel := context.WithTimeout(ctx, refreshTime)
	defer cancel()
	result := s.join(context.WithoutCancel(ctx))
	select {
	case <-result.done:
		return result.campus, result.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// join gives the refresh that begins next, and starts it where nobody has.
func (s *sharedRefresh) join(ctx context.Context) *refreshResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = &refreshResult{done: make(chan struct{})}
		go s.run(ctx, s.next)
	}
	return s.next
}

// run waits for its turn and reads. Whatever happens, nobody waits for ever, and a panic ends one refresh and not the program.
func (s *sharedRefresh) run(ctx context.Context, result *refreshResult) {
	s.running <- struct{}{}
	defer func() { time.AfterFunc(refreshPause, func() { <-s.running }) }()
	s.mu.Lock()
	s.next = nil
	s.mu.Unlock()
	defer close(result.done)
	defer func() {
		if fault := recover(); fault != nil {
			result.err = fmt.Errorf("reading the campus panicked: %v", fault)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, refreshTime)
	defer cancel()
	campus, err := s.read(ctx)
	result.campus, result.err = campus, err
}
