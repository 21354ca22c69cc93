package local

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/auth"
)

// People gives the advice module the e-mail addresses of users.
type People struct{ Users auth.Users }

var _ recommendations.People = People{}

// Emails returns the addresses of users by id; who is no user any more is left out.
func (p People) Emails(ctx context.Context, ids []string) (map[string]string, error) {
	emails := make(map[string]string, len(ids))
	for _, id := range ids {
		if emails[id] != "" {
			continue
		}
		user, found, err := p.Users.User(ctx, id)
		if err != nil {
			return nil, err
		}
		if found {
			emails[id] = user.Email
		}
	}
	return emails, nil
}
