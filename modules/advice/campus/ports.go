package campus

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice"
)

// Trees reads what there is.
type Trees interface {
	// Tree is the campus as it is now.
	Tree(ctx context.Context) (advice.Tree, error)
}
