// Package memorystanding stores in memory what a process knows of sessions, users and keys. It is for tests: gormstanding does the same with
// SQL.
package memorystanding

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
)

// Store implements standing.Store.
type Store struct {
	mu    sync.Mutex
	known standing.Known
}

var _ standing.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{known: standing.Known{
		Families: make(map[string]time.Time), Users: make(map[string]standing.User), Keys: make(map[auth.KeyDigest]auth.Key),
	}}
}

// Load returns what is stored.
func (s *Store) Load(context.Context) (standing.Known, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.known
	known.Families, known.Users, known.Keys = maps.Clone(known.Families), maps.Clone(known.Users), maps.Clone(known.Keys)
	return known, nil
}

// Save stores an update.
func (s *Store) Save(_ context.Context, u standing.Update) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := &s.known
	k.Cursor, k.RecordedFrom = u.Cursor, u.RecordedFrom
	for _, id := range u.Families {
		k.Families[id] = u.Until
	}
	for _, user := range u.Users {
		k.Users[user.ID] = standing.User{UserState: user, Until: u.Until}
	}
	maps.DeleteFunc(k.Families, func(_ string, until time.Time) bool { return until.Before(u.Now) })
	maps.DeleteFunc(k.Users, func(_ string, user standing.User) bool { return user.Until.Before(u.Now) })
	s.saveKeys(u)
	return nil
}

func (s *Store) saveKeys(u standing.Update) {
	keys := s.known.Keys
	if u.NoKeys {
		clear(keys)
	}
	for _, state := range u.Changed {
		for sum, key := range keys {
			switch {
			case key.ID != state.ID:
			case state.Removed:
				delete(keys, sum)
			default:
				keys[sum] = stored(state.Key)
			}
		}
	}
	for _, sum := range u.Refused {
		delete(keys, sum)
	}
	for sum, key := range u.Learned {
		keys[sum] = stored(key)
	}
}

// stored returns what is stored of a key: not when it was created or last used.
func stored(key auth.Key) auth.Key {
	return auth.Key{ID: key.ID, Name: key.Name, Role: key.Role, Devices: append([]string{}, key.Devices...), Space: key.Space, Expires: key.Expires}
}
