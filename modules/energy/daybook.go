package energy

import "slices"

// daySum is what a group used on one UTC day.
type daySum struct {
	name     string
	quarters [QuartersPerDay]Quarter
	// count is how many devices count in each quarter.
	count [QuartersPerDay]int32
}

func (s *daySum) add(i int, q Quarter) {
	s.count[i]++
	q.Measured, q.Filled = min(q.Measured, quarterMs), min(q.Filled, quarterMs)
	s.quarters[i] = s.quarters[i].plus(q)
}

// within is what of a day lies in [from, to).
func (s *daySum) within(day int32, from, to Instant) Energy {
	var sum Energy
	for i, q := range s.quarters {
		if at := quarterStart(int64(day)*QuartersPerDay + int64(i)); at >= from && at < to {
			sum += q.Energy
		}
	}
	return sum
}

// dayBook is what a query's groups used on one UTC day. It does not change once it is made.
type dayBook struct {
	groups map[string]*daySum
	// meters are those with devices behind them, beside what those used.
	meters map[DeviceID]*meterDay
	gaps   dayGaps
}

// topology is which device sits behind which, within a scope, while none is moved.
type topology struct {
	from, to Instant
	campus   *Campus
	// behind lists the devices behind each meter; those behind none of the scope are under "".
	behind map[DeviceID][]Device
}

func newTopology(e epoch, s scope) topology {
	return topology{from: e.from, to: e.to, campus: e.campus, behind: behind(e.campus, devicesOf(e.campus, s))}
}

// devicesOf are the devices of a scope: a device with all behind it, or those in a space and inside it. What measures
// reactive energy is no part of the active, and stands for itself where it is asked for. What hung outside the scope's reach at the
// time is none of it.
func devicesOf(campus *Campus, s scope) []Device {
	if s.device == "" {
		return slices.DeleteFunc(campus.DevicesWithin(s.space), Device.IsReactive)
	}
	device, _ := campus.Device(s.device)
	if !campus.Contains(s.reach, device.Space) {
		return nil
	}
	all := append([]Device{device}, slices.DeleteFunc(allBehind(campus, s.device), Device.IsReactive)...)
	return slices.DeleteFunc(all, func(d Device) bool { return !campus.Contains(s.reach, d.Space) })
}

func allBehind(campus *Campus, meter DeviceID) []Device {
	var all []Device
	for _, d := range campus.Behind(meter) {
		all = append(append(all, d), allBehind(campus, d.ID)...)
	}
	return all
}

func behind(campus *Campus, devices []Device) map[DeviceID][]Device {
	inside := make(map[DeviceID]bool, len(devices))
	for _, d := range devices {
		inside[d.ID] = true
	}
	tree := make(map[DeviceID][]Device)
	for _, d := range devices {
		meter := d.Parent
		for meter != "" && !inside[meter] {
			above, known := campus.Device(meter)
			if !known {
				break
			}
			meter = above.Parent
		}
		if !inside[meter] {
			meter = ""
		}
		tree[meter] = append(tree[meter], d)
	}
	return tree
}

// counter adds up the devices of a scope on one day. No energy counts twice: where a meter and devices behind it
// both report, the meter stands for the whole and its remainder is unmetered; where the meter is silent, the
// devices behind it stand.
type counter struct {
	scope scope
	by    Grouping
	pages map[DeviceID]*Page
	begun map[DeviceID]int32
	book  *dayBook

	topology topology
	lo, hi   int // the topology's quarters of the day, [lo, hi)
}

// countDay makes the book of a day from its pages.
func countDay(scope scope, by Grouping, day int32, topologies []topology, pages map[DeviceID]*Page, begun map[DeviceID]int32) *dayBook {
	c := counter{scope: scope, by: by, pages: pages, begun: begun}
	c.book = &dayBook{groups: make(map[string]*daySum), meters: make(map[DeviceID]*meterDay), gaps: make(dayGaps)}
	if by == Ungrouped {
		c.group(scope.id, scope.name)
	}
	for _, t := range topologies {
		c.topology = t
		c.lo, c.hi = t.quartersOf(day)
		if c.lo >= c.hi {
			continue
		}
		c.noteGaps()
		for _, d := range t.behind[""] {
			c.count(d)
		}
	}
	return c.book
}

// noteGaps notes what the devices that ever reported lack.
func (c *counter) noteGaps() {
	for _, devices := range c.topology.behind {
		for _, d := range devices {
			if _, begun := c.begun[d.ID]; begun {
				c.book.gaps.note(d.ID, c.pages[d.ID])
			}
		}
	}
}

func (c *counter) group(key, name string) *daySum {
	g := c.book.groups[key]
	if g == nil {
		g = &daySum{name: name}
		c.book.groups[key] = g
	}
	return g
}

// silent is the page of a device that says nothing on a day.
var silent Page

// own is what a device reported itself; nil where it never did. A day before its first one is a gap like any other: what it
// measures was there already, and a total without it is not to be compared with one that holds it.
func (c *counter) own(d Device) []Quarter {
	if page := c.pages[d.ID]; page != nil {
		return page.Quarters[:]
	}
	if _, reports := c.begun[d.ID]; reports {
		return silent.Quarters[:]
	}
	return nil
}

// count adds a device, or the meter and all behind it, to their groups.
func (c *counter) count(d Device) {
	total := c.total(d)
	switch {
	case total == nil:
	case c.by == Ungrouped:
		c.addTo(c.group(c.scope.id, c.scope.name), total)
	default:
		c.countParts(d, total)
	}
}

func (c *counter) addTo(g *daySum, quarters []Quarter) {
	for i := c.lo; i < c.hi; i++ {
		g.add(i, quarters[i])
	}
}

// total is what a device and those behind it used: its own figure where it has one, else theirs; nil where
// nothing is known of any of them.
func (c *counter) total(d Device) []Quarter {
	own, below := c.own(d), c.below(d)
	switch {
	case own == nil:
		return below
	case below == nil:
		return own
	}
	total := make([]Quarter, QuartersPerDay)
	for i, q := range own {
		total[i] = q
		if !q.Known() {
			total[i] = below[i]
		}
	}
	return total
}

// below is what the devices behind a meter used together, of those that ever reported.
func (c *counter) below(d Device) []Quarter {
	var parts [][]Quarter
	for _, child := range c.topology.behind[d.ID] {
		if part := c.total(child); part != nil {
			parts = append(parts, part)
		}
	}
	if parts == nil {
		return nil
	}
	sum, devices := make([]Quarter, QuartersPerDay), int64(len(parts))
	for _, part := range parts {
		for i, q := range part {
			q.Measured, q.Filled = min(q.Measured, quarterMs)/devices, min(q.Filled, quarterMs)/devices
			sum[i] = sum[i].plus(q)
		}
	}
	return sum
}

// countParts gives a meter's total to the groups of the devices behind it, and what is left to unmetered; a
// device with none behind it is its own part.
func (c *counter) countParts(d Device, total []Quarter) {
	below := c.below(d)
	if below == nil {
		c.addTo(c.group(c.groupOf(d)), total)
		return
	}
	for _, child := range c.topology.behind[d.ID] {
		c.count(child)
	}
	own := c.own(d)
	if own == nil {
		return
	}
	rest, meter := c.group(unmeteredKey, ""), c.meter(d)
	for i := c.lo; i < c.hi; i++ {
		q := own[i]
		if !q.Known() {
			continue
		}
		meter.note(i, q, below[i])
		q.Energy -= below[i].Energy
		q.Estimated -= min(below[i].Estimated, q.Estimated)
		rest.add(i, q)
	}
}

// meter is the day of a meter beside the devices behind it.
func (c *counter) meter(d Device) *meterDay {
	m := c.book.meters[d.ID]
	if m == nil {
		m = &meterDay{}
		c.book.meters[d.ID] = m
	}
	for _, child := range c.topology.behind[d.ID] {
		var used Energy
		for i, q := range c.total(child) {
			if i >= c.lo && i < c.hi {
				used += q.Energy
			}
		}
		m.offer(child.ID, used)
	}
	return m
}

// groupOf is where a device's energy belongs. What hangs on no room, a building's own meter say, is unmetered by
// room: nobody measured which.
func (c *counter) groupOf(d Device) (key, name string) {
	switch c.by {
	case PerDevice:
		return string(d.ID), d.Name
	case PerKind:
		return string(d.Kind), string(d.Kind)
	case PerRoom:
		return c.spaceOf(d, KindRoom)
	case PerBuilding:
		return c.spaceOf(d, KindBuilding)
	case Ungrouped:
	}
	return c.scope.id, c.scope.name
}

func (c *counter) spaceOf(d Device, kind SpaceKind) (key, name string) {
	for _, id := range c.topology.campus.Path(d.Space) {
		if space, known := c.topology.campus.Space(id); known && space.Kind == kind {
			return string(space.ID), space.Name
		}
	}
	return unmeteredKey, ""
}
