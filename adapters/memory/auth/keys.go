package memoryauth

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

var errKeyExists = errors.New("a key with this id or secret exists")

// AddKey adds a key and an audit entry.
func (s *Store) AddKey(_ context.Context, key auth.Key, secret []byte, entry auth.Entry) error {
	key.Devices = append([]string{}, key.Devices...)
	key.Role = cmp.Or(key.Role, auth.Device)
	return s.transact(func(t *tables) error {
		_, sameID := t.keys[key.ID]
		if _, sameSecret := t.keyOf[string(secret)]; sameID || sameSecret {
			return errKeyExists
		}
		t.keys[key.ID], t.keyOf[string(secret)] = key, key.ID
		t.note(entry)
		return nil
	})
}

// ListKeys returns keys ordered by id, starting after one.
func (s *Store) ListKeys(_ context.Context, after string, limit int) ([]auth.Key, error) {
	return pageOf(s.read().keys, after, limit), nil
}

// Key finds a key by id.
func (s *Store) Key(_ context.Context, id string) (auth.Key, bool, error) {
	key, found := s.read().keys[id]
	return key, found, nil
}

// KeyByDigest finds a key by the digest of its secret.
func (s *Store) KeyByDigest(ctx context.Context, secret []byte) (auth.Key, bool, error) {
	return s.Key(ctx, s.read().keyOf[string(secret)])
}

// UseKey stores when a key was last used, unless a later time is stored.
func (s *Store) UseKey(_ context.Context, id string, at time.Time, first auth.Entry) error {
	return s.transact(func(t *tables) error {
		if key, found := t.keys[id]; found && key.LastUsed.Before(at) {
			if key.LastUsed.IsZero() {
				t.note(first)
			}
			key.LastUsed = at
			t.keys[id] = key
		}
		return nil
	})
}

// NoteExpired adds the audit entries of keys that have expired.
func (s *Store) NoteExpired(_ context.Context, now time.Time, limit int, note func(auth.Key) auth.Entry) (noted int, err error) {
	err = s.transact(func(t *tables) error {
		for id, key := range t.keys {
			if noted < limit && key.IsExpired(now) && !t.notedExpiry[id].Equal(key.Expires) {
				noted++
				t.notedExpiry[id] = key.Expires
				t.note(note(key))
			}
		}
		return nil
	})
	return noted, err
}

// ChangeKey stores the result of change for a key.
func (s *Store) ChangeKey(_ context.Context, id string, change func(*auth.Key) auth.Entry) (key auth.Key, err error) {
	err = s.transact(func(t *tables) error {
		was, found := t.keys[id]
		if !found {
			return auth.ErrNotFound
		}
		key = was
		entry := change(&key)
		t.note(entry)
		t.record(changedKey, id, entry.At)
		was.Name, was.Expires = key.Name, key.Expires
		t.keys[id] = was
		return nil
	})
	return key, err
}

// RemoveKey removes a key and adds an audit entry.
func (s *Store) RemoveKey(_ context.Context, id string, entry auth.Entry) error {
	return s.transact(func(t *tables) error {
		if _, found := t.keys[id]; !found {
			return auth.ErrNotFound
		}
		delete(t.keys, id)
		deleteSome(t.keyOf, 1, func(_, key string) bool { return key == id })
		t.record(changedKey, id, entry.At)
		t.note(entry)
		return nil
	})
}
