// Package auth knows whom to let in: users, their roles and the part of the campus that they see, and sessions
// that end when they should.
//
// Start reading at Sessions (login, refresh, logout, and who holds a token) and Accounts (the users).
package auth

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Role is what a user may do.
type Role string

// The roles of users.
const (
	Admin   Role = "admin"
	Manager Role = "manager"
	Viewer  Role = "viewer"
)

// Login is how a user logs in.
type Login string

// The ways to log in.
const (
	// ByPassword is a user who has a password. The university's sign-on lets them in too where it knows them.
	ByPassword Login = "password"
	// BySignOn is a user whom the university's sign-on made: they have no password until an administrator, or a link of
	// an administrator's, gives them one. Then they log in ByPassword.
	BySignOn Login = "sign_on"
)

// User is a person who logs in.
type User struct {
	ID    string
	Email string // in lower case
	Role  Role
	// Space limits the user to a subtree of spaces; empty limits nothing.
	Space    string
	Disabled bool
	// Login says how; a user without one logs in by no password.
	Login Login
	// PasswordHash is the hasher's; it never leaves the module. Empty where the user has no password.
	PasswordHash string
	Created      time.Time
}

// givePassword lets a user log in by the password of a hash.
func (u *User) givePassword(hash string) { u.PasswordHash, u.Login = hash, ByPassword }

// Errors that a caller may meet.
var (
	// ErrCredentials is a wrong password, an unknown user or a disabled one: the three are not told apart.
	ErrCredentials = errors.New("wrong credentials")
	// ErrToken is a token that does not let in: forged, expired, or of a session that has ended.
	ErrToken = errors.New("token does not let in")
	// ErrTokenReused is a refresh token that was spent before: its session has been ended, since one of the two
	// who used it is a thief.
	ErrTokenReused = errors.New("refresh token was spent before")
	// ErrForbidden is what the caller's role does not let him do.
	ErrForbidden = errors.New("not for this role")
	// ErrNotFound is what is not there, or is out of the caller's reach.
	ErrNotFound = errors.New("not found")
	// ErrTaken is an e-mail address that another user has.
	ErrTaken = errors.New("the address is taken")
	// ErrLastAdmin is a change after which nobody could manage the whole campus.
	ErrLastAdmin = errors.New("the last administrator must stay")
	// ErrBusy is a login that was not tried because too many wait to be.
	ErrBusy = errors.New("too many logins at once")
)

// ErrThrottled is a login that was not tried because too many failed.
type ErrThrottled struct{ RetryAfter time.Duration }

func (e ErrThrottled) Error() string { return "too many failed logins" }

// Flaw is what is wrong with one field.
type Flaw struct {
	Field string
	Rule  string
	Args  map[string]any
}

// ErrInvalid names every bad field at once.
type ErrInvalid struct{ Flaws []Flaw }

func (e ErrInvalid) Error() string {
	names := make([]string, len(e.Flaws))
	for i, f := range e.Flaws {
		names[i] = f.Field
	}
	return fmt.Sprintf("invalid: %s", strings.Join(names, ", "))
}

// normalEmail is how an address is kept and looked up.
func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
