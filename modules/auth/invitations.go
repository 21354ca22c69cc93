package auth

import (
	"context"
	"time"
)

// InvitationLife is how long the link of an invited user is valid: over a weekend.
const InvitationLife = 72 * time.Hour

// ResetLink is a link by which a user sets a password. The token is shown once.
type ResetLink struct {
	Token   string
	Expires time.Time
}

// newResetLink returns a link for a user. It is valid longer for an invited one, who may not be at work yet.
func (a *Accounts) newResetLink(user User, now time.Time) ResetLink {
	life := ResetLife
	if user.IsInvited() {
		life = InvitationLife
	}
	return ResetLink{Token: a.newResetToken(), Expires: now.Add(life)}
}

// Invite adds a user without a password, who sets it by the returned link. Until then no password works for them.
// After the link has expired, ResetToken makes another. Errors: ErrForbidden, ErrInvalid, ErrTaken.
func (a *Accounts) Invite(ctx context.Context, actor Actor, edit UserEdit) (User, ResetLink, error) {
	user, err := a.newUser(ctx, actor, edit)
	if err != nil {
		return User{}, ResetLink{}, err
	}
	link := a.newResetLink(user, user.Created)
	err = a.resets.AddInvited(ctx, user, digest(link.Token), link.Expires,
		actor.Entry(user.Created, UserAdded, user.ID, auditText(user)), actor.Entry(user.Created, ResetGiven, user.ID, user.Email))
	return user, link, err
}
