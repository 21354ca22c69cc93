package usage

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/habit"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// meterNode is a device that counts, with the counting devices behind it, under one topology.
type meterNode struct {
	device energy.DeviceID
	name   string
	// reports is true if the device itself ever reported.
	reports bool
	weight  *habit.Week
	below   []*meterNode
}

// newMeterNode returns nil if neither the device nor any behind it ever reported.
func newMeterNode(t Topology, d campus.Device, firstDays map[energy.DeviceID]int32, weeks map[energy.DeviceID]*habit.Week) *meterNode {
	m := &meterNode{device: d.ID, name: d.Name}
	for _, child := range t.behind[d.ID] {
		if below := newMeterNode(t, child, firstDays, weeks); below != nil {
			m.below = append(m.below, below)
		}
	}
	if _, m.reports = firstDays[d.ID]; m.reports {
		m.weight = weeks[d.ID]
		return m
	}
	if m.below == nil {
		return nil
	}
	m.weight = m.belowWeight()
	return m
}

// belowWeight is the weight of the devices behind a meter together.
func (m *meterNode) belowWeight() *habit.Week {
	sum := new(habit.Week)
	for _, below := range m.below {
		for hour, w := range below.weight {
			sum[hour] += w
		}
	}
	return sum
}

// measured is the measured part of its weight in a quarter hour: by the device itself if it has data, else by the devices behind
// it, at most its own weight.
func (m *meterNode) measured(gaps dayGaps, i, hour int) float64 {
	if m.reports {
		if share, known := gaps.share(m.device, i); known {
			return share * m.weight[hour]
		}
	}
	sum := 0.0
	for _, below := range m.below {
		sum += below.measured(gaps, i, hour)
	}
	return min(sum, m.weight[hour])
}

// eachGap calls yield with each quarter hour of [lo, hi) of a day in which something is missing: the device and the missing weight.
func (m *meterNode) eachGap(gaps dayGaps, day int32, lo, hi int, yield func(i int, node *meterNode, weight float64)) {
	if !m.reports {
		for _, below := range m.below {
			below.eachGap(gaps, day, lo, hi, yield)
		}
		return
	}
	quarters, hasGaps := gaps[m.device]
	if !hasGaps {
		return
	}
	for i, first := lo, habit.FirstHourOf(day); i < hi; i++ {
		hour := first + i/habit.SlotsPerHour
		switch {
		case quarters != nil && int64(quarters[i]) >= energy.QuarterMs:
		case len(m.below) == 0 && (quarters == nil || quarters[i] == unknownQuarter):
			yield(i, m, m.weight[hour])
		default:
			yield(i, m, m.weight[hour]-m.measured(gaps, i, hour))
		}
	}
}

// dayGaps are the devices with gaps on a day, and the measured time of each quarter hour, ms, or unknownQuarter. nil means that all
// is missing.
type dayGaps map[energy.DeviceID]*[energy.QuartersPerDay]int32

const unknownQuarter = -1

// share is the measured part of a device's quarter hour.
func (g dayGaps) share(device energy.DeviceID, i int) (part float64, known bool) {
	quarters, hasGaps := g[device]
	switch {
	case !hasGaps:
		return 1, true
	case quarters == nil || quarters[i] == unknownQuarter:
		return 0, false
	}
	return float64(quarters[i]) / float64(energy.QuarterMs), true
}

// note records the gaps of a device's page, if any.
func (g dayGaps) note(device energy.DeviceID, page *ledger.Page) {
	if page == nil {
		g[device] = nil
		return
	}
	whole := true
	for i := range page.Quarters {
		whole = whole && page.Quarters[i].Measured >= energy.QuarterMs
	}
	if whole {
		return
	}
	quarters := new([energy.QuartersPerDay]int32)
	for i := range page.Quarters {
		q := &page.Quarters[i]
		if quarters[i] = unknownQuarter; q.Known() {
			quarters[i] = int32(min(max(q.Measured, 0), energy.QuarterMs))
		}
	}
	g[device] = quarters
}

// weighedGroup has the devices that a group counts, and their weight together.
type weighedGroup struct {
	meters []*meterNode
	total  habit.Week
}

func (t *weighedGroup) add(one *meterNode) {
	t.meters = append(t.meters, one)
	for hour, w := range one.weight {
		t.total[hour] += w
	}
}

// weigher weighs the time of a query's groups by what their devices usually draw.
type weigher struct {
	topologies []weighedTopology // one for each topology
	out        weights
}

// weighedTopology has the groups under a topology, and all its devices together.
type weighedTopology struct {
	topology Topology
	all      weighedGroup
	groups   map[string]*weighedGroup
}

// NewWeigher returns the weigher of a scope from what its devices usually draw.
func NewWeigher(s campus.Scope, by Grouping, topologies []Topology, firstDays map[energy.DeviceID]int32, weeks map[energy.DeviceID]*habit.Week) *weigher {
	w := &weigher{}
	for _, t := range topologies {
		weighed := weighedTopology{topology: t, groups: make(map[string]*weighedGroup)}
		for _, d := range t.behind[""] {
			m := newMeterNode(t, d, firstDays, weeks)
			if m == nil {
				continue
			}
			weighed.all.add(m)
			weighed.divide(dayAggregator{scope: s, by: by, topology: t}, m)
		}
		w.topologies = append(w.topologies, weighed)
	}
	return w
}

// divide adds a device to the group of its energy, as dayAggregator.count does.
func (w *weighedTopology) divide(c dayAggregator, m *meterNode) {
	d, _ := c.topology.campus.Device(m.device)
	if c.by == Ungrouped || m.below == nil {
		key, _ := c.groupOf(d)
		w.group(key).add(m)
		return
	}
	for _, below := range m.below {
		w.divide(c, below)
	}
	if !m.reports {
		return
	}
	rest := &meterNode{device: m.device, name: m.name, reports: true, weight: m.belowWeight()}
	for hour := range rest.weight {
		rest.weight[hour] = max(habit.MinWeight, m.weight[hour]-rest.weight[hour])
	}
	w.group(unmeteredKey).add(rest)
}

func (w *weighedTopology) group(key string) *weighedGroup {
	g := w.groups[key]
	if g == nil {
		g = &weighedGroup{}
		w.groups[key] = g
	}
	return g
}

// weights are the weight of each quarter hour of a day, and the measured part of it, mW.
type weights struct {
	expected, measured [energy.QuartersPerDay]float64
}

// weightsOf returns the weights of a group's day; they are valid until the next call.
func (w *weigher) weightsOf(key string, day int32, gaps dayGaps) *weights {
	w.out = weights{}
	for n := range w.topologies {
		weighed := &w.topologies[n]
		if group := weighed.groups[key]; group != nil {
			lo, hi := weighed.topology.quartersOf(day)
			group.weigh(day, gaps, lo, hi, &w.out)
		}
	}
	return &w.out
}

func (t *weighedGroup) weigh(day int32, gaps dayGaps, lo, hi int, out *weights) {
	first := habit.FirstHourOf(day)
	for i := lo; i < hi; i++ {
		out.expected[i] = t.total[first+i/habit.SlotsPerHour]
		out.measured[i] = out.expected[i]
	}
	for _, one := range t.meters {
		one.eachGap(gaps, day, lo, hi, func(i int, _ *meterNode, weight float64) { out.measured[i] -= weight })
	}
}

// quartersOf returns the quarter hours of a day, [lo, hi), in which the topology is valid.
func (t Topology) quartersOf(day int32) (lo, hi int) {
	first := int64(day) * energy.QuartersPerDay
	return int(max(0, energy.QuarterOf(t.from)-first)), int(min(energy.QuartersPerDay, energy.QuarterOf(t.to)-first))
}

// passed is the part that has passed of the quarter hour that begins at an instant, 0 to 1.
func passed(at, now energy.Instant) float64 {
	return float64(min(max(int64(now-at), 0), energy.QuarterMs)) / float64(energy.QuarterMs)
}
