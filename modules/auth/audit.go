package auth

import (
	"context"
	"time"
)

// Actor is who does something, and where the request came from.
type Actor struct {
	// ID is the user's or key's; empty for somebody who is not let in yet.
	ID   string
	Role Role
	// Space limits what an administrator manages to the users and keys of a subtree; empty limits nothing.
	Space string
	// Client is the address, Request the id under which the log tells more.
	Client, Request string
}

// Entry is a line of the audit: who did what to what, when and from where.
type Entry struct {
	At      time.Time
	Actor   string
	Action  string
	Target  string
	Detail  string
	Client  string
	Request string
	// Refused is set where it was not done: the request was refused.
	Refused bool
}

// The actions that this module notes; others note theirs as method and route.
const (
	LoggedIn        = "login"
	LoginRefused    = "login.refused"
	LoggedOut       = "logout"
	TokenReused     = "token.reused"
	UserAdded       = "user.added"
	UserChanged     = "user.changed"
	UserRemoved     = "user.removed"
	PasswordChanged = "password.changed"
	PasswordRemoved = "password.removed"
	KeyAdded        = "key.added"
	KeyRemoved      = "key.removed"
)

// Entry makes a line of what the actor does.
func (a Actor) Entry(at time.Time, action, target, detail string) Entry {
	return Entry{At: at, Actor: a.ID, Action: action, Target: target, Detail: detail, Client: a.Client, Request: a.Request}
}

// AuditQuery asks for lines, newest first; empty members ask for all.
type AuditQuery struct {
	Actor, Action, Target string
	From, To              time.Time // [From, To); zero is open
	// Before is the number of the last line that was had; 0 begins.
	Before int64
	Limit  int
}

// Numbered is a line with its place in the audit.
type Numbered struct {
	Number int64
	Entry
}

// Audit keeps lines for ever, but for those about the refused requests of strangers.
type Audit interface {
	Note(ctx context.Context, entries ...Entry) error
	// Entries gives lines, newest first.
	Entries(ctx context.Context, q AuditQuery) ([]Numbered, error)
	// ForgetStrangers drops lines of refused requests that have no actor and are older than an instant.
	ForgetStrangers(ctx context.Context, before time.Time) error
}
