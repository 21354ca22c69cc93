package auth

import (
	"context"
	"errors"
	"time"
)

// Removal is what a removal would take along.
type Removal struct {
	// Deletes counts what would be deleted or ended, by kind.
	Deletes map[Kind]int
	// LastAdmin is set if the removal would be refused with ErrLastAdmin.
	LastAdmin bool
}

// Kind is a kind of thing that a removal deletes or ends.
type Kind string

// The kinds of this module.
const (
	KindUser    Kind = "user"
	KindKey     Kind = "key"
	KindSession Kind = "session"
	// KindLink is the link between a user and an account of the university.
	KindLink      Kind = "link"
	KindResetLink Kind = "reset_link"
)

// PreviewRemove returns what Remove would take along. It changes nothing. Errors: ErrForbidden, ErrNotFound.
func (a *Accounts) PreviewRemove(ctx context.Context, actor Actor, id string) (Removal, error) {
	access, err := a.accessOf(ctx, actor, id)
	if err != nil {
		return Removal{}, err
	}
	removal := Removal{Deletes: map[Kind]int{KindUser: 1, KindSession: access.Sessions}, LastAdmin: access.LastAdmin}
	if access.Links > 0 {
		removal.Deletes[KindLink] = access.Links
	}
	if access.ResetLinks > 0 {
		removal.Deletes[KindResetLink] = access.ResetLinks
	}
	return removal, nil
}

// PreviewUnlink returns what Unlink would take along. It changes nothing. Errors: ErrForbidden, ErrNotFound.
func (a *Accounts) PreviewUnlink(ctx context.Context, actor Actor, id string) (Removal, error) {
	access, err := a.accessOf(ctx, actor, id)
	if err == nil && access.Links == 0 {
		err = ErrNotFound
	}
	return Removal{Deletes: map[Kind]int{KindLink: access.Links, KindSession: access.Sessions}}, err
}

func (a *Accounts) accessOf(ctx context.Context, actor Actor, id string) (Access, error) {
	if _, err := a.Get(ctx, actor, id); err != nil {
		return Access{}, err
	}
	now := a.clock.Now()
	access, found, err := a.users.AccessOf(ctx, id, now.Add(-SessionLife), now.Add(-IdleLife))
	if err == nil && !found {
		err = ErrNotFound
	}
	return access, err
}

// KeyRemoval is what the removal of a key would take along, and who used it.
type KeyRemoval struct {
	Removal
	// ReportingToday is the number of devices that may have used the key today; see Reports. It is nil if it is not known now.
	ReportingToday *int
	// LastUsed is exact to a minute; zero if the key was never used.
	LastUsed time.Time
}

// PreviewRemove returns what Remove would take along. It changes nothing. Errors: ErrForbidden, ErrNotFound.
func (k *Keys) PreviewRemove(ctx context.Context, actor Actor, id string) (KeyRemoval, error) {
	key, err := k.Get(ctx, actor, id)
	if err != nil {
		return KeyRemoval{}, err
	}
	removal := KeyRemoval{Removal: Removal{Deletes: map[Kind]int{KindKey: 1}}, LastUsed: key.LastUsed}
	if key.Reads() {
		removal.ReportingToday = new(int)
		return removal, nil
	}
	switch reporting, err := k.reports.ReportingToday(ctx, key); {
	case err == nil:
		removal.ReportingToday = &reporting
	case !errors.Is(err, ErrAway): // a key must be removable while the module that knows is away
		return removal, err
	}
	return removal, nil
}
