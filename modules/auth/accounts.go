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
	spaces   Spaces
	hasher   Hasher
	clock    Clock
	newID    func(prefix string) string
	random   func(n int) []byte
	// changed is told of a user whose sessions must be looked at again.
	changed func(id string)
}

// AccountsNeed is what accounts are made of.
type AccountsNeed struct {
	Users    Users
	Resets   Resets
	Untested UntestedPasswords
	Links    Links
	Spaces   Spaces
	Hasher   Hasher
	Clock    Clock
	NewID    func(prefix string) string
	Random   func(n int) []byte
	// Changed is told of a user who was changed; nil tells nobody.
	Changed func(id string)
}

// NewAccounts makes accounts.
func NewAccounts(n AccountsNeed) *Accounts {
	if n.Changed == nil {
		n.Changed = func(string) {}
	}
	return &Accounts{users: n.Users, resets: n.Resets, untested: n.Untested, links: n.Links, spaces: n.Spaces, hasher: n.Hasher, clock: n.Clock, newID: n.NewID, random: n.Random, changed: n.Changed}
}

// First is the first administrator, just made.
type First struct {
	Email string
	// Password is set where it was made up here: this is the only time that it is seen.
	Password string
}

// Bootstrap makes the first administrator where there is no user yet; nil where there is one. Without a password
// it makes one up. It refuses the published password, which would let nobody in.
func (a *Accounts) Bootstrap(ctx context.Context, email, password string) (*First, error) {
	if any, err := a.users.AnyUser(ctx); any || err != nil {
		return nil, err
	}
	first := &First{Email: normalEmail(email)}
	if password == "" {
		password = a.MadeUp()
		first.Password = password
	}
	if password == publishedPassword {
		return nil, errors.New("the first administrator's password stands in published source: choose another")
	}
	hash, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	added, err := a.users.AddFirstUser(ctx, User{
		ID: a.newID("us"), Email: first.Email, Role: Admin, Login: ByPassword, PasswordHash: hash, Created: a.clock.Now(),
	})
	if err != nil || !added {
		return nil, err
	}
	return first, nil
}

// MadeUp is a password of 120 random bits.
func (a *Accounts) MadeUp() string { return base64.RawURLEncoding.EncodeToString(a.random(15)) }

// UserEdit is what an administrator sets of a user; nil leaves it as it is.
type UserEdit struct {
	Email    *string
	Password *string
	Role     *Role
	Space    *string
	Disabled *bool
}

// List gives the users that the actor manages, by id, from after one. Errors: ErrForbidden.
func (a *Accounts) List(ctx context.Context, actor Actor, after string, limit int) ([]User, error) {
	if actor.Role != Admin {
		return nil, ErrForbidden
	}
	return managedPage(after, limit,
		func(after string) ([]User, error) { return a.users.ListUsers(ctx, after, limit) },
		func(u User) string { return u.ID },
		func(u User) (bool, error) { return a.manages(ctx, actor, u.Space) })
}

// managedPage fills a page with what the actor manages, reading on while it is not full.
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

// Get gives one user that the actor manages. Errors: ErrForbidden, ErrNotFound.
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

// manages tells whether a user or key that is limited to a space is within what the actor manages.
func (a *Accounts) manages(ctx context.Context, actor Actor, space string) (bool, error) {
	if actor.Space == "" {
		return true, nil
	}
	if space == "" {
		return false, nil
	}
	return a.spaces.Within(ctx, actor.Space, space)
}

// Add adds a user. Errors: ErrForbidden, ErrInvalid, ErrTaken, ErrBusy.
func (a *Accounts) Add(ctx context.Context, actor Actor, edit UserEdit) (User, error) {
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
	if edit.Password == nil {
		flaws = append(flaws, Flaw{Field: "password", Rule: "required"})
	}
	if len(flaws) > 0 {
		return User{}, ErrInvalid{flaws}
	}
	if user.PasswordHash, err = a.hasher.Hash(ctx, *edit.Password); err != nil {
		return User{}, err
	}
	return user, a.users.AddUser(ctx, user, actor.Entry(user.Created, UserAdded, user.ID, described(user)))
}

// Change changes what is edited of a user, whatever else is changed of them at the same time. Another password, and being
// disabled, ends their sessions; another role or space holds in them within five seconds. What is not edited is not
// looked at: whose space is gone can be disabled, and moved. Errors: ErrForbidden, ErrNotFound, ErrInvalid, ErrTaken,
// ErrLastAdmin, ErrBusy.
func (a *Accounts) Change(ctx context.Context, actor Actor, id string, edit UserEdit) (User, error) {
	was, err := a.Get(ctx, actor, id)
	if err != nil {
		return User{}, err
	}
	hash, err := a.checked(ctx, actor, was, edit)
	if err != nil {
		return User{}, err
	}
	is, err := a.users.ChangeUser(ctx, id, "", func(u *User) (Entry, error) {
		if err := stillManaged(actor, was, *u); err != nil {
			return Entry{}, err
		}
		if flaws := edit.apply(u); len(flaws) > 0 {
			return Entry{}, ErrInvalid{flaws}
		}
		if edit.Password != nil {
			u.givePassword(hash)
		}
		return actor.Entry(a.clock.Now(), UserChanged, id, described(*u)), nil
	})
	a.changed(id)
	return is, err
}

// checked tells what is wrong with an edit, and hashes its password, which takes too long to be done in a transaction.
func (a *Accounts) checked(ctx context.Context, actor Actor, user User, edit UserEdit) (hash string, err error) {
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

// stillManaged refuses what a limited actor decided on a user who has another space by now: whether the actor manages it
// is not known.
func stillManaged(actor Actor, was, is User) error {
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
		return actor.Entry(a.clock.Now(), UserRemoved, id, described(u)), stillManaged(actor, was, u)
	})
	a.changed(id)
	return err
}

// described is what the audit says of a user.
func described(u User) string {
	text := u.Email + " " + string(u.Role)
	if u.Space != "" {
		text += " " + u.Space
	}
	if u.Disabled {
		text += " disabled"
	}
	return text
}

// apply sets what an edit says, but for the password, and tells what is wrong with what it says; whether a space is there
// is another's to tell.
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

// maxEmail is how long an address may be, in bytes.
const maxEmail = 320

// isAddress tells whether a normal e-mail address has the shape of one.
func isAddress(email string) bool {
	address, err := mail.ParseAddress(email)
	return err == nil && address.Address == email && len(email) <= maxEmail
}

// checkSpace refuses a space that is not there or not the actor's to give.
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

// ByEmail finds a user for a command. Errors: ErrNotFound.
func (a *Accounts) ByEmail(ctx context.Context, email string) (User, error) {
	user, found, err := a.users.UserByEmail(ctx, strings.TrimSpace(normalEmail(email)))
	if err == nil && !found {
		err = ErrNotFound
	}
	return user, err
}
