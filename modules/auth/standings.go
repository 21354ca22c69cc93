package auth

import (
	"context"
	"sync"
	"time"
)

// standingLife is how long a session or key is believed to stand without a look: within it, what was ended elsewhere still lets in.
// What lasts, such as a stream of events, asks every second, so that it too ends within the five seconds that are promised.
const standingLife = 3 * time.Second

// maxStandings bounds the memory; beyond it all are looked at again.
const maxStandings = 20_000

// standings remember sessions for a few seconds, so that a token costs no query a request.
type standings struct {
	families Families
	clock    Clock
	mu       sync.RWMutex
	known    map[string]standing
}

type standing struct {
	user    User
	stands  bool
	checked time.Time
}

func newStandings(families Families, clock Clock) *standings {
	return &standings{families: families, clock: clock, known: make(map[string]standing)}
}

// of gives a session's user as he is now, and whether the session stands.
func (s *standings) of(ctx context.Context, family string) (User, bool, error) {
	now := s.clock.Now()
	s.mu.RLock()
	k, known := s.known[family]
	s.mu.RUnlock()
	if known && now.Sub(k.checked) < standingLife {
		return k.user, k.stands, nil
	}
	f, user, found, err := s.families.Standing(ctx, family)
	if err != nil {
		return User{}, false, err
	}
	k = standing{user: user, stands: found && !f.Ended && !user.Disabled && now.Sub(f.Begun) <= SessionLife, checked: now}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= maxStandings {
		clear(s.known)
	}
	s.known[family] = k
	return k.user, k.stands, nil
}

// forget makes the next token of a session look again.
func (s *standings) forget(family string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, family)
}

// forgetUser does so for all sessions of a user.
func (s *standings) forgetUser(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for family, k := range s.known {
		if k.user.ID == id {
			delete(s.known, family)
		}
	}
}
