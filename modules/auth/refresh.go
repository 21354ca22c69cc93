package auth

import "context"

// Refresh exchanges a refresh token for a new pair. A token that was already used ends its session.
// Errors: ErrToken, ErrTokenReused.
func (s *Sessions) Refresh(ctx context.Context, refresh string, from Actor) (Grant, error) {
	now := s.clock.Now()
	family, spent, found, err := s.families.Find(ctx, digest(refresh))
	switch {
	case err != nil:
		return Grant{}, err
	case !found, family.Ended, now.Sub(family.Used) > IdleLife, now.Sub(family.Begun) > SessionLife:
		return Grant{}, ErrToken
	case spent:
		return Grant{}, s.endReused(ctx, family, from)
	}
	_, user, found, err := s.families.Standing(ctx, family.ID)
	if err != nil {
		return Grant{}, err
	}
	if !found || user.Disabled {
		return Grant{}, ErrToken
	}
	successor := s.newRefresh()
	won, err := s.families.Spend(ctx, digest(refresh), digest(successor), now)
	if err != nil {
		return Grant{}, err
	}
	if !won {
		return Grant{}, s.endReused(ctx, family, from)
	}
	return s.grant(user, family, successor)
}

func (s *Sessions) endReused(ctx context.Context, family Family, from Actor) error {
	if err := s.end(ctx, family.ID, from.Entry(s.clock.Now(), TokenReused, family.User, family.ID)); err != nil {
		return err
	}
	return ErrTokenReused
}
