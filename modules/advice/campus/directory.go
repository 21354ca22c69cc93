package campus

import (
	"context"
	"sync"

	"github.com/holotwin/holotwin/modules/advice"
)

// Directory reads the campus for all services of the module, and caches its layout until the tree changes.
type Directory struct {
	trees Trees

	mu sync.Mutex
	// last is the layout of the last tree that was read.
	last *layout
}

// NewDirectory returns a directory.
func NewDirectory(trees Trees) *Directory { return &Directory{trees: trees} }

// Campus returns the present campus, for one request or job.
func (d *Directory) Campus(ctx context.Context) (*Campus, error) {
	tree, err := d.trees.Tree(ctx)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last == nil || !d.last.matches(tree) {
		d.last = newLayout(tree)
	}
	return newCampus(d.last), nil
}

// Target returns a device or space that the caller may see. Errors: ErrNotFound.
func (d *Directory) Target(ctx context.Context, caller advice.Caller, id string) (*Campus, advice.Target, error) {
	c, err := d.Campus(ctx)
	if err != nil {
		return nil, advice.Target{}, err
	}
	t, known := c.Find(id)
	if !known || !c.Sees(caller, c.SpaceOf(t)) {
		return nil, t, advice.ErrNotFound{Kind: "device or space", ID: id}
	}
	return c, t, nil
}

// Recommendation returns a stored recommendation that the caller may see. Errors: ErrNotFound.
func (d *Directory) Recommendation(ctx context.Context, caller advice.Caller, stored advice.Recommendations, id string) (*Campus, advice.Recommendation, error) {
	c, err := d.Campus(ctx)
	if err != nil {
		return nil, advice.Recommendation{}, err
	}
	r, found, err := stored.Recommendation(ctx, id)
	if err != nil {
		return nil, r, err
	}
	if !found || !c.Shows(caller, r) {
		return nil, r, advice.ErrNotFound{Kind: "recommendation", ID: id}
	}
	return c, r, nil
}
