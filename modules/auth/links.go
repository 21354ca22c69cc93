package auth

import (
	"context"
	"errors"
	"time"
)

// Links keeps which account of the university is which user.
type Links interface {
	// Admit tells decide who an account and an address are, as they stand while nobody else changes them, and writes what
	// it decides in the same transaction: the user and the link are made, or the user's address and role changed, and it
	// is noted. The error of decide is given as it is.
	Admit(ctx context.Context, account Account, email string, decide func(Candidates) (Admission, error)) (User, error)
	// EndSessions ends the families of the user whom an account is linked to, and notes it of them; found is false where
	// there is no such user.
	EndSessions(ctx context.Context, account Account, note Entry) (user string, found bool, err error)
	// Unlink forgets the accounts of a user, ends all their families, and notes it; ErrNotFound where there is none.
	Unlink(ctx context.Context, user string, note Entry) error
}

// Candidates is what is kept of who signs on.
type Candidates struct {
	// Linked is the user whom the account is linked to; nil where there is none.
	Linked *User
	// Holder is the user who has the address; nil where nobody has.
	Holder *User
	// HolderLinked tells that the holder is linked to another account of the same issuer.
	HolderLinked bool
	// LastAdmin is the only enabled administrator of the whole campus; empty where there are several.
	LastAdmin string
}

// Admission is who is let in.
type Admission struct {
	User User
	// Add makes the user, Link links them to the account.
	Add, Link bool
	At        time.Time
	Notes     []Entry
}

// What is noted of links and of sessions that end.
const (
	UserLinked    = "user.linked"
	UserUnlinked  = "user.unlinked"
	SessionsEnded = "sessions.ended"
)

// admit gives the user of an identity. notice is what the operator should know of it.
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

// endSessions ends what an account opened: its groups give no right any more.
func (s *SignOns) endSessions(ctx context.Context, account Account, from Actor) error {
	user, found, err := s.links.EndSessions(ctx, account, from.Entry(s.sessions.clock.Now(), SessionsEnded, "", "no group has a role here"))
	if found {
		s.sessions.Forget(user)
	}
	return err
}

// admitLinked lets in who has been here before: they keep their user, whatever their address is by now.
func (s *SignOns) admitLinked(known Candidates, email string, role Role, from Actor) (admission Admission, notice string, err error) {
	user := *known.Linked
	if user.Disabled {
		return Admission{}, "", ErrSignOn{"the user " + user.ID + " is disabled"}
	}
	if user.Email != email {
		if known.Holder == nil {
			user.Email = email
		} else {
			notice = "the address at the university is now another than that of the user " + user.ID + ", who keeps theirs: the new one is that of " + known.Holder.ID
		}
	}
	return s.withRole(known, user, role, from, *known.Linked), notice, nil
}

// admitHolder lets in the user who has had the address since before the account was known. Only the provider's word that the
// address is theirs may do so, and only once: another account with the same address is another person.
func (s *SignOns) admitHolder(known Candidates, identity Identity, role Role, from Actor) (Admission, error) {
	user := *known.Holder
	switch {
	case known.HolderLinked:
		return Admission{}, ErrSignOn{"the address is that of the user " + user.ID + ", who is linked to another account of the provider (sub): remove or unlink that user, or change their address"}
	case !identity.Verified:
		return Admission{}, ErrSignOn{"the address is not verified and is that of the user " + user.ID + ": an account is linked to a user who is there by a verified address alone"}
	case user.Disabled:
		return Admission{}, ErrSignOn{"the user " + user.ID + " is disabled"}
	}
	admission := s.withRole(known, user, role, from, user)
	admission.Link = true
	admission.Notes = append(admission.Notes, from.Entry(admission.At, UserLinked, user.ID, accountText(identity.Account)))
	return admission, nil
}

// withRole gives a user the role of their groups. The campus keeps its last administrator, whatever the groups say.
func (s *SignOns) withRole(known Candidates, user User, role Role, from Actor, was User) Admission {
	if user.ID != known.LastAdmin {
		user.Role = role
	}
	admission := Admission{User: user, At: s.sessions.clock.Now()}
	if user != was {
		admission.Notes = []Entry{from.Entry(admission.At, UserChanged, user.ID, described(user))}
	}
	return admission
}

func (s *SignOns) admitNew(identity Identity, email string, role Role, from Actor) Admission {
	now := s.sessions.clock.Now()
	user := User{ID: s.sessions.newID("us"), Email: email, Role: role, Login: BySignOn, Created: now}
	return Admission{User: user, Add: true, Link: true, At: now, Notes: []Entry{
		from.Entry(now, UserAdded, user.ID, described(user)), from.Entry(now, UserLinked, user.ID, accountText(identity.Account)),
	}}
}

// accountText is what the audit says of an account.
func accountText(a Account) string { return a.Issuer + " " + a.Subject }

// Unlink forgets which account of the university a user is, and ends all their sessions: the next one with a verified
// address that is theirs is linked. Errors: ErrForbidden, ErrNotFound.
func (a *Accounts) Unlink(ctx context.Context, actor Actor, id string) error {
	user, err := a.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	err = a.links.Unlink(ctx, user.ID, actor.Entry(a.clock.Now(), UserUnlinked, user.ID, user.Email))
	a.changed(id)
	return err
}
