package auth

import (
	"context"
	"sync"
	"time"
)

// cacheLife is how long a cached session or key is used without reading it again. For that time a session that ended in
// another process is still accepted. A long request, such as a stream of events, checks its session every second, so that
// it also ends within the promised five seconds.
const cacheLife = 3 * time.Second

// maxCached bounds the memory; a full cache is emptied.
const maxCached = 20_000

// sessionCache caches sessions for a few seconds, so that not every request needs a query.
type sessionCache struct {
	families Families
	clock    Clock
	mu       sync.RWMutex
	sessions map[string]cachedSession
	// arrived has the last refresh of a session whose answer arrived, by the name of its successor.
	arrived map[string]string
}

type cachedSession struct {
	user    User
	valid   bool
	checked time.Time
}

func newSessionCache(families Families, clock Clock) *sessionCache {
	return &sessionCache{families: families, clock: clock, sessions: make(map[string]cachedSession), arrived: make(map[string]string)}
}

// userOf returns a session's current user, and whether the session is valid.
func (s *sessionCache) userOf(ctx context.Context, family string) (User, bool, error) {
	now := s.clock.Now()
	s.mu.RLock()
	k, found := s.sessions[family]
	s.mu.RUnlock()
	if found && now.Sub(k.checked) < cacheLife {
		return k.user, k.valid, nil
	}
	f, user, found, err := s.families.Standing(ctx, family)
	if err != nil {
		return User{}, false, err
	}
	k = cachedSession{user: user, valid: found && !f.Ended && !user.Disabled && now.Sub(f.Begun) <= SessionLife, checked: now}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sessions) >= maxCached {
		clear(s.sessions)
	}
	s.sessions[family] = k
	return k.user, k.valid, nil
}

// hasArrived reports whether the answer with a successor is known to have arrived.
func (s *sessionCache) hasArrived(family, successor string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.arrived[family] == successor
}

func (s *sessionCache) setArrived(family, successor string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.arrived) >= maxCached {
		clear(s.arrived)
	}
	s.arrived[family] = successor
}

// forget drops a session from the cache.
func (s *sessionCache) forget(family string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, family)
}

// forgetUser drops all sessions of a user from the cache; of all users if id is empty.
func (s *sessionCache) forgetUser(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for family, k := range s.sessions {
		if id == "" || k.user.ID == id {
			delete(s.sessions, family)
		}
	}
}
