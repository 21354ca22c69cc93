package memoryauth

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// change is what changed; the table has the time of its last change.
type change struct {
	kind changedKind
	id   string
}

type changedKind int

const (
	changedFamily changedKind = iota
	changedUser
	changedKey
)

// record records a change, in the transaction that makes it.
func (t *tables) record(kind changedKind, id string, at time.Time) {
	t.changes[change{kind, id}] = at
}

// recordUser records the change of a user if a token's holder has other rights by it.
func (t *tables) recordUser(was, is auth.User, at time.Time) {
	if was.Role != is.Role || was.Space != is.Space || was.Disabled != is.Disabled {
		t.record(changedUser, is.ID, at)
	}
}

// ChangedSince returns what changed at or after an instant.
func (s *Store) ChangedSince(_ context.Context, from time.Time) (changes auth.Changes, err error) {
	t := s.read()
	for c, at := range t.changes {
		if at.Before(from) {
			continue
		}
		switch c.kind {
		case changedFamily:
			changes.Families = append(changes.Families, c.id)
		case changedUser:
			user, found := t.users[c.id]
			changes.Users = append(changes.Users, auth.UserState{ID: c.id, Role: user.Rights(), Space: user.Space, Barred: !found || user.Disabled})
		case changedKey:
			key, found := t.keys[c.id]
			changes.Keys = append(changes.Keys, auth.KeyState{ID: c.id, Key: key, Removed: !found})
		}
	}
	slices.Sort(changes.Families)
	return changes, nil
}
