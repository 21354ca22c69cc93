package advice

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// campus is a tree that can be asked, in one request or job.
type campus struct {
	*layout

	mu sync.Mutex
	// siteEnds is when the last measured hour of a site ends, by site, as far as it was asked for.
	siteEnds map[string]time.Time
	// answers are those to questions about closed days, once they were asked for.
	answers []DayAnswer
	// asked tells that they were.
	asked bool
}

// layout is what a tree says; it stays the same until the tree changes, and is read by many at once.
type layout struct {
	tree     Tree
	spaces   map[string]Space
	devices  map[string]Device
	children map[string][]string // spaces inside a space
	standing map[string][]string // devices in a space
	behind   map[string][]string // devices behind a meter
	moves    map[string][]Move   // by device, oldest first

	mu sync.Mutex
	// facts are the traits of targets, as far as they were asked for.
	facts map[Target]string
}

func newCampus(l *layout) *campus {
	return &campus{layout: l, siteEnds: make(map[string]time.Time)}
}

// newLayout lays a tree out.
func newLayout(tree Tree) *layout {
	l := &layout{
		tree: tree, spaces: make(map[string]Space), devices: make(map[string]Device), children: make(map[string][]string),
		standing: make(map[string][]string), behind: make(map[string][]string), moves: make(map[string][]Move), facts: make(map[Target]string),
	}
	for _, s := range slices.SortedFunc(slices.Values(tree.Spaces), func(a, b Space) int { return cmp.Compare(a.ID, b.ID) }) {
		l.spaces[s.ID] = s
		l.children[s.Parent] = append(l.children[s.Parent], s.ID)
	}
	for _, d := range slices.SortedFunc(slices.Values(tree.Devices), func(a, b Device) int { return cmp.Compare(a.ID, b.ID) }) {
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

// is tells whether it is the layout of a tree.
func (l *layout) is(tree Tree) bool {
	return slices.Equal(l.tree.Spaces, tree.Spaces) && slices.Equal(l.tree.Devices, tree.Devices) && slices.Equal(l.tree.Moves, tree.Moves)
}

// within lists a space and all inside it, the innermost last; all there are within "".
func (c *campus) within(id string) []string {
	var list []string
	if _, known := c.spaces[id]; known {
		list = append(list, id)
	}
	for _, child := range c.children[id] {
		list = append(list, c.within(child)...)
	}
	return list
}

// path is a space and those around it, from the inside out.
func (c *campus) path(id string) []string {
	var path []string
	const deepest = 8
	for s, known := c.spaces[id]; known && len(path) < deepest; s, known = c.spaces[s.Parent] {
		path = append(path, s.ID)
	}
	return path
}

func (c *campus) siteOf(space string) string {
	path := c.path(space)
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

// sees tells whether a space lies within a caller's reach.
func (c *campus) sees(caller Caller, space string) bool {
	_, known := c.spaces[space]
	return known && (caller.Space == "" || slices.Contains(c.path(space), caller.Space))
}

// hungSince is since when a device hangs within a space, without having hung elsewhere in between. It is the zero time for one that
// always did, and for spaces, which take their past along wherever they are moved.
func (c *campus) hungSince(t Target, within string) time.Time {
	if t.Level != OfDevice || within == "" {
		return time.Time{}
	}
	for _, m := range slices.Backward(c.moves[t.ID]) {
		if !slices.Contains(c.path(m.Space), within) {
			return m.Until
		}
	}
	return time.Time{}
}

// shows tells whether a recommendation is within a caller's reach: its target, and the time whose figures it rests on.
func (c *campus) shows(caller Caller, r Recommendation) bool {
	return c.sees(caller, c.spaceOf(r.Target)) && !r.Basis.From.Before(c.hungSince(r.Target, caller.Space))
}

// spaceOf is where a target stands, or itself; "" where the target is not there any more.
func (c *campus) spaceOf(t Target) string {
	if t.Level == OfDevice {
		return c.devices[t.ID].Space
	}
	if c.spaces[t.ID].Kind == t.Level {
		return t.ID
	}
	return ""
}

// find gives the target of an id, a device's before a space's.
func (c *campus) find(id string) (Target, bool) {
	if _, known := c.devices[id]; known {
		return Target{OfDevice, id}, true
	}
	s, known := c.spaces[id]
	return Target{s.Kind, id}, known
}

// targets are all that can be analysed, what lies inside before what lies around it: devices before meters that
// others sit behind, and then spaces, the innermost first.
func (c *campus) targets() []Target {
	var plain, meters, spaces []Target
	for _, s := range c.within("") {
		for _, d := range c.standing[s] {
			switch {
			case c.devices[d].Kind == "sensor":
			case len(c.behind[d]) > 0:
				meters = append(meters, Target{OfDevice, d})
			default:
				plain = append(plain, Target{OfDevice, d})
			}
		}
		if c.addsUp(s) {
			spaces = append(spaces, Target{c.spaces[s].Kind, s})
		}
	}
	slices.SortStableFunc(spaces, func(a, b Target) int { return cmp.Compare(len(c.path(b.ID)), len(c.path(a.ID))) })
	return slices.Concat(plain, meters, spaces)
}

// addsUp tells whether a space is more than its only meter: it has several, or a size to be compared by.
func (c *campus) addsUp(space string) bool {
	roots := c.roots(space)
	return len(roots) > 1 || (len(roots) == 1 && c.spaces[space].AreaM2 > 0)
}

// roots are the metered devices within a space that sit behind no other of them.
func (c *campus) roots(space string) []string {
	var roots []string
	inside := c.within(space)
	for _, s := range inside {
		for _, d := range c.standing[s] {
			device := c.devices[d]
			parent, metered := c.devices[device.Parent]
			if device.Kind != "sensor" && (!metered || !slices.Contains(inside, parent.Space)) {
				roots = append(roots, d)
			}
		}
	}
	return roots
}

// inside are the devices behind a meter, or all within a space, and the spaces within it; not the target itself.
func (c *campus) inside(t Target) map[Target]bool {
	inner := make(map[Target]bool)
	if t.Level == OfDevice {
		for _, d := range c.behind[t.ID] {
			inner[Target{OfDevice, d}] = true
			for deeper := range c.inside(Target{OfDevice, d}) {
				inner[deeper] = true
			}
		}
		return inner
	}
	for _, s := range c.within(t.ID) {
		if s != t.ID {
			inner[Target{c.spaces[s].Kind, s}] = true
		}
		for _, d := range c.standing[s] {
			inner[Target{OfDevice, d}] = true
		}
	}
	return inner
}

// traits sums up what a target is, so that a change of it is seen.
func (c *campus) traits(t Target) string {
	c.layout.mu.Lock()
	defer c.layout.mu.Unlock()
	if _, known := c.facts[t]; !known {
		c.facts[t] = c.sumUp(t)
	}
	return c.facts[t]
}

func (c *campus) sumUp(t Target) string {
	d := history.NewDigest()
	space := c.spaceOf(t)
	d.Add("space", space)
	d.Add("zone", c.zone(space).String())
	if t.Level == OfDevice {
		device := c.devices[t.ID]
		d.Add("kind", device.Kind)
		d.Add("parent", device.Parent)
		d.AddNumber("rated", device.RatedW)
		d.AddNumber("standby", device.StandbyW)
		d.Add("behind", strconv.Itoa(len(c.behind[t.ID])))
		if device.ClockOff != 0 {
			d.Add("clock", device.ClockOff.Truncate(time.Minute).String())
		}
		return d.Hex()
	}
	d.AddNumber("area", c.spaces[t.ID].AreaM2)
	for _, root := range c.roots(t.ID) {
		d.Add("root", root)
	}
	return d.Hex()
}

// zone is the space's time zone; UTC where none is known.
func (c *campus) zone(space string) *time.Location {
	if zone := c.spaces[space].Zone; zone != nil {
		return zone
	}
	return time.UTC
}
