package memoryauth

import (
	"cmp"
	"context"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// token is a refresh token; spent is zero until it is used.
type token struct {
	family string
	spent  time.Time
	// successor is the digest of the token that followed, nonce that of auth.Successor.
	successor string
	nonce     []byte
}

// Begin adds a family and its first token, if check accepts the user as they are now.
func (s *Store) Begin(_ context.Context, family auth.Family, digest []byte, check auth.UserCheck) error {
	return s.transact(func(t *tables) error {
		user, found := t.users[family.User]
		if !found {
			return auth.ErrNotFound
		}
		entry, err := check(user)
		if err != nil {
			return err
		}
		t.addFamily(family, digest, entry)
		return nil
	})
}

// addFamily adds a family and ends those of its user beyond auth.MaxFamilies, the one used longest ago first.
func (t *tables) addFamily(family auth.Family, digest []byte, entry auth.Entry) {
	t.families[family.ID] = family
	t.tokens[string(digest)] = token{family: family.ID}
	t.note(entry)
	var living []auth.Family
	for _, f := range t.families {
		if f.User == family.User && !f.Ended {
			living = append(living, f)
		}
	}
	slices.SortFunc(living, func(a, b auth.Family) int { return cmp.Or(b.Used.Compare(a.Used), cmp.Compare(b.ID, a.ID)) })
	for _, f := range living[min(len(living), auth.MaxFamilies):] {
		t.endFamily(f, entry.At)
	}
}

func (t *tables) endFamily(f auth.Family, at time.Time) {
	f.Ended = true
	t.families[f.ID] = f
	t.record(changedFamily, f.ID, at)
}

// endFamilies ends all families of a user except one, and deletes the codes that could begin another.
func (t *tables) endFamilies(user, keep string, at time.Time) {
	for _, f := range t.families {
		if f.User == user && f.ID != keep && !f.Ended {
			t.endFamily(f, at)
		}
	}
	maps.DeleteFunc(t.codes, func(_ string, c code) bool { return c.user == user })
}

// Find returns the family of a token, and whether the token is spent.
func (s *Store) Find(_ context.Context, digest []byte) (family auth.Family, spent, found bool, err error) {
	t := s.read()
	of := t.tokens[string(digest)]
	family, found = t.families[of.family]
	return family, !of.spent.IsZero(), found, nil
}

// Spend exchanges a token for its successor.
func (s *Store) Spend(_ context.Context, digest []byte, successor auth.Successor, now time.Time) (won bool, err error) {
	err = s.transact(func(t *tables) error {
		of := t.tokens[string(digest)]
		family, found := t.families[of.family]
		if won = found && !family.Ended && of.spent.IsZero(); !won {
			return nil
		}
		family.Used, of.spent, of.successor, of.nonce = now, now, string(successor.Digest), successor.Nonce
		t.endRepetition(family.ID, func(next string) bool { return next == string(digest) })
		t.families[family.ID], t.tokens[string(digest)] = family, of
		t.tokens[string(successor.Digest)] = token{family: family.ID}
		t.forgetSpent(family.ID)
		return nil
	})
	return won, err
}

// endRepetition deletes the nonces of a family's tokens whose successor matches.
func (t *tables) endRepetition(family string, matches func(successor string) bool) {
	for digest, of := range t.tokens {
		if of.family == family && of.nonce != nil && matches(of.successor) {
			of.nonce = nil
			t.tokens[digest] = of
		}
	}
}

// Repetition returns what is stored of a spent token whose successor was not used yet.
func (s *Store) Repetition(_ context.Context, digest []byte) (auth.Repetition, bool, error) {
	t := s.read()
	of := t.tokens[string(digest)]
	next, found := t.tokens[of.successor]
	return auth.Repetition{Nonce: of.nonce, Spent: of.spent}, found && of.nonce != nil && next.spent.IsZero(), nil
}

// EndRepetition deletes the nonce of the token with a successor.
func (s *Store) EndRepetition(_ context.Context, family, successorName string) error {
	return s.transact(func(t *tables) error {
		t.endRepetition(family, func(successor string) bool {
			return strings.HasPrefix(hex.EncodeToString([]byte(successor)), successorName)
		})
		return nil
	})
}

// forgetSpent deletes the spent tokens of a family beyond the last auth.MaxSpentTokens.
func (t *tables) forgetSpent(family string) {
	var spent []string
	for digest, of := range t.tokens {
		if of.family == family && !of.spent.IsZero() {
			spent = append(spent, digest)
		}
	}
	slices.SortFunc(spent, func(a, b string) int { return cmp.Or(t.tokens[b].spent.Compare(t.tokens[a].spent), cmp.Compare(a, b)) })
	for _, digest := range spent[min(len(spent), auth.MaxSpentTokens):] {
		delete(t.tokens, digest)
	}
}

// End ends a family that has not ended yet, and adds an audit entry.
func (s *Store) End(_ context.Context, id string, entry auth.Entry) error {
	return s.transact(func(t *tables) error {
		if family, found := t.families[id]; found && !family.Ended {
			t.endFamily(family, entry.At)
			t.note(entry)
		}
		return nil
	})
}

// Standing returns a family and its user.
func (s *Store) Standing(_ context.Context, id string) (auth.Family, auth.User, bool, error) {
	t := s.read()
	family, found := t.families[id]
	if !found {
		return auth.Family{}, auth.User{}, false, nil
	}
	user, found := t.users[family.User]
	return family, user, found, nil
}
