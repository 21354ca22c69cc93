package usage

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// GroupTotals are what a group used on one UTC day.
type GroupTotals struct {
	name     string
	Quarters [energy.QuartersPerDay]ledger.Quarter
	// count is how many devices count in each quarter.
	count [energy.QuartersPerDay]int32
}

func (s *GroupTotals) add(i int, q ledger.Quarter) {
	s.count[i]++
	q.Measured, q.Filled = min(q.Measured, energy.QuarterMs), min(q.Filled, energy.QuarterMs)
	s.Quarters[i] = s.Quarters[i].Plus(q)
}

// within is what of a day lies in [from, to).
func (s *GroupTotals) within(day int32, from, to energy.Instant) energy.Energy {
	var sum energy.Energy
	for i, q := range s.Quarters {
		if at := energy.QuarterStart(int64(day)*energy.QuartersPerDay + int64(i)); at >= from && at < to {
			sum += q.Energy
		}
	}
	return sum
}

// DayTotals are what a query's groups used on one UTC day. It does not change once it is made.
type DayTotals struct {
	Groups map[string]*GroupTotals
	// meters are those with devices behind them, beside what those used.
	meters map[energy.DeviceID]*meterDay
	Gaps   dayGaps
}

// Topology is which device sits behind which, within a scope, while none is moved.
type Topology struct {
	from, to energy.Instant
	campus   *campus.Campus
	// behind lists the devices behind each meter; those behind none of the scope are under "".
	behind map[energy.DeviceID][]campus.Device
}

// NewTopology makes the topology of a scope in an epoch.
func NewTopology(e campus.Epoch, s campus.Scope) Topology {
	return Topology{from: e.From, to: e.To, campus: e.Campus, behind: campus.MeterTree(e.Campus, campus.DevicesOf(e.Campus, s))}
}

// dayAggregator adds up the devices of a scope on one day. No energy counts twice: where a meter and devices behind it
// both report, the meter stands for the whole and its remainder is unmetered; where the meter is silent, the
// devices behind it stand.
type dayAggregator struct {
	scope campus.Scope
	by    Grouping
	pages map[energy.DeviceID]*ledger.Page
	begun map[energy.DeviceID]int32
	book  *DayTotals

	topology Topology
	lo, hi   int // the topology's quarters of the day, [lo, hi)
}

// CountDay makes the book of a day from its pages.
func CountDay(scope campus.Scope, by Grouping, day int32, topologies []Topology, pages map[energy.DeviceID]*ledger.Page, begun map[energy.DeviceID]int32) *DayTotals {
	c := dayAggregator{scope: scope, by: by, pages: pages, begun: begun}
	c.book = &DayTotals{Groups: make(map[string]*GroupTotals), meters: make(map[energy.DeviceID]*meterDay), Gaps: make(dayGaps)}
	if by == Ungrouped {
		c.group(scope.ID, scope.Name)
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
func (c *dayAggregator) noteGaps() {
	for _, devices := range c.topology.behind {
		for _, d := range devices {
			if _, begun := c.begun[d.ID]; begun {
				c.book.Gaps.note(d.ID, c.pages[d.ID])
			}
		}
	}
}

func (c *dayAggregator) group(key, name string) *GroupTotals {
	g := c.book.Groups[key]
	if g == nil {
		g = &GroupTotals{name: name}
		c.book.Groups[key] = g
	}
	return g
}

// silent is the page of a device that says nothing on a day.
var silent ledger.Page

// own is what a device reported itself; nil where it never did. A day before its first one is a gap like any other: what it
// measures was there already, and a total without it is not to be compared with one that holds it.
func (c *dayAggregator) own(d campus.Device) []ledger.Quarter {
	if page := c.pages[d.ID]; page != nil {
		return page.Quarters[:]
	}
	if _, reports := c.begun[d.ID]; reports {
		return silent.Quarters[:]
	}
	return nil
}

// count adds a device, or the meter and all behind it, to their groups.
func (c *dayAggregator) count(d campus.Device) {
	total := c.total(d)
	switch {
	case total == nil:
	case c.by == Ungrouped:
		c.addTo(c.group(c.scope.ID, c.scope.Name), total)
	default:
		c.countParts(d, total)
	}
}

func (c *dayAggregator) addTo(g *GroupTotals, quarters []ledger.Quarter) {
	for i := c.lo; i < c.hi; i++ {
		g.add(i, quarters[i])
	}
}

// total is what a device and those behind it used: its own figure where it has one, else theirs; nil where
// nothing is known of any of them.
func (c *dayAggregator) total(d campus.Device) []ledger.Quarter {
	own, below := c.own(d), c.below(d)
	switch {
	case own == nil:
		return below
	case below == nil:
		return own
	}
	total := make([]ledger.Quarter, energy.QuartersPerDay)
	for i, q := range own {
		total[i] = q
		if !q.Known() {
			total[i] = below[i]
		}
	}
	return total
}

// below is what the devices behind a meter used together, of those that ever reported.
func (c *dayAggregator) below(d campus.Device) []ledger.Quarter {
	var parts [][]ledger.Quarter
	for _, child := range c.topology.behind[d.ID] {
		if part := c.total(child); part != nil {
			parts = append(parts, part)
		}
	}
	if parts == nil {
		return nil
	}
	sum, devices := make([]ledger.Quarter, energy.QuartersPerDay), int64(len(parts))
	for _, part := range parts {
		for i, q := range part {
			q.Measured, q.Filled = min(q.Measured, energy.QuarterMs)/devices, min(q.Filled, energy.QuarterMs)/devices
			sum[i] = sum[i].Plus(q)
		}
	}
	return sum
}

// countParts gives a meter's total to the groups of the devices behind it, and what is left to unmetered; a
// device with none behind it is its own part.
func (c *dayAggregator) countParts(d campus.Device, total []ledger.Quarter) {
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
func (c *dayAggregator) meter(d campus.Device) *meterDay {
	m := c.book.meters[d.ID]
	if m == nil {
		m = &meterDay{}
		c.book.meters[d.ID] = m
	}
	for _, child := range c.topology.behind[d.ID] {
		var used energy.Energy
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
func (c *dayAggregator) groupOf(d campus.Device) (key, name string) {
	switch c.by {
	case PerDevice:
		return string(d.ID), d.Name
	case PerKind:
		return string(d.Kind), string(d.Kind)
	case PerRoom:
		return c.spaceOf(d, campus.KindRoom)
	case PerBuilding:
		return c.spaceOf(d, campus.KindBuilding)
	case Ungrouped:
	}
	return c.scope.ID, c.scope.Name
}

func (c *dayAggregator) spaceOf(d campus.Device, kind campus.SpaceKind) (key, name string) {
	for _, id := range c.topology.campus.Path(d.Space) {
		if space, known := c.topology.campus.Space(id); known && space.Kind == kind {
			return string(space.ID), space.Name
		}
	}
	return unmeteredKey, ""
}
