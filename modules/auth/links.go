package auth

import (
	"context"
	"errors"
	"time"
)

// Links stores which university account belongs to which user.
type Links interface {
	// Admit calls decide with the users of an account and an address, locked against other changes, and writes its
	// decision in the same transaction: it adds the user and the link, or changes the user's address and role, and adds
	// the audit entries. An error of decide is returned unchanged.
	Admit(ctx context.Context, account Account, email string, decide func(Candidates) (Admission, error)) (User, error)
	// EndSessions ends the families of the user linked to an account and adds an audit entry with that user as target;
	// found is false if there is no such user.
	EndSessions(ctx context.Context, account Account, note Entry) (user string, found bool, err error)
	// Unlink deletes a user's links, ends all their families and adds an audit entry; ErrNotFound if there is no link.
	Unlink(ctx context.Context, user string, note Entry) error
}

// Candidates are the stored users who may be the person that signs on.
type Candidates struct {
	// Linked is the user linked to the account; nil if there is none.
	Linked *User
	// Holder is the user with the address; nil if there is none.
	Holder *User
	// HolderLinked is set if the holder is linked to another account of the same issuer.
	HolderLinked bool
	// LastAdmin is the id of the only enabled administrator of the whole campus; empty if there are several.
	LastAdmin string
}

// Admission is the decision on a sign-on: the user, and what to store.
type Admission struct {
	User User
	// Add stores User as a new user, Link links them to the account.
	Add, Link bool
	At        time.Time
	Notes     []Entry
}

// Audit actions of links.
const (
	UserLinked    = "user.linked"
	UserUnlinked  = "user.unlinked"
	SessionsEnded = "sessions.ended"
)

// admit returns the user of an identity. notice is a message for the operator's log; mostly empty.
func (s *SignOns) admit(ctx context.Context, identity Identity, from Actor) (user User, notice string, err error) {
	role, email, err := s.checkIdentity(identity)
	if errors.As(err, &errNoRole{}) {
		if failed := s.endSessions(ctx, identity.Account, from); failed != nil {
			return User{}, "", failed
		}
	}
	if err != nil {
		return User{}, "", err
	}
	user, err = s.links.Admit(ctx, identity.Account, email, func(known Candidates) (Admission, error) {
		switch {
		case known.Linked != nil:
			admission, kept, err := s.admitLinked(known, email, role, from)
			notice = kept
			return admission, err
		case known.Holder != nil:
			return s.admitHolder(known, identity, role, from)
		}
		return s.admitNew(identity, email, role, from), nil
	})
	if err == nil {
		s.sessions.Forget(user.ID)
	}
	return user, notice, err
}

// endSessions ends all sessions of an account whose groups no longer have a role.
func (s *SignOns) endSessions(ctx context.Context, account Account, from Actor) error {
	user, found, err := s.links.EndSessions(ctx, account, from.Entry(s.sessions.clock.Now(), SessionsEnded, "", "no group has a role here"))
	if found {
		s.sessions.Forget(user)
	}
	return err
}

// admitLinked admits an account that is already linked. It keeps its user even if its address has changed.
func (s *SignOns) admitLinked(known Candidates, email string, role Role, from Actor) (admission Admission, notice string, err error) {
	user := *known.Linked
	if user.Disabled {
		return Admission{}, "", ErrSignOn{"the user " + user.ID + " is disabled"}
	}
	if user.Email != email {
		if known.Holder == nil {
			user.Email = email
		} else {
			notice = "the address of user " + user.ID + " changed at the university but stays unchanged here: user " + known.Holder.ID + " already has the new one"
		}
	}
	return s.withRole(known, user, role, from, *known.Linked), notice, nil
}

// admitHolder links an account to the existing user with its address. The provider must have verified the address, and the
// user must not be linked already: a second account with the same address is another person.
func (s *SignOns) admitHolder(known Candidates, identity Identity, role Role, from Actor) (Admission, error) {
	user := *known.Holder
	switch {
	case known.HolderLinked:
		return Admission{}, ErrSignOn{"user " + user.ID + " has this address and is linked to another account of the provider (sub): remove or unlink that user, or change their address"}
	case !identity.Verified:
		return Admission{}, ErrSignOn{"user " + user.ID + " has this address, but the provider did not verify it: only a verified address links an account to an existing user"}
	case user.Disabled:
		return Admission{}, ErrSignOn{"the user " + user.ID + " is disabled"}
	}
	admission := s.withRole(known, user, role, from, user)
	admission.Link = true
	admission.Notes = append(admission.Notes, from.Entry(admission.At, UserLinked, user.ID, accountText(identity.Account)))
	return admission, nil
}

// withRole sets the role of the user's groups, except for the last administrator, who keeps theirs.
func (s *SignOns) withRole(known Candidates, user User, role Role, from Actor, was User) Admission {
	if user.ID != known.LastAdmin {
		user.Role = role
	}
	admission := Admission{User: user, At: s.sessions.clock.Now()}
	if user != was {
		admission.Notes = []Entry{from.Entry(admission.At, UserChanged, user.ID, auditText(user))}
	}
	return admission
}

func (s *SignOns) admitNew(identity Identity, email string, role Role, from Actor) Admission {
	now := s.sessions.clock.Now()
	user := User{ID: s.sessions.newID("us"), Email: email, Role: role, Login: BySignOn, Created: now}
	return Admission{User: user, Add: true, Link: true, At: now, Notes: []Entry{
		from.Entry(now, UserAdded, user.ID, auditText(user)), from.Entry(now, UserLinked, user.ID, accountText(identity.Account)),
	}}
}

// accountText returns the audit's description of an account.
func accountText(a Account) string { return a.Issuer + " " + a.Subject }

// Unlink deletes the link between a user and their university account and ends all their sessions. The next account that
// signs on with the user's address, verified, is linked. Errors: ErrForbidden, ErrNotFound.
func (a *Accounts) Unlink(ctx context.Context, actor Actor, id string) error {
	user, err := a.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	err = a.links.Unlink(ctx, user.ID, actor.Entry(a.clock.Now(), UserUnlinked, user.ID, user.Email))
	a.changed(id)
	return err
}
