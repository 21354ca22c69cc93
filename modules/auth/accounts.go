package auth

import (
	"context"
	"encoding/base64"
)

// Accounts manages users.
type Accounts struct {
	users  Users
	hasher Hasher
	clock  Clock
	newID  func(prefix string) string
	random func(n int) []byte
}

// NewAccounts makes accounts.
func NewAccounts(users Users, hasher Hasher, clock Clock, newID func(string) string, random func(int) []byte) *Accounts {
	return &Accounts{users: users, hasher: hasher, clock: clock, newID: newID, random: random}
}

// First is the first administrator, just made.
type First struct {
	Email string
	// Password is set where it was made up here: this is the only time that it is seen.
	Password string
}

// Bootstrap makes the first administrator where there is no user yet; nil where there is one. Without a password
// it makes one up.
func (a *Accounts) Bootstrap(ctx context.Context, email, password string) (*First, error) {
	if any, err := a.users.AnyUser(ctx); any || err != nil {
		return nil, err
	}
	first := &First{Email: normalEmail(email)}
	if password == "" {
		password = base64.RawURLEncoding.EncodeToString(a.random(15))
		first.Password = password
	}
	hash, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	added, err := a.users.AddFirstUser(ctx, User{
		ID: a.newID("us"), Email: first.Email, Role: Admin, PasswordHash: hash, Created: a.clock.Now(),
	})
	if err != nil || !added {
		return nil, err
	}
	return first, nil
}
