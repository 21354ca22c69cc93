package auth

import (
	"context"
	"time"
)

// Actor is the user or key that makes a request, with the request's origin.
type Actor struct {
	// ID is the user's or key's id; empty before authentication.
	ID   string
	Role Role
	// Space limits an administrator to the users and keys of a subtree of spaces; empty means no limit.
	Space string
	// Client is the IP address, Request the request id, which is also in the log.
	Client, Request string
}

// Entry is one audit entry: who did what to which target, when and from where.
type Entry struct {
	At      time.Time
	Actor   string
	Action  string
	Target  string
	Detail  string
	Client  string
	Request string
	// Refused is set if the request was refused, so the action was not done.
	Refused bool
}

// The actions that this module writes to the audit. Other modules write method and route.
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
	KeyChanged      = "key.changed"
	KeyRemoved      = "key.removed"
	KeyFirstUsed    = "key.first_used"
	KeyExpired      = "key.expired"
)

// Entry returns an audit entry for an action of the actor.
func (a Actor) Entry(at time.Time, action, target, detail string) Entry {
	return Entry{At: at, Actor: a.ID, Action: action, Target: target, Detail: detail, Client: a.Client, Request: a.Request}
}

// AuditQuery filters audit entries; an empty field matches all.
type AuditQuery struct {
	Actor, Action, Target string
	From, To              time.Time // [From, To); zero means no bound
	// Before is the number of the last entry of the previous page; 0 for the first page.
	Before int64
	Limit  int
}

// NumberedEntry is an entry with its number in the audit.
type NumberedEntry struct {
	Number int64
	Entry
}

// Notes stores entries. A process that does not run this module stores them until they are sent to the one that does: see Relay.
type Notes interface {
	// Note adds entries.
	Note(ctx context.Context, entries ...Entry) error
	// ForgetStrangers deletes entries of refused requests that have no actor and are older than before.
	ForgetStrangers(ctx context.Context, before time.Time) error
}

// Audit stores entries for ever, except those of refused requests without an actor. Entries of other processes are numbered as
// they arrive, and keep their own time.
type Audit interface {
	Notes
	AuditSink
	// Entries returns entries, newest first.
	Entries(ctx context.Context, q AuditQuery) ([]NumberedEntry, error)
}
