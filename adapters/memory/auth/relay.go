package memoryauth

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/random"
)

// RelayStore implements auth.RelayStore. It is safe for concurrent use.
type RelayStore struct {
	mu      sync.Mutex
	waiting []auth.RelayedEntry
	// holder sends the entries until heldUntil.
	holder    string
	heldUntil time.Time
}

var _ auth.RelayStore = (*RelayStore)(nil)

// NewRelayStore returns an empty store.
func NewRelayStore() *RelayStore { return &RelayStore{} }

// Note adds entries.
func (s *RelayStore) Note(_ context.Context, entries ...auth.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entries {
		s.waiting = append(s.waiting, auth.RelayedEntry{ID: random.ID("au"), Entry: e.Storable()})
	}
	return nil
}

// ForgetStrangers deletes the entries of refused requests that have no actor and are older than an instant.
func (s *RelayStore) ForgetStrangers(_ context.Context, before time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = slices.DeleteFunc(s.waiting, func(e auth.RelayedEntry) bool { return e.Refused && e.Actor == "" && e.At.Before(before) })
	return nil
}

// Claim returns the oldest waiting entries.
func (s *RelayStore) Claim(_ context.Context, holder string, now time.Time, limit int) ([]auth.RelayedEntry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	until := now.Add(auth.RelayClaim)
	if len(s.waiting) == 0 || s.holder != holder && s.heldUntil.After(now) && !s.heldUntil.After(until) {
		return nil, nil
	}
	s.holder, s.heldUntil = holder, until
	return slices.Clone(s.waiting[:min(limit, len(s.waiting))]), nil
}

// Acknowledge deletes entries that were received, and ends the claim of holder.
func (s *RelayStore) Acknowledge(_ context.Context, holder string, ids []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder == holder {
		s.heldUntil = time.Time{}
	}
	s.waiting = slices.DeleteFunc(s.waiting, func(e auth.RelayedEntry) bool { return slices.Contains(ids, e.ID) })
	return nil
}
