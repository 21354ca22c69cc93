package memoryauth

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/auth"
)

// AddUntested lists a user whose password must be tested. With SQL, a migration lists those whose hash is older than the test.
func (s *Store) AddUntested(id string, stranger bool) error {
	return s.transact(func(t *tables) error {
		t.untested[id] = stranger
		return nil
	})
}

// Untested returns some users whose password is not tested yet, those whose password a stranger chose first.
func (s *Store) Untested(_ context.Context, limit int) ([]auth.UntestedPassword, error) {
	t := s.read()
	list := []auth.UntestedPassword{}
	for id, stranger := range t.untested {
		if user, found := t.users[id]; found {
			list = append(list, auth.UntestedPassword{User: user, Stranger: stranger})
		}
	}
	slices.SortFunc(list, func(a, b auth.UntestedPassword) int {
		if a.Stranger != b.Stranger {
			return map[bool]int{true: -1, false: 1}[a.Stranger]
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return list[:min(limit, len(list))], nil
}

// KeepPassword removes a user from the list.
func (s *Store) KeepPassword(_ context.Context, id string) error {
	return s.transact(func(t *tables) error {
		delete(t.untested, id)
		return nil
	})
}

// RemovePassword removes a user from the list, and deletes their password if it is still the tested one.
func (s *Store) RemovePassword(_ context.Context, id, hash string, entry auth.Entry) error {
	return s.transact(func(t *tables) error {
		_, listed := t.untested[id]
		delete(t.untested, id)
		was, found := t.users[id]
		if !listed || !found || was.PasswordHash != hash {
			return nil
		}
		is := was
		is.PasswordHash, is.Login = "", auth.BySignOn
		t.note(entry)
		return t.replaceUser(was, is, "", entry.At)
	})
}
