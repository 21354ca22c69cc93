package advicetest

import "context"

// people are the users of a test: each has an address made of the id.
type people struct{}

func (people) Emails(_ context.Context, ids []string) (map[string]string, error) {
	emails := make(map[string]string, len(ids))
	for _, id := range ids {
		emails[id] = id + "@example.org"
	}
	return emails, nil
}
