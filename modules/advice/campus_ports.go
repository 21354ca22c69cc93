package advice

import "context"

// Trees reads what there is.
type Trees interface {
	// Tree is the campus as it is now.
	Tree(ctx context.Context) (Tree, error)
}
