package campus

import (
	"context"
)

// Directory returns the current campus.
type Directory interface {
	// Campus may be two seconds behind other processes.
	Campus(ctx context.Context) (*Campus, error)
	// Fresh has every change that any process stored before the call. A use case that a person waits for begins with it, so
	// that a person who changed something through one process sees it through every other. The functions that it calls may then
	// use Campus.
	Fresh(ctx context.Context) (*Campus, error)
}

// FreshUnless returns Campus if complete accepts it, and Fresh otherwise: another process may have just made the missing object.
func FreshUnless(ctx context.Context, d Directory, complete func(*Campus) bool) (*Campus, error) {
	campus, err := d.Campus(ctx)
	if err != nil || complete(campus) {
		return campus, err
	}
	return d.Fresh(ctx)
}
