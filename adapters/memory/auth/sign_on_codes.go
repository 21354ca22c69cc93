package memoryauth

import (
	"bytes"
	"context"
	"maps"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// code is exchanged by a page for a session.
type code struct {
	browser []byte
	user    string
	expires time.Time
}

// AddCode stores a code.
func (s *Store) AddCode(_ context.Context, digest, browser []byte, user string, expires time.Time) error {
	return s.transact(func(t *tables) error {
		t.codes[string(digest)] = code{browser: bytes.Clone(browser), user: user, expires: expires}
		return nil
	})
}

// ExchangeCode deletes a code and stores the session that begin returns for its user.
func (s *Store) ExchangeCode(_ context.Context, digest, browser []byte, now time.Time, begin func(auth.User) (auth.PendingSession, error)) (won bool, err error) {
	err = s.transact(func(t *tables) error {
		c, found := t.codes[string(digest)]
		if !found || !bytes.Equal(c.browser, browser) || !c.expires.After(now) {
			return nil
		}
		delete(t.codes, string(digest))
		user, found := t.users[c.user]
		if !found {
			return nil
		}
		opening, err := begin(user)
		if err != nil {
			return err
		}
		won = true
		t.addFamily(opening.Family, opening.Token, opening.Note)
		return nil
	})
	return won, err
}

// SweepCodes deletes codes that have expired.
func (s *Store) SweepCodes(_ context.Context, now time.Time) error {
	return s.transact(func(t *tables) error {
		maps.DeleteFunc(t.codes, func(_ string, c code) bool { return !c.expires.After(now) })
		return nil
	})
}
