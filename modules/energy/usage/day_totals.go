package usage

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// GroupTotals is a group's energy on one UTC day.
type GroupTotals struct {
	name     string
	Quarters [energy.QuartersPerDay]ledger.Quarter
	// count is the number of devices that count in each quarter.
	count [energy.QuartersPerDay]int32
}

func (s *GroupTotals) add(i int, q ledger.Quarter) {
	s.count[i]++
	q.Measured, q.Filled = min(q.Measured, energy.QuarterMs), min(q.Filled, energy.QuarterMs)
	s.Quarters[i] = s.Quarters[i].Plus(q)
}

// energyBetween is the energy of the quarters of a day that begin in [from, to).
func (s *GroupTotals) energyBetween(day int32, from, to energy.Instant) energy.Energy {
	var sum energy.Energy
	for i, q := range s.Quarters {
		if at := energy.QuarterStart(int64(day)*energy.QuartersPerDay + int64(i)); at >= from && at < to {
			sum += q.Energy
		}
	}
	return sum
}

// DayTotals is the energy of a query's groups on one UTC day. It does not change after it is made.
type DayTotals struct {
	Groups map[string]*GroupTotals
	// meters are the meters with devices behind them, compared with the energy of those devices.
	meters map[energy.DeviceID]*meterDay
	Gaps   dayGaps
}

// Topology is which device is behind which, within a scope, during a time without moves.
type Topology struct {
	from, to energy.Instant
	campus   *campus.Campus
	// behind lists the devices behind each meter; devices behind no meter of the scope are under "".
	behind map[energy.DeviceID][]campus.Device
}

// NewTopology returns the topology of a scope in an epoch.
func NewTopology(e campus.Epoch, s campus.Scope) Topology {
	return Topology{from: e.From, to: e.To, campus: e.Campus, behind: campus.MeterTree(e.Campus, campus.DevicesOf(e.Campus, s))}
}

// dayAggregator adds up the devices of a scope on one day. No energy counts twice. If a meter and devices behind it both report,
// the meter is the total and its remainder is unmetered. If the meter is silent, the devices behind it count.
type dayAggregator struct {
	scope     campus.Scope
	by        Grouping
	pages     map[energy.DeviceID]*ledger.Page
	firstDays map[energy.DeviceID]int32
	totals    *DayTotals

	topology Topology
	lo, hi   int // the topology's quarters of the day, [lo, hi)
}

// TotalsOfDay adds up a day from its pages.
func TotalsOfDay(scope campus.Scope, by Grouping, day int32, topologies []Topology, pages map[energy.DeviceID]*ledger.Page, firstDays map[energy.DeviceID]int32) *DayTotals {
	c := dayAggregator{scope: scope, by: by, pages: pages, firstDays: firstDays}
	c.totals = &DayTotals{Groups: make(map[string]*GroupTotals), meters: make(map[energy.DeviceID]*meterDay), Gaps: make(dayGaps)}
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
	return c.totals
}

// noteGaps records the gaps of the devices that ever reported.
func (c *dayAggregator) noteGaps() {
	for _, devices := range c.topology.behind {
		for _, d := range devices {
			if _, reports := c.firstDays[d.ID]; reports {
				c.totals.Gaps.note(d.ID, c.pages[d.ID])
			}
		}
	}
}

func (c *dayAggregator) group(key, name string) *GroupTotals {
	g := c.totals.Groups[key]
	if g == nil {
		g = &GroupTotals{name: name}
		c.totals.Groups[key] = g
	}
	return g
}

// emptyPage is the page of a device without readings on a day.
var emptyPage ledger.Page

// own returns what a device itself reported; nil if it never did. A day before its first report is a gap like any other: its loads
// existed already, and a total without them cannot be compared with one that includes them.
func (c *dayAggregator) own(d campus.Device) []ledger.Quarter {
	if page := c.pages[d.ID]; page != nil {
		return page.Quarters[:]
	}
	if _, reports := c.firstDays[d.ID]; reports {
		return emptyPage.Quarters[:]
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

// total returns the energy of a device and those behind it: its own figure if it has one, else theirs; nil if none of them ever
// reported.
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

// below returns the energy of the devices behind a meter together; nil if none of them ever reported.
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

// countParts adds a meter's total to the groups of the devices behind it, and the remainder to unmetered. A device with none behind
// it is added to its own group.
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

// meter returns the day of a meter, compared with the devices behind it.
func (c *dayAggregator) meter(d campus.Device) *meterDay {
	m := c.totals.meters[d.ID]
	if m == nil {
		m = &meterDay{}
		c.totals.meters[d.ID] = m
	}
	for _, child := range c.topology.behind[d.ID] {
		var used energy.Energy
		for i, q := range c.total(child) {
			if i >= c.lo && i < c.hi {
				used += q.Energy
			}
		}
		m.noteGreatest(child.ID, used)
	}
	return m
}

// groupOf returns the group of a device's energy. The energy of a device that is in no room, such as a building's own meter, is
// unmetered by room, because its room is unknown.
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
