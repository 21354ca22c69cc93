package standing

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// Store stores what a process knows, in its own database, so that it still knows it after a restart while auth is away. Replicas share a
// store: each saves what it pulled, and the answers repeat themselves for two minutes, so that the newest state of each user stays.
type Store interface {
	// Load returns what is stored, at least as new as the cursor that it returns.
	Load(ctx context.Context) (Known, error)
	// Save stores an update in one transaction.
	Save(ctx context.Context, update Update) error
}

// Known is what is stored.
type Known struct {
	// Cursor is the Now of the last answer that was saved; zero if there is none yet.
	Cursor time.Time
	// RecordedFrom is that of auth.Changes.
	RecordedFrom time.Time
	// Families are the ended sessions, each with the instant until which it is stored.
	Families map[string]time.Time
	// Users are the changed users by id.
	Users map[string]User
	Keys  map[auth.KeyDigest]auth.Key
}

// User is the state of a changed user.
type User struct {
	auth.UserState
	// Until is the instant until which the state is stored: then every token that was signed before it has expired.
	Until time.Time
}

// Update is what changes in a store by one pull. Its parts are applied in their order.
type Update struct {
	Cursor       time.Time
	RecordedFrom time.Time
	// Now is when it is saved: ended sessions and users with an earlier Until are deleted.
	Now time.Time
	// Families ended, Users changed; they are stored until Until.
	Families []string
	Users    []auth.UserState
	Until    time.Time
	// NoKeys is set if keys changed that the answer does not name: all keys are deleted.
	NoKeys bool
	// Changed keys are deleted if removed, and otherwise replaced where they are stored.
	Changed []auth.KeyState
	// Refused keys are deleted, Learned ones are stored.
	Refused []auth.KeyDigest
	Learned map[auth.KeyDigest]auth.Key
}

// isEmpty reports whether an update changes nothing but the cursor.
func (u Update) isEmpty() bool {
	return len(u.Families) == 0 && len(u.Users) == 0 && !u.NoKeys && len(u.Changed) == 0 && len(u.Refused) == 0 && len(u.Learned) == 0
}
