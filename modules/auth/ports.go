package auth

import (
	"context"
	"time"
)

// Users keeps users.
type Users interface {
	// UserByEmail finds one by a normal e-mail address; found is false where there is none.
	UserByEmail(ctx context.Context, email string) (user User, found bool, err error)
	// User finds one by id.
	User(ctx context.Context, id string) (user User, found bool, err error)
	// AnyUser tells whether there is one at all.
	AnyUser(ctx context.Context) (bool, error)
	// AddFirstUser adds one if there is none at all, and tells whether it did; of many processes one does.
	AddFirstUser(ctx context.Context, user User) (added bool, err error)
	// ListUsers gives users by id, from after one.
	ListUsers(ctx context.Context, after string, limit int) ([]User, error)
	// AddUser adds one and notes it; ErrTaken where the address is another's.
	AddUser(ctx context.Context, user User, note Entry) error
	// ChangeUser changes one: change edits them as they are now, and what it changed, and nothing else, is written with
	// the line that it gives. All families but keep end of one who has another password; all of one who is disabled;
	// their reset link goes with either. It gives the user as they became. ErrTaken, ErrNotFound, ErrLastAdmin where no
	// enabled administrator without a space would be left, and what change returns: then nothing is written.
	ChangeUser(ctx context.Context, id, keep string, change UserChange) (User, error)
	// RemoveUser removes one with their families and their reset link, if check lets it; ErrNotFound, ErrLastAdmin, and
	// what check returns.
	RemoveUser(ctx context.Context, id string, check UserCheck) error
	// Rehash replaces the hash of the same password, if it is still the one that was compared, and tells whether it was.
	Rehash(ctx context.Context, id, from, to string) (done bool, err error)
}

// UserChange edits a user as they are now and gives the line of the audit that says what they became. It runs while
// nobody else changes them, inside a transaction, so it asks nothing of the outside. An error leaves all as it was.
type UserChange func(*User) (Entry, error)

// UserCheck looks at a user as they are now, under the terms of a UserChange, and gives the line of what is done to them.
type UserCheck func(User) (Entry, error)

// KeyStore keeps API keys. Secrets are known by their SHA-256 alone.
type KeyStore interface {
	// AddKey adds one and notes it.
	AddKey(ctx context.Context, key Key, secret []byte, note Entry) error
	// ListKeys gives keys by id, from after one.
	ListKeys(ctx context.Context, after string, limit int) ([]Key, error)
	// Key finds one by id; found is false where there is none.
	Key(ctx context.Context, id string) (key Key, found bool, err error)
	KeyByDigest(ctx context.Context, secret []byte) (key Key, found bool, err error)
	// UseKey notes when a key was last used.
	UseKey(ctx context.Context, id string, at time.Time) error
	// RemoveKey removes one and notes it; ErrNotFound.
	RemoveKey(ctx context.Context, id string, note Entry) error
}

// Spaces is what this module asks of the campus.
type Spaces interface {
	// Within tells whether a space is there, and is another or lies within it; every one that is there lies within "".
	Within(ctx context.Context, outer, inner string) (bool, error)
	// Unknown gives the devices that are not there or hang outside a space.
	Unknown(ctx context.Context, within string, devices []string) ([]string, error)
}

// Family is one login and the refresh tokens that came of it, one after the other.
type Family struct {
	ID   string
	User string
	// Begun is the login, Used the last refresh.
	Begun, Used time.Time
	Ended       bool
}

// Families keeps sessions. Tokens are known by their SHA-256 alone.
type Families interface {
	// Begin keeps a new family and its first refresh token, if check lets its user in as they are now, and notes it.
	// ErrNotFound, and what check returns.
	Begin(ctx context.Context, family Family, token []byte, check UserCheck) error
	// Find gives the family of a token, and whether that token was spent.
	Find(ctx context.Context, token []byte) (family Family, spent, found bool, err error)
	// Spend exchanges a token for its successor: of many who try at once, one wins.
	Spend(ctx context.Context, token, successor []byte, now time.Time) (won bool, err error)
	// End ends a family and notes it; one that has ended is not noted again.
	End(ctx context.Context, id string, note Entry) error
	// Standing is a family with its user as both are now.
	Standing(ctx context.Context, id string) (family Family, user User, found bool, err error)
}

// Hasher hashes passwords. It is slow by design, so it takes few at a time: ErrBusy where too many wait.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
	// Matches tells whether a password has a hash, and whether the hash should be made anew. An empty hash matches no
	// password, and takes as long as any.
	Matches(ctx context.Context, hash, password string) (ok, stale bool, err error)
}

// Claims are what an access token says.
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
	// Verify gives the claims of a token that is ours and has not expired; ErrToken otherwise.
	Verify(token string) (Claims, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }
