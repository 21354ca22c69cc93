package memoryauth

import (
	"context"
	"maps"

	"github.com/holotwin/holotwin/modules/auth"
)

// Admit stores the result of decide for an account and an address.
func (s *Store) Admit(_ context.Context, account auth.Account, email string, decide func(auth.Candidates) (auth.Admission, error)) (user auth.User, err error) {
	err = s.transact(func(t *tables) error {
		admission, err := decide(t.candidates(account, email))
		if err != nil {
			return err
		}
		user = admission.User
		return t.admit(account, admission)
	})
	if err != nil {
		return auth.User{}, err
	}
	return user, nil
}

func (t *tables) admit(account auth.Account, admission auth.Admission) error {
	stored := admission.User
	if !admission.Add { // the provider decides only the address and the role
		stored = t.users[stored.ID]
		was := stored
		stored.Email, stored.Role = admission.User.Email, admission.User.Role
		t.recordUser(was, stored, admission.At)
	}
	if err := t.putUser(stored); err != nil {
		return err
	}
	if admission.Link {
		t.links[account] = stored.ID
	}
	t.note(admission.Notes...)
	return nil
}

func (t *tables) candidates(account auth.Account, email string) (known auth.Candidates) {
	if user, found := t.users[t.links[account]]; found {
		known.Linked = &user
	}
	if user, found := t.byEmail(email); found {
		known.Holder = &user
		for other, id := range t.links {
			known.HolderLinked = known.HolderLinked || id == user.ID && other.Issuer == account.Issuer && other != account
		}
	}
	if administrators := t.administrators(); len(administrators) == 1 {
		known.LastAdmin = administrators[0]
	}
	return known
}

// EndSessions ends the families of the user of an account.
func (s *Store) EndSessions(_ context.Context, account auth.Account, entry auth.Entry) (user string, found bool, err error) {
	err = s.transact(func(t *tables) error {
		if user, found = t.links[account]; found {
			entry.Target = user
			t.endFamilies(user, "", entry.At)
			t.note(entry)
		}
		return nil
	})
	return user, found, err
}

// Unlink deletes the accounts of a user and ends their families.
func (s *Store) Unlink(_ context.Context, user string, entry auth.Entry) error {
	return s.transact(func(t *tables) error {
		linked := len(t.links)
		maps.DeleteFunc(t.links, func(_ auth.Account, id string) bool { return id == user })
		if len(t.links) == linked {
			return auth.ErrNotFound
		}
		t.endFamilies(user, "", entry.At)
		t.note(entry)
		return nil
	})
}
