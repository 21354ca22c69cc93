package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"net/mail"
	"strings"
)

// Accounts manages users.
type Accounts struct {
	users    Users
	resets   Resets
	untested UntestedPasswords
	links    Links
	factors  FactorStore
	spaces   Spaces
	hasher   Hasher
	clock    Clock
	newID    func(prefix string) string
	random   func(n int) []byte
	// changed is called with the id of a user whose cached sessions are out of date.
	changed func(id string)
}

// AccountsNeed is what NewAccounts needs.
type AccountsNeed struct {
	Users    Users
	Resets   Resets
	Untested UntestedPasswords
	Links    Links
	Factors  FactorStore
	Spaces   Spaces
	Hasher   Hasher
	Clock    Clock
	NewID    func(prefix string) string
	Random   func(n int) []byte
	// Changed is called with the id of each changed user; may be nil.
	Changed func(id string)
}

// NewAccounts returns the use cases that manage users.
func NewAccounts(n AccountsNeed) *Accounts {
	if n.Changed == nil {
		n.Changed = func(string) {}
	}
	return &Accounts{users: n.Users, resets: n.Resets, untested: n.Untested, links: n.Links, factors: n.Factors, spaces: n.Spaces, hasher: n.Hasher, clock: n.Clock, newID: n.NewID, random: n.Random, changed: n.Changed}
}

// FirstAdmin is the first administrator, just created.
type FirstAdmin struct {
	Email string
	// Password is set if it was generated here. It is shown only this once.
	Password string
}

// Use says what an installation is for.
type Use int

// The uses of an installation.
const (
	// ForWork asks the first administrator to change their password: it stands in a log, a settings file or a terminal.
	ForWork Use = iota
	// ForDemo asks for nothing.
	ForDemo
)

// Bootstrap creates the first administrator if there is no user yet, and returns nil if there is one. Without a password
// it generates one. It rejects the published password, because no user can log in with it.
func (a *Accounts) Bootstrap(ctx context.Context, email, password string, use Use) (*FirstAdmin, error) {
	if any, err := a.users.AnyUser(ctx); any || err != nil {
		return nil, err
	}
	first := &FirstAdmin{Email: normalEmail(email)}
	if password == "" {
		password = a.GeneratePassword()
		first.Password = password
	}
	if password == publishedPassword {
		return nil, errors.New("the first administrator's password is published in the source code: choose another")
	}
	hash, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	added, err := a.users.AddFirstUser(ctx, User{
		ID: a.newID("us"), Email: first.Email, Role: Admin, Login: ByPassword, PasswordHash: hash, InitialPassword: use == ForWork, Created: a.clock.Now(),
	})
	if err != nil || !added {
		return nil, err
	}
	return first, nil
}

// GeneratePassword returns a password of 120 random bits.
func (a *Accounts) GeneratePassword() string {
	return base64.RawURLEncoding.EncodeToString(a.random(15))
}

// UserEdit holds the fields that an administrator sets; a nil field stays unchanged.
type UserEdit struct {
	Email    *string
	Password *string
	Role     *Role
	Space    *string
	Disabled *bool
}

// List returns at most limit users that the actor manages, ordered by id, with ids greater than after. Errors: ErrForbidden.
func (a *Accounts) List(ctx context.Context, actor Actor, after string, limit int) ([]User, error) {
	if actor.Role != Admin {
		return nil, ErrForbidden
	}
	return managedPage(after, limit,
		func(after string) ([]User, error) { return a.users.ListUsers(ctx, after, limit) },
		func(u User) string { return u.ID },
		func(u User) (bool, error) { return a.manages(ctx, actor, u.Space) })
}

// managedPage returns up to limit items that the actor manages. It reads more pages until it has enough.
func managedPage[T any](after string, limit int, read func(after string) ([]T, error), id func(T) string, manages func(T) (bool, error)) ([]T, error) {
	var list []T
	for {
		page, err := read(after)
		if err != nil {
			return nil, err
		}
		for _, one := range page {
			managed, err := manages(one)
			if err != nil {
				return nil, err
			}
			if managed {
				list = append(list, one)
			}
			if len(list) == limit {
				return list, nil
			}
			after = id(one)
		}
		if len(page) < limit {
			return list, nil
		}
	}
}

// Get returns one user that the actor manages. Errors: ErrForbidden, ErrNotFound.
func (a *Accounts) Get(ctx context.Context, actor Actor, id string) (User, error) {
	if actor.Role != Admin {
		return User{}, ErrForbidden
	}
	user, found, err := a.users.User(ctx, id)
	if err != nil {
		return User{}, err
	}
	if !found {
		return User{}, ErrNotFound
	}
	managed, err := a.manages(ctx, actor, user.Space)
	if err == nil && !managed {
		err = ErrNotFound
	}
	return user, err
}

// manages reports whether the actor manages a user or key that is limited to a space.
func (a *Accounts) manages(ctx context.Context, actor Actor, space string) (bool, error) {
	if actor.Space == "" {
		return true, nil
	}
	if space == "" {
		return false, nil
	}
	return a.spaces.Within(ctx, actor.Space, space)
}

// Add adds a user with a password. Errors: ErrForbidden, ErrInvalid, ErrTaken, ErrBusy.
func (a *Accounts) Add(ctx context.Context, actor Actor, edit UserEdit) (User, error) {
	if edit.Password == nil {
		empty := ""
		edit.Password = &empty // it is rejected
	}
	user, err := a.newUser(ctx, actor, edit)
	if err != nil {
		return User{}, err
	}
	if user.PasswordHash, err = a.hasher.Hash(ctx, *edit.Password); err != nil {
		return User{}, err
	}
	return user, a.users.AddUser(ctx, user, actor.Entry(user.Created, UserAdded, user.ID, auditText(user)))
}

// newUser returns a user who is not stored yet, without their password. Errors: ErrForbidden, ErrInvalid.
func (a *Accounts) newUser(ctx context.Context, actor Actor, edit UserEdit) (User, error) {
	if actor.Role != Admin {
		return User{}, ErrForbidden
	}
	user := User{ID: a.newID("us"), Role: Viewer, Login: ByPassword, Created: a.clock.Now()}
	flaws := edit.apply(&user)
	flaw, err := a.checkSpace(ctx, actor, user.Space)
	if err != nil {
		return User{}, err
	}
	if flaw != nil {
		flaws = append(flaws, *flaw)
	}
	if edit.Email == nil {
		flaws = append(flaws, Flaw{Field: "email", Rule: "required"})
	}
	if len(flaws) > 0 {
		return User{}, ErrInvalid{flaws}
	}
	return user, nil
}

// Change sets the edited fields of a user and keeps concurrent changes of other fields. A new password or Disabled ends
// their sessions; a new role or space takes effect in open sessions within five seconds. Only edited fields are checked: a
// user whose space no longer exists can still be disabled or moved. Errors: ErrForbidden, ErrNotFound, ErrInvalid,
// ErrTaken, ErrLastAdmin, ErrBusy.
func (a *Accounts) Change(ctx context.Context, actor Actor, id string, edit UserEdit) (User, error) {
	was, err := a.Get(ctx, actor, id)
	if err != nil {
		return User{}, err
	}
	hash, err := a.checkEdit(ctx, actor, was, edit)
	if err != nil {
		return User{}, err
	}
	is, err := a.users.ChangeUser(ctx, id, "", func(u *User) (Entry, error) {
		if err := checkStillManaged(actor, was, *u); err != nil {
			return Entry{}, err
		}
		if flaws := edit.apply(u); len(flaws) > 0 {
			return Entry{}, ErrInvalid{flaws}
		}
		if edit.Password != nil {
			u.setPassword(hash)
		}
		return actor.Entry(a.clock.Now(), UserChanged, id, auditText(*u)), nil
	})
	a.changed(id)
	return is, err
}

// checkEdit validates an edit and hashes its password. Hashing takes too long for a transaction.
func (a *Accounts) checkEdit(ctx context.Context, actor Actor, user User, edit UserEdit) (hash string, err error) {
	flaws := edit.apply(&user)
	if edit.Space != nil {
		flaw, err := a.checkSpace(ctx, actor, user.Space)
		if err != nil {
			return "", err
		}
		if flaw != nil {
			flaws = append(flaws, *flaw)
		}
	}
	if len(flaws) > 0 {
		return "", ErrInvalid{flaws}
	}
	if edit.Password == nil {
		return "", nil
	}
	return a.hasher.Hash(ctx, *edit.Password)
}

// checkStillManaged rejects a change by a limited actor if the user's space changed meanwhile: the actor may not manage the
// new space.
func checkStillManaged(actor Actor, was, is User) error {
	if actor.Space != "" && is.Space != was.Space {
		return ErrNotFound
	}
	return nil
}

// Remove removes a user and ends their sessions. Errors: ErrForbidden, ErrNotFound, ErrLastAdmin.
func (a *Accounts) Remove(ctx context.Context, actor Actor, id string) error {
	was, err := a.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	err = a.users.RemoveUser(ctx, id, func(u User) (Entry, error) {
		return actor.Entry(a.clock.Now(), UserRemoved, id, auditText(u)), checkStillManaged(actor, was, u)
	})
	a.changed(id)
	return err
}

// auditText returns the audit's description of a user.
func auditText(u User) string {
	text := u.Email + " " + string(u.Role)
	if u.Space != "" {
		text += " " + u.Space
	}
	if u.Disabled {
		text += " disabled"
	}
	return text
}

// apply sets the edited fields except the password, and returns the invalid ones. It does not check that the space exists.
func (edit UserEdit) apply(u *User) []Flaw {
	var flaws []Flaw
	if edit.Email != nil {
		u.Email = normalEmail(*edit.Email)
		if !isAddress(u.Email) {
			flaws = append(flaws, Flaw{Field: "email", Rule: "email"})
		}
	}
	if edit.Password != nil {
		if rule, args := CheckPassword(*edit.Password, u.Email); rule != "" {
			flaws = append(flaws, Flaw{Field: "password", Rule: rule, Args: args})
		}
	}
	if edit.Role != nil {
		u.Role = *edit.Role
		if u.Role != Admin && u.Role != Manager && u.Role != Viewer {
			flaws = append(flaws, Flaw{Field: "role", Rule: "one_of", Args: map[string]any{"values": "admin, manager, viewer"}})
		}
	}
	if edit.Space != nil {
		u.Space = *edit.Space
	}
	if edit.Disabled != nil {
		u.Disabled = *edit.Disabled
	}
	return flaws
}

// maxEmail is the maximum length of an address in bytes.
const maxEmail = 320

// isAddress reports whether a normalised e-mail address is well-formed.
func isAddress(email string) bool {
	address, err := mail.ParseAddress(email)
	return err == nil && address.Address == email && len(email) <= maxEmail
}

// checkSpace rejects a space that does not exist or that the actor does not manage.
func (a *Accounts) checkSpace(ctx context.Context, actor Actor, space string) (*Flaw, error) {
	if space == "" && actor.Space == "" {
		return nil, nil
	}
	if space == "" {
		return &Flaw{Field: "space_id", Rule: "required"}, nil
	}
	within, err := a.spaces.Within(ctx, actor.Space, space)
	if err != nil || within {
		return nil, err
	}
	return &Flaw{Field: "space_id", Rule: "no_such"}, nil
}

// ByEmail returns the user with an address, for the commands. Errors: ErrNotFound.
func (a *Accounts) ByEmail(ctx context.Context, email string) (User, error) {
	user, found, err := a.users.UserByEmail(ctx, strings.TrimSpace(normalEmail(email)))
	if err == nil && !found {
		err = ErrNotFound
	}
	return user, err
}
