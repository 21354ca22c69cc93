package auth

import (
	"context"
	"errors"
	"time"
)

// SignOnCodeLife is how long the page may take to exchange its code.
const SignOnCodeLife = time.Minute

const signOnCodePrefix = "htc_"

// SignOnCodes keeps what pages exchange for sessions. Codes and browsers are known by their SHA-256 alone.
type SignOnCodes interface {
	// AddCode keeps a code of a user, for one browser, until it expires.
	AddCode(ctx context.Context, code, browser []byte, user string, expires time.Time) error
	// ExchangeCode forgets a code that is good at an instant and keeps the session that begin opens for its user, in one
	// transaction: of many who try at once, one wins. The error of begin is given as it is, and the code stays.
	ExchangeCode(ctx context.Context, code, browser []byte, now time.Time, begin func(User) (Opening, error)) (won bool, err error)
	// SweepCodes forgets those that have expired.
	SweepCodes(ctx context.Context, now time.Time) error
}

// Opening is a session that begins.
type Opening struct {
	Family Family
	// Token is the digest of the first refresh token.
	Token []byte
	Note  Entry

	refresh string
}

// Handover is what is handed to a browser that came back from the provider.
type Handover struct {
	// Code is exchanged once, within SignOnCodeLife. It stands in the address, so it is worth nothing without Browser.
	Code string
	// Browser is the secret of a cookie.
	Browser string
	// Notice is what the operator should know; mostly empty.
	Notice string
}

func (s *SignOns) handOver(ctx context.Context, user User) (Handover, error) {
	over := Handover{Code: signOnCodePrefix + s.secret(), Browser: s.secret()}
	now := s.sessions.clock.Now()
	err := s.codes.AddCode(ctx, digest(over.Code), digest(over.Browser), user.ID, now.Add(SignOnCodeLife))
	return over, err
}

// Exchange begins the session of who signed on, for the page that they came back to. Wrong codes count as failed logins of
// the network. Errors: ErrSignOn, ErrThrottled.
func (s *SignOns) Exchange(ctx context.Context, code, browser string, from Actor) (grant Grant, err error) {
	err = s.throttled(ctx, from.Client, func() error {
		grant, err = s.exchange(ctx, code, browser, from)
		return err
	})
	return grant, err
}

func (s *SignOns) exchange(ctx context.Context, code, browser string, from Actor) (Grant, error) {
	var user User
	var opening Opening
	won, err := s.codes.ExchangeCode(ctx, digest(code), digest(browser), s.sessions.clock.Now(), func(u User) (Opening, error) {
		if u.Disabled {
			return Opening{}, ErrSignOn{"the user " + u.ID + " was disabled meanwhile"}
		}
		user, opening = u, s.sessions.newOpening(u, from)
		return opening, nil
	})
	var refused ErrSignOn
	switch {
	case errors.As(err, &refused):
		return Grant{}, s.refused(ctx, refused, "", from)
	case err != nil:
		return Grant{}, err
	case !won:
		return Grant{}, ErrSignOn{"the code was used before, is more than a minute old, was given to another browser, or its user was removed"}
	}
	if err := s.sessions.throttle.remember(ctx, user.Email, from.Client); err != nil {
		return Grant{}, err
	}
	return s.sessions.grant(user, opening.Family.ID, opening.refresh)
}
