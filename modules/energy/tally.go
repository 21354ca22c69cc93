package energy

import "context"

// span is a run of quarter hours, dense, from a first one on.
type span struct {
	first    int64
	quarters []Quarter
}

func newSpan(from, to Instant) span {
	first := quarterOf(from)
	return span{first: first, quarters: make([]Quarter, quarterOf(to-1)+1-first)}
}

// put writes a page's quarters, those that lie in the span.
func (s span) put(p *Page) {
	begin := int64(p.Day) * QuartersPerDay
	for i, q := range p.Quarters {
		if at := begin + int64(i) - s.first; at >= 0 && at < int64(len(s.quarters)) {
			s.quarters[at] = q
		}
	}
}

// tally adds up the quarter hours of a group.
type tally struct {
	name  string
	span  span
	count []int32 // devices that count in each quarter, for coverage
}

func newTally(name string, from, to Instant) *tally {
	s := newSpan(from, to)
	return &tally{name: name, span: s, count: make([]int32, len(s.quarters))}
}

// add counts a device's quarter, its measured time capped at the quarter.
func (t *tally) add(i int, q Quarter) {
	t.count[i]++
	t.plus(i, q)
}

func (t *tally) plus(i int, q Quarter) {
	q.Measured, q.Filled = min(q.Measured, quarterMs), min(q.Filled, quarterMs)
	t.span.quarters[i] = t.span.quarters[i].plus(q)
}

// tally adds up what the query asks for, by group. No energy counts twice: where a meter and devices behind it
// both report, the meter stands for the whole and its remainder is unmetered; where the meter is silent, the
// devices behind it stand.
func (r *Reports) tally(ctx context.Context, campus *Campus, s scope, q Query) (map[string]*tally, error) {
	devices := devicesOf(campus, s)
	spans, err := r.spans(ctx, devices, q.From, q.To)
	if err != nil {
		return nil, err
	}
	c := counter{campus: campus, spans: spans, query: q, scope: s, groups: make(map[string]*tally)}
	c.behind = behind(campus, devices)
	if q.By == Ungrouped {
		c.group(s.id, s.name)
	}
	for _, d := range c.behind[""] {
		c.count(d)
	}
	return c.groups, nil
}

func devicesOf(campus *Campus, s scope) []Device {
	if s.device == "" {
		return campus.DevicesWithin(s.space)
	}
	device, _ := campus.Device(s.device)
	return []Device{device}
}

// behind lists the devices behind each meter of the scope; those behind none of it are under "".
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

func (r *Reports) spans(ctx context.Context, devices []Device, from, to Instant) (map[DeviceID]span, error) {
	ids := idsOf(devices)
	spans := make(map[DeviceID]span, len(ids))
	for page, err := range r.readings.Pages(ctx, ids, dayOf(from), dayOf(to-1)+1) {
		if err != nil {
			return nil, err
		}
		s, begun := spans[page.Device]
		if !begun {
			s = newSpan(from, to)
			spans[page.Device] = s
		}
		s.put(page)
	}
	return spans, nil
}

func dayOf(at Instant) int32 { return int32(int64(at) / dayMs) }

// counter walks the meters of a scope.
type counter struct {
	campus *Campus
	scope  scope
	query  Query
	spans  map[DeviceID]span
	behind map[DeviceID][]Device
	groups map[string]*tally
}

func (c *counter) group(key, name string) *tally {
	g := c.groups[key]
	if g == nil {
		g = newTally(name, c.query.From, c.query.To)
		c.groups[key] = g
	}
	return g
}

// count adds a device, or the meter and all behind it, to their groups.
func (c *counter) count(d Device) {
	if c.query.By == Ungrouped {
		c.countWhole(d)
		return
	}
	total := c.total(d)
	if total == nil {
		return
	}
	c.countParts(d, total)
}

// countWhole adds a device's total to the one group there is.
func (c *counter) countWhole(d Device) {
	g := c.group(c.scope.id, c.scope.name)
	for i, q := range c.total(d) {
		g.add(i, q)
	}
}

// total is what a device and those behind it used: its own figure where it has one, else theirs; nil where
// nothing is known of any of them.
func (c *counter) total(d Device) []Quarter {
	own, known := c.spans[d.ID]
	below := c.below(d)
	switch {
	case !known:
		return below
	case below == nil:
		return own.quarters
	}
	total := make([]Quarter, len(own.quarters))
	for i, q := range own.quarters {
		total[i] = q
		if !q.Known() {
			total[i] = below[i]
		}
	}
	return total
}

// below is what the devices behind a meter used together.
func (c *counter) below(d Device) []Quarter {
	var sum []Quarter
	devices := int64(len(c.behind[d.ID]))
	for _, child := range c.behind[d.ID] {
		part := c.total(child)
		if part == nil {
			continue
		}
		if sum == nil {
			sum = make([]Quarter, len(part))
		}
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
		key, name := c.groupOf(d)
		g := c.group(key, name)
		for i, q := range total {
			g.add(i, q)
		}
		return
	}
	for _, child := range c.behind[d.ID] {
		c.count(child)
	}
	own, metered := c.spans[d.ID]
	if !metered {
		return
	}
	rest := c.group(unmeteredKey, "")
	for i, q := range own.quarters {
		if !q.Known() {
			continue
		}
		q.Energy -= below[i].Energy
		q.Estimated -= min(below[i].Estimated, q.Estimated)
		rest.add(i, q)
	}
}

// groupOf is where a device's energy belongs. What hangs on no room, a building's own meter say, is unmetered by
// room: nobody measured which.
func (c *counter) groupOf(d Device) (key, name string) {
	switch c.query.By {
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
	for _, id := range c.campus.Path(d.Space) {
		if space, known := c.campus.Space(id); known && space.Kind == kind {
			return string(space.ID), space.Name
		}
	}
	return unmeteredKey, ""
}
