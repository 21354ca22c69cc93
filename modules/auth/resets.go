package auth

import (
	"context"
	"encoding/base64"
	"time"
)

// ResetLife is how long a link to a new password is good.
const ResetLife = 24 * time.Hour

// Resets keeps links to new passwords. Tokens are known by their SHA-256 alone.
type Resets interface {
	// AddReset keeps a link of a user in the place of those that he has, and notes it.
	AddReset(ctx context.Context, user string, token []byte, expires time.Time, note Entry) error
	// ResetOf gives whose link that is not spent is good at an instant; found is false where there is none.
	ResetOf(ctx context.Context, token []byte, now time.Time) (user User, found bool, err error)
	// Reset spends a link: the user has the hash, by which they log in from then on, and all their families end. Of many who try at once, one wins.
	Reset(ctx context.Context, token []byte, now time.Time, user, hash string, note Entry) (won bool, err error)
}

// What is noted of resets.
const (
	ResetGiven = "reset.given"
	ResetUsed  = "reset.used"
)

// ResetToken makes a link for a user, good once and for a day, that the administrator hands over. Errors: ErrForbidden,
// ErrNotFound.
func (a *Accounts) ResetToken(ctx context.Context, actor Actor, id string) (token string, expires time.Time, err error) {
	user, err := a.Get(ctx, actor, id)
	if err != nil {
		return "", time.Time{}, err
	}
	now := a.clock.Now()
	token, expires = "htp_"+base64.RawURLEncoding.EncodeToString(a.random(32)), now.Add(ResetLife)
	return token, expires, a.resets.AddReset(ctx, user.ID, digest(token), expires, actor.Entry(now, ResetGiven, user.ID, user.Email))
}

// Reset gives the user of a link another password; the link is spent and all his sessions end. Errors: ErrInvalid,
// ErrToken, ErrBusy.
func (a *Accounts) Reset(ctx context.Context, from Actor, token, next string) error {
	now := a.clock.Now()
	user, found, err := a.resets.ResetOf(ctx, digest(token), now)
	if err != nil {
		return err
	}
	if !found || user.Disabled {
		return ErrToken
	}
	if rule, args := CheckPassword(next, user.Email); rule != "" {
		return ErrInvalid{[]Flaw{{Field: "new", Rule: rule, Args: args}}}
	}
	hash, err := a.hasher.Hash(ctx, next)
	if err != nil {
		return err
	}
	from.ID = user.ID
	won, err := a.resets.Reset(ctx, digest(token), now, user.ID, hash, from.Entry(now, ResetUsed, user.ID, ""))
	if err == nil && !won {
		err = ErrToken
	}
	a.changed(user.ID)
	return err
}
