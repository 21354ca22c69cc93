package auth

import "context"

// publishedPassword is the text whose hash users of the sign-on were once given for want of a password. It stands in
// published source, so it is nobody's password: it lets no user in, and no user may choose it.
const publishedPassword = "nobody has this password"

// UntestedPassword is a user whose hash may be that of the published password.
type UntestedPassword struct {
	User
	// Stranger is set where the audit shows that the password was chosen by who knew the published one.
	Stranger bool
}

// UntestedPasswords are the hashes that were stored before users of the sign-on went without; each is tested once.
type UntestedPasswords interface {
	// Untested gives some that were not tested yet, strangers' first; none at the end.
	Untested(ctx context.Context, limit int) ([]UntestedPassword, error)
	// KeepPassword takes a user off the list.
	KeepPassword(ctx context.Context, id string) error
	// RemovePassword takes a user off the list and, if the hash is still theirs, takes it from them, ends all their
	// families and their reset link, and notes it. Of many who do so at once, one does.
	RemovePassword(ctx context.Context, id, hash string, note Entry) error
}

// untestedAtOnce is how many untested passwords are read at once: at some 150 ms each, a few seconds' work.
const untestedAtOnce = 50

// RemovePublishedPasswords tests each hash that was stored before users of the sign-on went without a password, once
// and for all, takes the published one from who has it, and tells from how many. What a broken run left, the next one
// does. Errors: ErrBusy.
func (a *Accounts) RemovePublishedPasswords(ctx context.Context) (removed int, err error) {
	for {
		list, err := a.untested.Untested(ctx, untestedAtOnce)
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
			if err := a.settlePassword(ctx, u, published); err != nil {
				return removed, err
			}
			if published {
				removed++
			}
		}
	}
}

// passwordChecker is whom the audit names for what the program does by itself.
var passwordChecker = Actor{ID: "holotwin"}

func (a *Accounts) settlePassword(ctx context.Context, u UntestedPassword, published bool) error {
	if !published {
		return a.untested.KeepPassword(ctx, u.ID)
	}
	err := a.untested.RemovePassword(ctx, u.ID, u.PasswordHash, passwordChecker.Entry(a.clock.Now(), PasswordRemoved, u.ID, u.Email))
	a.changed(u.ID)
	return err
}
