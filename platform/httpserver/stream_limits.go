package httpserver

import (
	"context"
	"sync"

	"github.com/holotwin/holotwin/platform/problem"
)

// Bounds of event streams that are open at once.
const (
	// maxStreams are all; each costs a goroutine and some 100 kB.
	maxStreams = 2000
	// maxStreamsPerCaller are a user's, of all logins together, or a key's: some tabs on some machines.
	maxStreamsPerCaller = 24
	// maxStreamsPerNetwork are those from one address, behind which there may be a campus.
	maxStreamsPerNetwork = maxStreams / 4
	// streamRetryAfter is when a caller who has too many may try again, in seconds: streams that nobody reads are closed by then.
	streamRetryAfter = 10
)

// streams are the event streams that are open.
type streams struct {
	mu   sync.Mutex
	open int
	// counts counts them by caller and by network.
	counts  map[string]int
	stopped context.Context
	stop    context.CancelFunc
}

func newStreams() *streams {
	ctx, cancel := context.WithCancel(context.Background())
	return &streams{counts: make(map[string]int), stopped: ctx, stop: cancel}
}

// enter counts a stream in. Its error is a *problem.Problem that names the bound.
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
