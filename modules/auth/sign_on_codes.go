package auth

import (
	"context"
	"errors"
	"time"
)

// SignOnCodeLife is how long the page has to exchange its code.
const SignOnCodeLife = time.Minute

const signOnCodePrefix = "htc_"

// SignOnCodes stores codes that pages exchange for sessions. It stores only the SHA-256 of codes and browser secrets.
type SignOnCodes interface {
	// AddCode stores a code of a user for one browser until it expires.
	AddCode(ctx context.Context, code, browser []byte, user string, expires time.Time) error
	// ExchangeCode deletes a code that is valid at now and stores the session that begin returns for its user, in one
	// transaction. Of several concurrent calls one wins. An error of begin is returned unchanged, and the code stays.
	ExchangeCode(ctx context.Context, code, browser []byte, now time.Time, begin func(User) (PendingSession, error)) (won bool, err error)
	// SweepCodes deletes expired codes.
	SweepCodes(ctx context.Context, now time.Time) error
}

// PendingSession is a session that is to be stored.
type PendingSession struct {
	Family Family
	// Token is the digest of the first refresh token.
	Token []byte
	Note  Entry

	refresh string
}

// Handover is the result for a browser that came back from the provider.
type Handover struct {
	// Code can be exchanged once, within SignOnCodeLife. It is part of a URL, so it is useless without Browser.
	Code string
	// Browser is the secret for the browser's cookie.
	Browser string
	// Notice is a message for the operator's log; mostly empty.
	Notice string
}

func (s *SignOns) handOver(ctx context.Context, user User) (Handover, error) {
	handover := Handover{Code: signOnCodePrefix + s.secret(), Browser: s.secret()}
	now := s.sessions.clock.Now()
	err := s.codes.AddCode(ctx, digest(handover.Code), digest(handover.Browser), user.ID, now.Add(SignOnCodeLife))
	return handover, err
}

// Exchange exchanges a code for a session. A wrong code counts as a failed login of the network.
// Errors: ErrSignOn, ErrThrottled.
func (s *SignOns) Exchange(ctx context.Context, code, browser string, from Actor) (grant Grant, err error) {
	err = s.throttled(ctx, from.Client, func() error {
		grant, err = s.exchange(ctx, code, browser, from)
		return err
	})
	return grant, err
}

func (s *SignOns) exchange(ctx context.Context, code, browser string, from Actor) (Grant, error) {
	var user User
	var pending PendingSession
	won, err := s.codes.ExchangeCode(ctx, digest(code), digest(browser), s.sessions.clock.Now(), func(u User) (PendingSession, error) {
		if u.Disabled {
			return PendingSession{}, ErrSignOn{"the user " + u.ID + " was disabled meanwhile"}
		}
		user, pending = u, s.sessions.newPending(u, from)
		return pending, nil
	})
	var refused ErrSignOn
	switch {
	case errors.As(err, &refused):
		return Grant{}, s.auditRefusal(ctx, refused, "", from)
	case err != nil:
		return Grant{}, err
	case !won:
		return Grant{}, ErrSignOn{"the code was already used, is more than a minute old, belongs to another browser, or its user was removed"}
	}
	if err := s.sessions.throttle.remember(ctx, user.Email, from.Client); err != nil {
		return Grant{}, err
	}
	return s.sessions.grant(user, pending.Family, pending.refresh)
}
