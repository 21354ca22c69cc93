package auth

import (
	"context"
	"errors"
)

// ChangePassword sets a new password for the actor and ends all their sessions except family, the session of the request. A
// user without a password gets ErrCredentials. A wrong current password counts as a failed login.
// Errors: ErrInvalid, ErrToken, ErrCredentials, ErrThrottled, ErrBusy.
func (s *Sessions) ChangePassword(ctx context.Context, actor Actor, family, current, next string) error {
	user, found, err := s.users.User(ctx, actor.ID)
	if err != nil {
		return err
	}
	if !found {
		return ErrToken
	}
	if rule, args := CheckPassword(next, user.Email); rule != "" {
		return ErrInvalid{[]Flaw{{Field: "new", Rule: rule, Args: args}}}
	}
	if len(current) > MaxPassword {
		return ErrCredentials
	}
	try, err := s.throttle.take(ctx, user.Email, actor.Client)
	if err != nil {
		return err
	}
	return s.inSlot(ctx, try, func() error { return s.changePassword(ctx, actor, user, family, current, next) })
}

func (s *Sessions) changePassword(ctx context.Context, actor Actor, user User, family, current, next string) error {
	ok, _, err := s.isPasswordOf(ctx, user, current)
	if err != nil {
		return err
	}
	if !ok {
		return ErrCredentials
	}
	if user.InitialPassword && next == current {
		return ErrInvalid{[]Flaw{{Field: "new", Rule: "differs", Args: map[string]any{"field": "current"}}}}
	}
	hash, err := s.hasher.Hash(ctx, next)
	if err != nil {
		return err
	}
	_, err = s.users.ChangeUser(ctx, user.ID, family, func(u *User) (Entry, error) {
		if u.Disabled || u.PasswordHash != user.PasswordHash {
			return Entry{}, errChanged
		}
		u.setPassword(hash)
		return actor.Entry(s.clock.Now(), PasswordChanged, u.ID, ""), nil
	})
	s.cache.forgetUser(user.ID)
	if errors.Is(err, errChanged) || errors.Is(err, ErrNotFound) {
		return ErrCredentials // the password that was compared is no longer the current one
	}
	return err
}
