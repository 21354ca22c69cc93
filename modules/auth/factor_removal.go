package auth

import "context"

// RemoveFactor turns the actor's second factor off, by their password or a code: exactly one of them is given. A wrong one counts as a
// failed login. Errors: ErrInvalid, ErrToken, ErrNotFound, ErrCredentials, ErrSealed, ErrThrottled, ErrBusy.
func (s *Sessions) RemoveFactor(ctx context.Context, actor Actor, password, code string) error {
	if (password == "") == (code == "") {
		return ErrInvalid{[]Flaw{{Field: "code", Rule: "exactly_one", Args: map[string]any{"values": "password, code"}}}}
	}
	user, found, err := s.users.User(ctx, actor.ID)
	switch {
	case err != nil:
		return err
	case !found:
		return ErrToken
	case !user.SecondFactor:
		return ErrNotFound
	case len(password) > MaxPassword:
		return ErrCredentials
	}
	try, err := s.throttle.take(ctx, user.Email, actor.Client)
	if err != nil {
		return err
	}
	return s.inSlot(ctx, try, func() error { return s.removeFactor(ctx, actor, user, password, code) })
}

func (s *Sessions) removeFactor(ctx context.Context, actor Actor, user User, password, code string) error {
	if code != "" {
		if err := s.factors.use(ctx, actor, code); err != nil {
			return err
		}
	} else {
		ok, _, err := s.isPasswordOf(ctx, user, password)
		if err != nil {
			return err
		}
		if !ok {
			return ErrCredentials
		}
	}
	err := s.factors.store.RemoveFactor(ctx, user.ID, actor.Entry(s.clock.Now(), FactorOff, user.ID, ""))
	s.cache.forgetUser(user.ID)
	return err
}

// RemoveFactor removes the second factor of a user who lost their phone and their recovery codes. Errors: ErrForbidden, ErrNotFound.
func (a *Accounts) RemoveFactor(ctx context.Context, actor Actor, id string) error {
	user, err := a.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	err = a.factors.RemoveFactor(ctx, user.ID, actor.Entry(a.clock.Now(), FactorRemoved, user.ID, user.Email))
	a.changed(id)
	return err
}
