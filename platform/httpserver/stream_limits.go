package httpserver

import (
	"context"
	"sync"

	"github.com/holotwin/holotwin/platform/problem"
)

// Limits of event streams that are open at the same time.
const (
	// maxStreams is for all callers. Each stream costs a goroutine and about 100 kB.
	maxStreams = 2000
	// maxStreamsPerCaller is for one user, in all logins together, or for one API key: some tabs on some machines.
	maxStreamsPerCaller = 24
	// maxStreamsPerNetwork is for one client address, which may be a whole campus.
	maxStreamsPerNetwork = maxStreams / 4
	// streamRetryAfter is the Retry-After in seconds. By then, streams that nobody reads are closed.
	streamRetryAfter = 10
)

// streams counts the open event streams.
type streams struct {
	mu   sync.Mutex
	open int
	// counts are the open streams by caller and by network.
	counts  map[string]int
	stopped context.Context
	stop    context.CancelFunc
}

func newStreams() *streams {
	ctx, cancel := context.WithCancel(context.Background())
	return &streams{counts: make(map[string]int), stopped: ctx, stop: cancel}
}

// enter adds a stream. Its error is a *problem.Problem that says which limit was reached.
func (s *streams) enter(caller, network string) (leave func(), err error) {
	caller, network = "caller "+caller, "network "+network
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.counts[caller] >= maxStreamsPerCaller:
		return nil, problem.New(problem.TooManyStreams, "limit", maxStreamsPerCaller).After(streamRetryAfter)
	case s.counts[network] >= maxStreamsPerNetwork:
		return nil, problem.New(problem.TooManyOfNetwork, "limit", maxStreamsPerNetwork).After(streamRetryAfter)
	case s.open >= maxStreams:
		return nil, problem.New(problem.Overloaded).After(streamRetryAfter)
	}
	s.open++
	s.counts[caller]++
	s.counts[network]++
	return func() { s.leave(caller, network) }, nil
}

func (s *streams) count() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(s.open)
}

func (s *streams) leave(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	for _, name := range names {
		if s.counts[name]--; s.counts[name] == 0 {
			delete(s.counts, name)
		}
	}
}
