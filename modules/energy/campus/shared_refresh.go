package campus

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Bounds of refreshes.
const (
	// refreshTime is how long a refresh may take, and how long a caller waits for its result.
	refreshTime = 4 * time.Second
	// refreshPause is the time between the end of a refresh and the start of the next one. It limits any number of requests for
	// ids that do not exist to 500 queries a second.
	refreshPause = 2 * time.Millisecond
)

// sharedRefresh reads the campus once for all callers that wait at the same time. A caller gets the result of a refresh that began
// after its call, so that it has all that was stored before. Callers that come while a refresh runs share the next one.
type sharedRefresh struct {
	read func(context.Context) (*Campus, error)
	// running holds a token while a refresh runs, and for refreshPause after it.
	running chan struct{}

	mu sync.Mutex
	// next is the refresh that has not begun yet; nil if no caller waits for one.
	next *refreshResult
}

// refreshResult is the result of a refresh; it may be read after done is closed.
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

// join returns the refresh that begins next, and starts it if it was not started.
func (s *sharedRefresh) join(ctx context.Context) *refreshResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = &refreshResult{done: make(chan struct{})}
		go s.run(ctx, s.next)
	}
	return s.next
}

// run waits until no other refresh runs, and reads. It always closes done, also after a panic: callers never wait for ever, and a
// panic ends one refresh, not the program.
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
