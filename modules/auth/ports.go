package auth

import (
	"context"
	"time"
)

// Users stores users.
type Users interface {
	// UserByEmail returns the user with a normalised e-mail address; found is false if there is none.
	UserByEmail(ctx context.Context, email string) (user User, found bool, err error)
	// User returns the user with an id.
	User(ctx context.Context, id string) (user User, found bool, err error)
	// AnyUser reports whether any user exists.
	AnyUser(ctx context.Context) (bool, error)
	// AddFirstUser adds a user if none exists and reports whether it did. Of several concurrent calls one succeeds.
	AddFirstUser(ctx context.Context, user User) (added bool, err error)
	// ListUsers returns at most limit users, ordered by id, with ids greater than after.
	ListUsers(ctx context.Context, after string, limit int) ([]User, error)
	// AddUser adds a user and the audit entry; ErrTaken if another user has the address.
	AddUser(ctx context.Context, user User, note Entry) error
	// ChangeUser calls change with the current user, writes only the fields that it changed, adds its audit entry, and
	// returns the changed user. A new password ends all families except keep; disabling ends all families; either one
	// deletes the reset link. Errors: ErrTaken, ErrNotFound, ErrLastAdmin if no enabled administrator without a space
	// would be left, and errors of change; then nothing is written.
	ChangeUser(ctx context.Context, id, keep string, change UserChange) (User, error)
	// AccessOf counts what RemoveUser would delete together with a user; found is false if there is no such user. A session is
	// counted if it has not ended, was begun at or after begunFrom, and was used at or after usedFrom.
	AccessOf(ctx context.Context, id string, begunFrom, usedFrom time.Time) (access Access, found bool, err error)
	// RemoveUser deletes a user with their families and reset link if check returns no error. Errors: ErrNotFound,
	// ErrLastAdmin, and errors of check.
	RemoveUser(ctx context.Context, id string, check UserCheck) error
	// Rehash replaces the hash from by to, a new hash of the same password. done is false if the hash was no longer from.
	Rehash(ctx context.Context, id, from, to string) (done bool, err error)
}

// Access is what a user logs in by, and the sessions that they opened.
type Access struct {
	// Sessions are open; Links are the user's accounts of the university; ResetLinks are stored, used or not.
	Sessions, Links, ResetLinks int
	// LastAdmin is set if the user is the only enabled administrator without a space.
	LastAdmin bool
}

// UserChange edits the current user and returns the audit entry. It runs inside a transaction that locks the user, so it
// must not call anything outside. If it returns an error, nothing is written.
type UserChange func(*User) (Entry, error)

// UserCheck checks the current user and returns the audit entry, under the same conditions as a UserChange.
type UserCheck func(User) (Entry, error)

// KeyStore stores API keys. It stores only the SHA-256 of a secret.
type KeyStore interface {
	// AddKey adds a key and the audit entry.
	AddKey(ctx context.Context, key Key, secret []byte, note Entry) error
	// ListKeys returns at most limit keys, ordered by id, with ids greater than after.
	ListKeys(ctx context.Context, after string, limit int) ([]Key, error)
	// Key returns the key with an id; found is false if there is none.
	Key(ctx context.Context, id string) (key Key, found bool, err error)
	KeyByDigest(ctx context.Context, secret []byte) (key Key, found bool, err error)
	// UseKey stores when a key was last used, and adds the audit entry if it was never used before.
	UseKey(ctx context.Context, id string, at time.Time, first Entry) error
	// NoteExpired adds an audit entry for each of at most limit keys that have expired at an instant, once for each expiry, and returns
	// their number.
	NoteExpired(ctx context.Context, now time.Time, limit int, note func(Key) Entry) (noted int, err error)
	// ChangeKey calls change with the current key, writes its name and expiry, adds the audit entry, and returns the changed key;
	// ErrNotFound. change runs inside a transaction that locks the key, so it must not call anything outside.
	ChangeKey(ctx context.Context, id string, change func(*Key) Entry) (Key, error)
	// RemoveKey deletes a key and adds the audit entry; ErrNotFound.
	RemoveKey(ctx context.Context, id string, note Entry) error
}

// Spaces answers this module's questions about the campus.
type Spaces interface {
	// Within reports whether inner exists and equals outer or lies within it. Every existing space lies within "".
	Within(ctx context.Context, outer, inner string) (bool, error)
	// Unknown returns the devices that do not exist or are outside the space within.
	Unknown(ctx context.Context, within string, devices []string) ([]string, error)
	// Zone returns the time zone of the site of the first space or device in ids that exists. If none exists, it is the zone of the
	// only site, or else the configured one. Empty ids are skipped.
	Zone(ctx context.Context, ids ...string) (*time.Location, error)
}

// Reports answers what is known of the devices of a key.
type Reports interface {
	// ReportingToday counts the devices that a key may write for and that sent something today, by the day of their site; none if
	// the key was not used on that day. Which key a device used is not stored, so some of them may have used another key. Errors: ErrAway.
	ReportingToday(ctx context.Context, key Key) (int, error)
}

// Family is one login and the chain of refresh tokens that followed from it.
type Family struct {
	ID   string
	User string
	// Begun is the time of the login, Used that of the last refresh.
	Begun, Used time.Time
	Ended       bool
}

// Families stores sessions. It stores only the SHA-256 of a token.
type Families interface {
	// Begin stores a new family, its first refresh token and the audit entry, if check accepts the current user.
	// Errors: ErrNotFound, and errors of check.
	Begin(ctx context.Context, family Family, token []byte, check UserCheck) error
	// Find returns the family of a token, and whether the token was already spent.
	Find(ctx context.Context, token []byte) (family Family, spent, found bool, err error)
	// Spend replaces a token by its successor. Of several concurrent calls one wins. The nonces of earlier tokens of the family are deleted.
	Spend(ctx context.Context, token []byte, successor Successor, now time.Time) (won bool, err error)
	// Repetition returns what is stored of a spent token whose successor was not used yet; found is false for any other.
	Repetition(ctx context.Context, token []byte) (first Repetition, found bool, err error)
	// EndRepetition deletes the nonce of the token whose successor has a digest that begins with successorName, in hexadecimal.
	EndRepetition(ctx context.Context, family, successorName string) error
	// End ends a family and adds the audit entry; for a family that has already ended it does nothing.
	End(ctx context.Context, id string, note Entry) error
	// Standing returns the current state of a family and its user.
	Standing(ctx context.Context, id string) (family Family, user User, found bool, err error)
}

// Hasher hashes passwords. It is slow by design and limits concurrent work: ErrBusy if too many calls wait.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
	// Matches reports whether a password has this hash, and whether the hash is stale and should be renewed. An empty
	// hash matches no password and takes as long as any other.
	Matches(ctx context.Context, hash, password string) (ok, stale bool, err error)
}

// Claims are the contents of an access token.
type Claims struct {
	Subject string
	Role    Role
	Space   string
	Family  string
	ID      string
	Issued  time.Time
	Expires time.Time
}

// Tokens signs and verifies access tokens.
type Tokens interface {
	Sign(c Claims) (string, error)
	// Verify returns the claims of a token that this server signed and that has not expired; ErrToken otherwise.
	Verify(token string) (Claims, error)
}

// Clock returns the current time.
type Clock interface{ Now() time.Time }
