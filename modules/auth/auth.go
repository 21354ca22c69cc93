// Package auth authenticates and authorises: users, their roles and the part of the campus that they see, sessions,
// API keys and single sign-on.
//
// Start reading at Sessions (login, refresh, logout, token check) and Accounts (the users).
package auth

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Role determines what a user may do.
type Role string

// The roles of users.
const (
	Admin   Role = "admin"
	Manager Role = "manager"
	Viewer  Role = "viewer"
)

// Enrolling is not the role of a user. It is what a session may do whose user must set up a second factor first: only that.
const Enrolling Role = "enrolling"

// Device is the role of keys that write measurements and read nothing. The other role of keys is Viewer.
const Device Role = "device"

// Login is how a user logs in.
type Login string

// The ways to log in.
const (
	// ByPassword is a user with a password, or an invited one, who sets it by a link. They may also use the university's sign-on
	// if it knows them.
	ByPassword Login = "password"
	// BySignOn is a user created by the university's sign-on. They have no password until an administrator sets one or
	// sends them a reset link; then they become ByPassword.
	BySignOn Login = "sign_on"
)

// User is a person who logs in.
type User struct {
	ID    string
	Email string // in lower case
	Role  Role
	// Space limits the user to a subtree of spaces; empty means no limit.
	Space    string
	Disabled bool
	// Login is how the user logs in; a user with an empty Login has no password.
	Login Login
	// PasswordHash is the Hasher's hash. It never leaves the module. Empty if the user has no password.
	PasswordHash string
	// InitialPassword is set while the first administrator has the password that they were created with.
	InitialPassword bool
	// SecondFactor is set if a login by password needs a code. FactorDemanded is set if the user's role must have a second factor. The
	// store derives both; a change of them here is not written.
	SecondFactor, FactorDemanded bool
	Created                      time.Time
}

// HasPassword reports whether a user logs in with a password of this server.
func (u User) HasPassword() bool { return u.Login == ByPassword && u.PasswordHash != "" }

// MustSetUpFactor reports whether a user must set up a second factor before anything else. Users who log in at the university never
// must.
func (u User) MustSetUpFactor() bool { return u.FactorDemanded && !u.SecondFactor && u.HasPassword() }

// Rights returns the role that a user's sessions have now.
func (u User) Rights() Role {
	if u.MustSetUpFactor() {
		return Enrolling
	}
	return u.Role
}

// IsInvited reports whether an administrator added the user without a password and none was set since.
func (u User) IsInvited() bool { return u.Login == ByPassword && u.PasswordHash == "" }

// setPassword sets a user's password by its hash.
func (u *User) setPassword(hash string) {
	u.PasswordHash, u.Login, u.InitialPassword = hash, ByPassword, false
}

// Errors that a caller may receive.
var (
	// ErrCredentials is a wrong password, an unknown user or a disabled user. The caller cannot see which.
	ErrCredentials = errors.New("wrong credentials")
	// ErrToken is an invalid token: forged, expired, or of a session that has ended.
	ErrToken = errors.New("invalid token")
	// ErrTokenReused is a refresh token that was already used. Its session has ended, because one of the two users of
	// the token stole it.
	ErrTokenReused = errors.New("refresh token was already used")
	// ErrForbidden is an action that the caller's role does not permit.
	ErrForbidden = errors.New("not for this role")
	// ErrAway is returned by a port whose module does not answer now.
	ErrAway = errors.New("another module does not answer now")
	// ErrNotFound is something that does not exist or that the caller may not see.
	ErrNotFound = errors.New("not found")
	// ErrTaken is an e-mail address that belongs to another user.
	ErrTaken = errors.New("the address is taken")
	// ErrLastAdmin is a change that would leave no administrator of the whole campus.
	ErrLastAdmin = errors.New("the last administrator must stay")
	// ErrBusy is a login that was not tried because too many logins are waiting.
	ErrBusy = errors.New("too many logins at once")
)

// ErrThrottled is a login that was not tried because too many logins failed before.
type ErrThrottled struct{ RetryAfter time.Duration }

func (e ErrThrottled) Error() string { return "too many failed logins" }

// Flaw is one invalid field: the rule that it breaks and the arguments of the rule's message.
type Flaw struct {
	Field string
	Rule  string
	Args  map[string]any
}

// ErrInvalid lists all invalid fields of a request.
type ErrInvalid struct{ Flaws []Flaw }

func (e ErrInvalid) Error() string {
	names := make([]string, len(e.Flaws))
	for i, f := range e.Flaws {
		names[i] = f.Field
	}
	return fmt.Sprintf("invalid: %s", strings.Join(names, ", "))
}

// normalEmail returns an address in the form in which it is stored and looked up.
func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
