package memoryauth

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// reset is a password reset link.
type reset struct {
	user    string
	expires time.Time
}

// AddReset stores a reset link, replacing the user's earlier one.
func (s *Store) AddReset(_ context.Context, id string, token []byte, expires time.Time, check auth.UserCheck) error {
	return s.transact(func(t *tables) error {
		user, found := t.users[id]
		if !found {
			return auth.ErrNotFound
		}
		entry, err := check(user)
		if err != nil {
			return err
		}
		t.dropReset(id)
		t.resets[string(token)] = reset{user: id, expires: expires}
		t.note(entry)
		return nil
	})
}

// AddInvited adds a user with a reset link.
func (s *Store) AddInvited(_ context.Context, user auth.User, token []byte, expires time.Time, entries ...auth.Entry) error {
	return s.transact(func(t *tables) error {
		if _, taken := t.users[user.ID]; taken {
			return auth.ErrTaken
		}
		t.resets[string(token)] = reset{user: user.ID, expires: expires}
		t.note(entries...)
		return t.putUser(user)
	})
}

func (t *tables) dropReset(user string) {
	maps.DeleteFunc(t.resets, func(_ string, r reset) bool { return r.user == user })
}

// ResetOf returns the user whose reset link is valid at an instant.
func (s *Store) ResetOf(ctx context.Context, token []byte, now time.Time) (auth.User, bool, error) {
	link, found := s.read().resets[string(token)]
	if !found || !link.expires.After(now) {
		return auth.User{}, false, nil
	}
	return s.User(ctx, link.user)
}

// Reset deletes a reset link and changes its user.
func (s *Store) Reset(_ context.Context, token []byte, now time.Time, user string, change auth.UserChange) (won bool, err error) {
	err = s.transact(func(t *tables) error {
		link, found := t.resets[string(token)]
		if !found || link.user != user || !link.expires.After(now) {
			return nil
		}
		t.dropReset(user)
		won = true
		_, err := t.changeUser(user, "", change)
		return err
	})
	if errors.Is(err, auth.ErrNotFound) {
		return false, nil
	}
	return won && err == nil, err
}

// forgetResets deletes the reset link of a user whose password has changed or who may not log in any more; their former password need not
// be tested either.
func (t *tables) forgetResets(user string) {
	t.dropReset(user)
	delete(t.untested, user)
}
