package httpenergy

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// removalOf returns the answer to a dry run of a removal.
func removalOf(r energy.Removal) httpserver.Removal {
	return httpserver.NewRemoval(r.Deletes, blockersOf(r.Blockers)...)
}

func blockersOf(all []energy.Blocker) []httpserver.Blocker {
	out := make([]httpserver.Blocker, len(all))
	for i, b := range all {
		out[i] = httpserver.Blocker(b)
	}
	return out
}

// RemoveInput names an object to remove.
type RemoveInput struct {
	IDInput
	httpserver.DryRunInput
}
