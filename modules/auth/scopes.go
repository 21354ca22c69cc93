package auth

import "context"

// Limited is a user or a key that is limited to a space or to some devices.
type Limited struct {
	// User is a user's id or Key is a key's id; the other is empty.
	User, Key string
	// Name is the user's address or the key's name.
	Name string
}

// Scopes finds the users and keys that would lose all access if a part of the campus were removed. A user or key limited to
// a removed space or device has access to nothing: an unknown space or device never means all of them.
type Scopes interface {
	// LimitedTo returns the users and keys that are limited to one of these spaces, and the keys that write for one of these
	// devices: users by id, then keys by id, at most limit. Disabled users are included.
	LimitedTo(ctx context.Context, spaces, devices []string, limit int) ([]Limited, error)
}
