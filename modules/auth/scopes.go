package auth

import "context"

// Limited is a user or a key whose reach is a space or some devices.
type Limited struct {
	// User is a user's id, Key a key's; the other is empty.
	User, Key string
	// Name is the user's address or the key's name.
	Name string
}

// Scopes tells whose reach would be gone with a part of the campus. Who is limited to what is not there reaches nothing:
// an unknown space or device never stands for all of them.
type Scopes interface {
	// LimitedTo gives the users and keys that are limited to one of these spaces, and the keys that write for one of these
	// devices: users by id, then keys by id, limit at most. Disabled users are among them.
	LimitedTo(ctx context.Context, spaces, devices []string, limit int) ([]Limited, error)
}
