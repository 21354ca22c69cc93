package httpserver

import (
	"context"
	"sync"

	"github.com/holotwin/holotwin/platform/problem"
)

// Bounds of event streams that are open at once.
const (
	// mostStreams are all; each costs a goroutine and some 100 kB.
	mostStreams = 2000
	// mostOfCaller are a user's, of all logins together, or a key's: some tabs on some machines.
	mostOfCaller = 24
	// mostOfNetwork are those from one address, behind which there may be a campus.
	mostOfNetwork = mostStreams / 4
	// freeAgain is when a caller who has too many may try again, in seconds: streams that nobody reads are closed by then.
	freeAgain = 10
)

// streams are the event streams that are open.
type streams struct {
	mu   sync.Mutex
	open int
	// of counts them by caller and by network.
	of    map[string]int
	ended context.Context
	end   context.CancelFunc
}

func newStreams() *streams {
	ctx, cancel := context.WithCancel(context.Background())
	return &streams{of: make(map[string]int), ended: ctx, end: cancel}
}

// enter counts a stream in. Its error is a *problem.Problem that names the bound.
func (s *streams) enter(caller, network string) (leave func(), err error) {
	caller, network = "caller "+caller, "network "+network
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.of[caller] >= mostOfCaller:
		return nil, problem.New(problem.TooManyStreams, "limit", mostOfCaller).After(freeAgain)
	case s.of[network] >= mostOfNetwork:
		return nil, problem.New(problem.TooManyOfNetwork, "limit", mostOfNetwork).After(freeAgain)
	case s.open >= mostStreams:
		return nil, problem.New(problem.Overloaded).After(freeAgain)
	}
	s.open++
	s.of[caller]++
	s.of[network]++
	return func() { s.leave(caller, network) }, nil
}

func (s *streams) leave(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	for _, name := range names {
		if s.of[name]--; s.of[name] == 0 {
			delete(s.of, name)
		}
	}
}
