package campus

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// layout is an index of a tree. It does not change, and is safe for concurrent reads.
type layout struct {
	tree     advice.Tree
	spaces   map[string]advice.Space
	devices  map[string]advice.Device
	children map[string][]string      // spaces inside a space
	standing map[string][]string      // devices in a space
	behind   map[string][]string      // devices behind a meter
	moves    map[string][]advice.Move // by device, oldest first

	mu sync.Mutex
	// facts caches the traits of targets.
	facts map[advice.Target]string
}

// newLayout indexes a tree.
func newLayout(tree advice.Tree) *layout {
	l := &layout{
		tree: tree, spaces: make(map[string]advice.Space), devices: make(map[string]advice.Device), children: make(map[string][]string),
		standing: make(map[string][]string), behind: make(map[string][]string), moves: make(map[string][]advice.Move), facts: make(map[advice.Target]string),
	}
	for _, s := range slices.SortedFunc(slices.Values(tree.Spaces), func(a, b advice.Space) int { return cmp.Compare(a.ID, b.ID) }) {
		l.spaces[s.ID] = s
		l.children[s.Parent] = append(l.children[s.Parent], s.ID)
	}
	for _, d := range slices.SortedFunc(slices.Values(tree.Devices), func(a, b advice.Device) int { return cmp.Compare(a.ID, b.ID) }) {
		l.devices[d.ID] = d
		l.standing[d.Space] = append(l.standing[d.Space], d.ID)
		if d.Parent != "" {
			l.behind[d.Parent] = append(l.behind[d.Parent], d.ID)
		}
	}
	for _, m := range tree.Moves {
		l.moves[m.Device] = append(l.moves[m.Device], m)
	}
	return l
}

// matches reports whether it is the layout of a tree.
func (l *layout) matches(tree advice.Tree) bool {
	return slices.Equal(l.tree.Spaces, tree.Spaces) && slices.Equal(l.tree.Devices, tree.Devices) && slices.Equal(l.tree.Moves, tree.Moves)
}

// Within returns a space and all spaces inside it, the innermost last; for "" all spaces.
func (l *layout) Within(id string) []string {
	var list []string
	if _, known := l.spaces[id]; known {
		list = append(list, id)
	}
	for _, child := range l.children[id] {
		list = append(list, l.Within(child)...)
	}
	return list
}

// Path returns a space and the spaces around it, from the inside out.
func (l *layout) Path(id string) []string {
	var path []string
	const deepest = 8
	for s, known := l.spaces[id]; known && len(path) < deepest; s, known = l.spaces[s.Parent] {
		path = append(path, s.ID)
	}
	return path
}

func (l *layout) SiteOf(space string) string {
	path := l.Path(space)
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

// MovedIn returns since when a device has been inside a space without a break. It is the zero time for a device that was always there, and
// for spaces, since a moved space keeps its past.
func (l *layout) MovedIn(t advice.Target, within string) time.Time {
	if t.Level != advice.OfDevice || within == "" {
		return time.Time{}
	}
	for _, m := range slices.Backward(l.moves[t.ID]) {
		if !slices.Contains(l.Path(m.Space), within) {
			return m.Until
		}
	}
	return time.Time{}
}

// Zone returns the space's time zone; UTC if none is set.
func (l *layout) Zone(space string) *time.Location {
	if zone := l.spaces[space].Zone; zone != nil {
		return zone
	}
	return time.UTC
}
