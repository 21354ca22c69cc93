package recommendations

import (
	"context"
	"errors"
	"time"

	"github.com/holotwin/holotwin/modules/advice/text"
)

// ErrUnreadable is returned if a Rewriter's answer is not a text.
var ErrUnreadable = errors.New("the rewording cannot be read")

// Rewriter rewrites texts in better words. It is optional.
type Rewriter interface {
	// Reword returns another wording of a text. Errors: ErrUnreadable.
	Reword(ctx context.Context, l text.Language, t text.Text) (text.Text, error)
}

// People knows the users who decide on recommendations.
type People interface {
	// Emails returns the e-mail addresses of users by id; who is no user any more is left out.
	Emails(ctx context.Context, ids []string) (map[string]string, error)
}

// WordingLife is the minimum time that a wording is stored.
const WordingLife = 90 * 24 * time.Hour

// Wordings stores better wordings, each by the key of the text that it replaces.
type Wordings interface {
	// KeepWording stores a wording, and deletes wordings older than WordingLife.
	KeepWording(ctx context.Context, key string, t text.Text, at time.Time) error
	// KeptWordings returns the stored wordings of some keys.
	KeptWordings(ctx context.Context, keys []string) (map[string]text.Text, error)
}
