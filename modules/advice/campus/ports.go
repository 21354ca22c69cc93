package campus

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice"
)

// Trees reads the tree of spaces and devices.
type Trees interface {
	// Tree returns the present tree.
	Tree(ctx context.Context) (advice.Tree, error)
}
