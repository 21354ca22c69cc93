package memoryauth

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// UserByEmail finds a user by a normal e-mail address.
func (s *Store) UserByEmail(_ context.Context, email string) (auth.User, bool, error) {
	user, found := s.read().byEmail(email)
	return user, found, nil
}

func (t *tables) byEmail(email string) (auth.User, bool) {
	for _, user := range t.users {
		if user.Email == email {
			return user, true
		}
	}
	return auth.User{}, false
}

// User finds a user by id.
func (s *Store) User(_ context.Context, id string) (auth.User, bool, error) {
	user, found := s.read().users[id]
	return user, found, nil
}

// AnyUser reports whether there is any user.
func (s *Store) AnyUser(context.Context) (bool, error) { return len(s.read().users) > 0, nil }

// AddFirstUser adds a user if there is none.
func (s *Store) AddFirstUser(_ context.Context, user auth.User) (added bool, err error) {
	err = s.transact(func(t *tables) error {
		if added = len(t.users) == 0; added {
			t.users[user.ID] = user
		}
		return nil
	})
	return added, err
}

// ListUsers returns users ordered by id, starting after one.
func (s *Store) ListUsers(_ context.Context, after string, limit int) ([]auth.User, error) {
	return pageOf(s.read().users, after, limit), nil
}

// pageOf returns at most limit values whose keys come after one, ordered by key.
func pageOf[V any](m map[string]V, after string, limit int) []V {
	values := []V{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if key > after && len(values) < limit {
			values = append(values, m[key])
		}
	}
	return values
}

// AddUser adds a user and an audit entry.
func (s *Store) AddUser(_ context.Context, user auth.User, entry auth.Entry) error {
	return s.transact(func(t *tables) error {
		if _, taken := t.users[user.ID]; taken {
			return auth.ErrTaken
		}
		t.note(entry)
		return t.putUser(user)
	})
}

// putUser stores a user, unless another user has the same address.
func (t *tables) putUser(user auth.User) error {
	if holder, taken := t.byEmail(user.Email); taken && holder.ID != user.ID {
		return auth.ErrTaken
	}
	t.derive(user)
	return nil
}

// ChangeUser stores the result of change for a user.
func (s *Store) ChangeUser(_ context.Context, id, keep string, change auth.UserChange) (user auth.User, err error) {
	err = s.transact(func(t *tables) error {
		user, err = t.changeUser(id, keep, change)
		return err
	})
	return user, err
}

func (t *tables) changeUser(id, keep string, change auth.UserChange) (auth.User, error) {
	was, found := t.users[id]
	if !found {
		return auth.User{}, auth.ErrNotFound
	}
	is := was
	entry, err := change(&is)
	if err != nil {
		return auth.User{}, err
	}
	if err := t.replaceUser(was, is, keep, entry.At); err != nil {
		return auth.User{}, err
	}
	t.note(entry)
	return is, nil
}

// replaceUser stores a changed user and ends what the change ends: all families except keep, and the links and codes that could begin
// another.
func (t *tables) replaceUser(was, is auth.User, keep string, at time.Time) error {
	if err := t.putUser(is); err != nil {
		return err
	}
	t.recordUser(was, is, at)
	if is.Disabled {
		keep = ""
	}
	if is.Disabled && is != was || is.PasswordHash != was.PasswordHash {
		t.endFamilies(is.ID, keep, at)
		t.forgetResets(is.ID)
	}
	if is.Email != was.Email {
		t.forgetNetworks(was.Email)
	}
	return t.checkAdministrators(was)
}

// checkAdministrators returns an error if the changed user was the last one who manages the whole campus.
func (t *tables) checkAdministrators(was auth.User) error {
	if administers(was) && len(t.administrators()) == 0 {
		return auth.ErrLastAdmin
	}
	return nil
}

func (t *tables) administrators() (ids []string) {
	for id, user := range t.users {
		if administers(user) {
			ids = append(ids, id)
		}
	}
	return ids
}

// administers reports whether a user manages the whole campus.
func administers(u auth.User) bool { return u.Role == auth.Admin && u.Space == "" && !u.Disabled }

// AccessOf counts what would be deleted together with a user.
func (s *Store) AccessOf(_ context.Context, id string, begunFrom, usedFrom time.Time) (access auth.Access, found bool, err error) {
	t := s.read()
	user, found := t.users[id]
	if !found {
		return auth.Access{}, false, nil
	}
	for _, f := range t.families {
		if f.User == id && !f.Ended && !f.Begun.Before(begunFrom) && !f.Used.Before(usedFrom) {
			access.Sessions++
		}
	}
	for _, of := range t.links {
		if of == id {
			access.Links++
		}
	}
	for _, r := range t.resets {
		if r.user == id {
			access.ResetLinks++
		}
	}
	access.LastAdmin = administers(user) && len(t.administrators()) == 1
	return access, true, nil
}

// RemoveUser deletes a user and all that belongs to them.
func (s *Store) RemoveUser(_ context.Context, id string, check auth.UserCheck) error {
	return s.transact(func(t *tables) error {
		was, found := t.users[id]
		if !found {
			return auth.ErrNotFound
		}
		entry, err := check(was)
		if err != nil {
			return err
		}
		delete(t.users, id)
		delete(t.factors, id)
		maps.DeleteFunc(t.links, func(_ auth.Account, user string) bool { return user == id })
		t.endFamilies(id, "", entry.At)
		t.record(changedUser, id, entry.At)
		t.forgetResets(id)
		t.forgetNetworks(was.Email)
		t.note(entry)
		return t.checkAdministrators(was)
	})
}

// Rehash replaces a hash if it is still the compared one.
func (s *Store) Rehash(_ context.Context, id, from, to string) (done bool, err error) {
	err = s.transact(func(t *tables) error {
		user, found := t.users[id]
		if done = found && user.PasswordHash == from; done {
			user.PasswordHash = to
			t.users[id] = user
		}
		return nil
	})
	return done, err
}
