// Package memoryauth stores users and their sessions in memory. It is for tests, and it is the shortest description of what the ports of
// the auth module require of a store: gormauth does the same with SQL.
//
// Start reading at Store.transact.
package memoryauth

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// Store implements the storage ports of the auth module. It is safe for concurrent use.
type Store struct {
	// writer admits one transaction at a time.
	writer sync.Mutex
	// committed is never changed: a transaction replaces it.
	committed atomic.Pointer[tables]
}

// tables are the whole content of the store.
type tables struct {
	users    map[string]auth.User // by id
	families map[string]auth.Family
	// tokens, resets, codes and keyOf are by digest.
	tokens map[string]token
	resets map[string]reset
	codes  map[string]code
	keyOf  map[string]string
	keys   map[string]auth.Key // by id
	// notedExpiry are the expiries of keys that the audit has an entry of.
	notedExpiry map[string]time.Time
	links       map[auth.Account]string
	// untested are the users whose password is not tested yet. The value is true if a stranger chose it.
	untested map[string]bool
	// due is when all tries taken of an allowance will be available again.
	due map[string]time.Time
	// networks are the times of the last login, by account and network.
	networks map[network]time.Time
	entries  []auth.NumberedEntry
	numbered int64
	// received are the ids of the entries of other processes.
	received map[string]bool
	changes  map[change]time.Time
	factors  map[string]factor // by user
	demands  map[auth.Role]bool
}

var (
	_ auth.Users    = (*Store)(nil)
	_ auth.Families = (*Store)(nil)
	_ auth.Throttle = (*Store)(nil)
	_ auth.KeyStore = (*Store)(nil)
	_ auth.Resets   = (*Store)(nil)
	_ auth.Audit    = (*Store)(nil)
	_ auth.Scopes   = (*Store)(nil)
	_ auth.Sweeper  = (*Store)(nil)

	_ auth.UntestedPasswords = (*Store)(nil)
	_ auth.Links             = (*Store)(nil)
	_ auth.SignOnCodes       = (*Store)(nil)
	_ auth.ChangeRecord      = (*Store)(nil)
	_ auth.FactorStore       = (*Store)(nil)
)

// New returns an empty store.
func New() *Store {
	s := &Store{}
	s.committed.Store(&tables{})
	return s
}

// read returns what is committed. The caller must not change it.
func (s *Store) read() *tables { return s.committed.Load() }

// transact calls do with a copy of the tables, and commits the copy if do returns no error. Transactions run one after the other, so do
// sees what the last one committed, and readers never see a part of a transaction.
func (s *Store) transact(do func(*tables) error) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	draft := s.read().clone()
	if err := do(draft); err != nil {
		return err
	}
	s.committed.Store(draft)
	return nil
}

func (t *tables) clone() *tables {
	return &tables{
		users: cloned(t.users), families: cloned(t.families), tokens: cloned(t.tokens), resets: cloned(t.resets), codes: cloned(t.codes),
		keyOf: cloned(t.keyOf), keys: cloned(t.keys), notedExpiry: cloned(t.notedExpiry), links: cloned(t.links), untested: cloned(t.untested), due: cloned(t.due),
		networks: cloned(t.networks), entries: t.entries, numbered: t.numbered, received: cloned(t.received),
		changes: cloned(t.changes), factors: cloned(t.factors), demands: cloned(t.demands),
	}
}

// cloned returns a writable copy, also of nil.
func cloned[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return make(map[K]V)
	}
	return maps.Clone(m)
}

// deleteSome deletes at most limit elements that match, and returns how many it deleted.
func deleteSome[K comparable, V any](m map[K]V, limit int, match func(K, V) bool) (deleted int) {
	for key, value := range m {
		if deleted < limit && match(key, value) {
			delete(m, key)
			deleted++
		}
	}
	return deleted
}
