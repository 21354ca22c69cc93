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
	// Reword returns another wording of a text; ErrUnreadable if the answer is no text.
	Reword(ctx context.Context, l text.Language, t text.Text) (text.Text, error)
}

// WordingLife is how long a wording is stored at the minimum.
const WordingLife = 90 * 24 * time.Hour

// Wordings stores better wordings by the key of the text that they replace.
type Wordings interface {
	// KeepWording stores one, and deletes those older than WordingLife.
	KeepWording(ctx context.Context, key string, t text.Text, at time.Time) error
	// KeptWordings are the stored ones of some keys.
	KeptWordings(ctx context.Context, keys []string) (map[string]text.Text, error)
}
