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
	// AddReset stores a link of a user in the place of the one that they have, if check lets it, and notes it.
	// ErrNotFound, and what check returns.
	AddReset(ctx context.Context, user string, token []byte, expires time.Time, check UserCheck) error
	// ResetOf gives whose link that is not spent is good at an instant; found is false where there is none.
	ResetOf(ctx context.Context, token []byte, now time.Time) (user User, found bool, err error)
	// Reset spends a link and changes its user as ChangeUser does. Of many who try at once, one wins.
	Reset(ctx context.Context, token []byte, now time.Time, user string, change UserChange) (won bool, err error)
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
	return token, expires, a.resets.AddReset(ctx, id, digest(token), expires, func(u User) (Entry, error) {
		return actor.Entry(now, ResetGiven, id, u.Email), stillManaged(actor, user, u)
	})
}

// Reset gives the user of a link another password; the link is spent and all their sessions end. Errors: ErrInvalid,
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
	won, err := a.resets.Reset(ctx, digest(token), now, user.ID, func(u *User) (Entry, error) {
		if u.Disabled {
			return Entry{}, ErrToken
		}
		u.givePassword(hash)
		return from.Entry(now, ResetUsed, u.ID, ""), nil
	})
	if err == nil && !won {
		err = ErrToken
	}
	a.changed(user.ID)
	return err
}
