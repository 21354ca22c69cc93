package campus

import (
	"context"
)

// Directory is the campus as it is now.
type Directory interface {
	// Campus may be two seconds behind other processes.
	Campus(ctx context.Context) (*Campus, error)
	// Fresh holds every change that any process stored before the call. A use case that a person waits for begins with it, so
	// that whoever changed something through one process sees it through every other; what it calls may then use Campus.
	Fresh(ctx context.Context) (*Campus, error)
}

// FreshUnless is the campus, looked at again where it does not hold what is asked for: another process may have made that a
// moment ago.
func FreshUnless(ctx context.Context, d Directory, holds func(*Campus) bool) (*Campus, error) {
	campus, err := d.Campus(ctx)
	if err != nil || holds(campus) {
		return campus, err
	}
	return d.Fresh(ctx)
}
