package memoryauth

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/auth"
)

// factor is a second factor with the digests of its recovery codes.
type factor struct {
	auth.Factor
	recovery map[string]bool
}

// Factor returns a user's factor.
func (s *Store) Factor(_ context.Context, user string) (auth.Factor, bool, error) {
	f, found := s.read().factors[user]
	f.RecoveryLeft = len(f.recovery)
	return f.Factor, found, nil
}

// ProposeFactor stores a factor that is not on.
func (s *Store) ProposeFactor(_ context.Context, proposed auth.Factor) error {
	return s.transact(func(t *tables) error {
		if _, found := t.users[proposed.User]; !found {
			return auth.ErrNotFound
		}
		if t.factors[proposed.User].IsOn() {
			return auth.ErrFactorOn
		}
		t.factors[proposed.User] = factor{Factor: proposed}
		return nil
	})
}

// ConfirmFactor turns a proposed factor on.
func (s *Store) ConfirmFactor(_ context.Context, confirmed auth.Factor, recovery [][]byte, keep string, entry auth.Entry) (won bool, err error) {
	err = s.transact(func(t *tables) error {
		user, found := t.users[confirmed.User]
		if !found {
			return auth.ErrNotFound
		}
		f, found := t.factors[confirmed.User]
		if won = found && !f.IsOn() && bytes.Equal(f.Secret.Text, confirmed.Secret.Text); !won {
			return nil
		}
		f.Confirmed, f.UsedStep, f.recovery = confirmed.Confirmed, confirmed.UsedStep, make(map[string]bool)
		for _, digest := range recovery {
			f.recovery[string(digest)] = true
		}
		t.factors[user.ID] = f
		t.derive(user)
		t.endFamilies(user.ID, keep, entry.At)
		t.record(changedUser, user.ID, entry.At)
		t.note(entry)
		return nil
	})
	return won && err == nil, err
}

// derive stores a user with what is derived of their second factor and role.
func (t *tables) derive(user auth.User) {
	user.SecondFactor, user.FactorDemanded = t.factors[user.ID].IsOn(), t.demands[user.Role]
	t.users[user.ID] = user
}

// UseStep stores the step of an accepted code.
func (s *Store) UseStep(_ context.Context, user string, step int64) (won bool, err error) {
	err = s.transact(func(t *tables) error {
		f := t.factors[user]
		if won = f.IsOn() && f.UsedStep < step; won {
			f.UsedStep = step
			t.factors[user] = f
		}
		return nil
	})
	return won, err
}

// UseRecovery deletes a recovery code.
func (s *Store) UseRecovery(_ context.Context, user string, digest []byte, note func(left int) auth.Entry) (won bool, err error) {
	err = s.transact(func(t *tables) error {
		f := t.factors[user]
		if won = f.recovery[string(digest)]; !won {
			return nil
		}
		f.recovery = maps.Clone(f.recovery)
		delete(f.recovery, string(digest))
		t.factors[user] = f
		t.note(note(len(f.recovery)))
		return nil
	})
	return won, err
}

// RemoveFactor deletes a user's factor.
func (s *Store) RemoveFactor(_ context.Context, user string, entry auth.Entry) error {
	return s.transact(func(t *tables) error {
		if _, found := t.factors[user]; !found {
			return auth.ErrNotFound
		}
		delete(t.factors, user)
		t.derive(t.users[user])
		t.record(changedUser, user, entry.At)
		t.note(entry)
		return nil
	})
}

// DemandedRoles returns the roles whose users must have a second factor.
func (s *Store) DemandedRoles(context.Context) ([]auth.Role, error) {
	return slices.AppendSeq([]auth.Role{}, slices.Values(slices.Sorted(maps.Keys(s.read().demands)))), nil
}

// DemandFactor replaces the roles.
func (s *Store) DemandFactor(_ context.Context, roles []auth.Role, entry auth.Entry) error {
	return s.transact(func(t *tables) error {
		t.demands = make(map[auth.Role]bool)
		for _, role := range roles {
			t.demands[role] = true
		}
		for _, user := range t.users {
			t.derive(user)
			if !user.SecondFactor {
				t.record(changedUser, user.ID, entry.At)
			}
		}
		t.note(entry)
		return nil
	})
}

// SealedBy returns factors that were sealed by some keys.
func (s *Store) SealedBy(_ context.Context, names []string, limit int) (list []auth.Factor, err error) {
	all := s.read().factors
	for _, user := range slices.Sorted(maps.Keys(all)) {
		if len(list) < limit && slices.Contains(names, all[user].Secret.By) {
			list = append(list, auth.Factor{User: user, Secret: all[user].Secret})
		}
	}
	return list, nil
}

// Reseal replaces a sealed secret.
func (s *Store) Reseal(_ context.Context, user string, former, next auth.Sealed) error {
	return s.transact(func(t *tables) error {
		if f, found := t.factors[user]; found && bytes.Equal(f.Secret.Text, former.Text) {
			f.Secret = next
			t.factors[user] = f
		}
		return nil
	})
}

// CountSealed counts the factors that were sealed by another key.
func (s *Store) CountSealed(_ context.Context, names []string) (others int, err error) {
	for _, f := range s.read().factors {
		if f.IsOn() && !slices.Contains(names, f.Secret.By) {
			others++
		}
	}
	return others, nil
}
