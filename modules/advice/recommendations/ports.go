package recommendations

import (
	"context"
	"errors"
	"time"

	"github.com/holotwin/holotwin/modules/advice/text"
)

// ErrUnreadable is an answer of a Rewriter that is no text.
var ErrUnreadable = errors.New("the rewording cannot be read")

// Rewriter words texts better. It may be left out.
type Rewriter interface {
	// Reword gives other words for a text; ErrUnreadable where it answered something else.
	Reword(ctx context.Context, l text.Language, t text.Text) (text.Text, error)
}

// WordingLife is how long better words are kept at the least.
const WordingLife = 90 * 24 * time.Hour

// Wordings keeps better words by the key of what they stand for.
type Wordings interface {
	// KeepWording keeps one, and lets go of those older than WordingLife.
	KeepWording(ctx context.Context, key string, t text.Text, at time.Time) error
	// KeptWordings are those of some keys that are kept.
	KeptWordings(ctx context.Context, keys []string) (map[string]text.Text, error)
}
