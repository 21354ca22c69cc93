package auth

import "context"

// publishedPassword is the password that older versions set for users of the sign-on. It is published in the source code,
// so no user can log in with it or choose it.
const publishedPassword = "nobody has this password"

// UntestedPassword is a user whose hash may be that of the published password.
type UntestedPassword struct {
	User
	// Stranger is set if the audit shows that the password was chosen by someone who knew the published one.
	Stranger bool
}

// UntestedPasswords is the list of users whose hash was stored by a version that set the published password. Each is tested once.
type UntestedPasswords interface {
	// Untested returns at most limit users that were not tested yet, those with Stranger first; none at the end.
	Untested(ctx context.Context, limit int) ([]UntestedPassword, error)
	// KeepPassword removes a user from the list.
	KeepPassword(ctx context.Context, id string) error
	// RemovePassword removes a user from the list and, if they still have the hash, removes it, ends all their families,
	// deletes their reset link and adds the audit entry. Of several concurrent calls one does so.
	RemovePassword(ctx context.Context, id, hash string, note Entry) error
}

// untestedBatch is how many untested passwords are read at once: a few seconds' work at about 150 ms each.
const untestedBatch = 50

// RemovePublishedPasswords tests each untested hash once, removes the published password from users who have it, and
// returns their number. After an interruption the next run continues. Errors: ErrBusy.
func (a *Accounts) RemovePublishedPasswords(ctx context.Context) (removed int, err error) {
	for {
		list, err := a.untested.Untested(ctx, untestedBatch)
		if err != nil || len(list) == 0 {
			return removed, err
		}
		for _, u := range list {
			published := u.Stranger
			if !published {
				if published, _, err = a.hasher.Matches(ctx, u.PasswordHash, publishedPassword); err != nil {
					return removed, err
				}
			}
			if err := a.recordPasswordTest(ctx, u, published); err != nil {
				return removed, err
			}
			if published {
				removed++
			}
		}
	}
}

// programActor is the audit's actor for what the program does by itself.
var programActor = Actor{ID: "holotwin"}

func (a *Accounts) recordPasswordTest(ctx context.Context, u UntestedPassword, published bool) error {
	if !published {
		return a.untested.KeepPassword(ctx, u.ID)
	}
	err := a.untested.RemovePassword(ctx, u.ID, u.PasswordHash, programActor.Entry(a.clock.Now(), PasswordRemoved, u.ID, u.Email))
	a.changed(u.ID)
	return err
}
