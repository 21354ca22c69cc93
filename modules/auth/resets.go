package auth

import (
	"context"
	"encoding/base64"
	"time"
)

// ResetLife is how long a password reset link is valid. That of an invited user is valid for InvitationLife.
const ResetLife = 24 * time.Hour

// Resets stores password reset links. It stores only the SHA-256 of a token.
type Resets interface {
	// AddReset stores a reset link, replacing the user's earlier link, and the audit entry, if check returns no error.
	// Errors: ErrNotFound, and errors of check.
	AddReset(ctx context.Context, user string, token []byte, expires time.Time, check UserCheck) error
	// AddInvited adds a user with a reset link, and the audit entries; ErrTaken if another user has the address.
	AddInvited(ctx context.Context, user User, token []byte, expires time.Time, notes ...Entry) error
	// ResetOf returns the user of an unused link that is valid at now; found is false if there is none.
	ResetOf(ctx context.Context, token []byte, now time.Time) (user User, found bool, err error)
	// Reset uses up a link and changes its user as ChangeUser does. Of several concurrent calls one wins.
	Reset(ctx context.Context, token []byte, now time.Time, user string, change UserChange) (won bool, err error)
}

// Audit actions of reset links.
const (
	ResetGiven = "reset.given"
	ResetUsed  = "reset.used"
)

// ResetToken creates a reset link for a user, valid once and for ResetLife. The administrator gives it to the user.
// Errors: ErrForbidden, ErrNotFound.
func (a *Accounts) ResetToken(ctx context.Context, actor Actor, id string) (token string, expires time.Time, err error) {
	user, err := a.Get(ctx, actor, id)
	if err != nil {
		return "", time.Time{}, err
	}
	now := a.clock.Now()
	link := a.newResetLink(user, now)
	return link.Token, link.Expires, a.resets.AddReset(ctx, id, digest(link.Token), link.Expires, func(u User) (Entry, error) {
		return actor.Entry(now, ResetGiven, id, u.Email), checkStillManaged(actor, user, u)
	})
}

func (a *Accounts) newResetToken() string {
	return "htp_" + base64.RawURLEncoding.EncodeToString(a.random(32))
}

// Reset sets a new password for the user of a link. The link becomes invalid and all the user's sessions end.
// Errors: ErrInvalid, ErrToken, ErrBusy.
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
		u.setPassword(hash)
		return from.Entry(a.clock.Now(), ResetUsed, u.ID, ""), nil // hashing took a while
	})
	if err == nil && !won {
		err = ErrToken
	}
	a.changed(user.ID)
	return err
}
