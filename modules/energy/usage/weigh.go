package usage

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/habit"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// metered is a device that counts, with those behind it that do, under one topology.
type metered struct {
	device energy.DeviceID
	name   string
	// own tells that it ever reported itself.
	own    bool
	weight *habit.Week
	below  []*metered
}

// newMetered is nil where neither the device nor any behind it ever reported.
func newMetered(t Topology, d campus.Device, begun map[energy.DeviceID]int32, usuals map[energy.DeviceID]*habit.Week) *metered {
	m := &metered{device: d.ID, name: d.Name}
	for _, child := range t.behind[d.ID] {
		if below := newMetered(t, child, begun, usuals); below != nil {
			m.below = append(m.below, below)
		}
	}
	if _, m.own = begun[d.ID]; m.own {
		m.weight = usuals[d.ID]
		return m
	}
	if m.below == nil {
		return nil
	}
	m.weight = m.belowWeight()
	return m
}

// belowWeight is what the devices behind a meter weigh together.
func (m *metered) belowWeight() *habit.Week {
	sum := new(habit.Week)
	for _, below := range m.below {
		for hour, w := range below.weight {
			sum[hour] += w
		}
	}
	return sum
}

// measured is how much of its weight in a quarter hour was measured: by itself where it tells anything, else by the devices behind it,
// which stand for no more than it draws.
func (m *metered) measured(gaps dayGaps, i, hour int) float64 {
	if m.own {
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

// lacks calls yield with each quarter hour of [lo, hi) of a day of which something is missing: of which device, and what it weighs.
func (m *metered) lacks(gaps dayGaps, day int32, lo, hi int, yield func(i int, of *metered, weight float64)) {
	if !m.own {
		for _, below := range m.below {
			below.lacks(gaps, day, lo, hi, yield)
		}
		return
	}
	quarters, lacks := gaps[m.device]
	if !lacks {
		return
	}
	for i, first := lo, habit.WeekHour(day); i < hi; i++ {
		hour := first + i/habit.SlotsPerHour
		switch {
		case quarters != nil && int64(quarters[i]) >= energy.QuarterMs:
		case len(m.below) == 0 && (quarters == nil || quarters[i] == notKnown):
			yield(i, m, m.weight[hour])
		default:
			yield(i, m, m.weight[hour]-m.measured(gaps, i, hour))
		}
	}
}

// dayGaps are the devices of which something is lacking on a day, with what is known of each quarter hour: the time that was
// measured, ms, or notKnown. A nil one lacks all.
type dayGaps map[energy.DeviceID]*[energy.QuartersPerDay]int32

const notKnown = -1

// share is the measured part of a device's quarter hour.
func (g dayGaps) share(device energy.DeviceID, i int) (part float64, known bool) {
	quarters, lacks := g[device]
	switch {
	case !lacks:
		return 1, true
	case quarters == nil || quarters[i] == notKnown:
		return 0, false
	}
	return float64(quarters[i]) / float64(energy.QuarterMs), true
}

// note notes what a device's page lacks, if anything.
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
		if quarters[i] = notKnown; q.Known() {
			quarters[i] = int32(min(max(q.Measured, 0), energy.QuarterMs))
		}
	}
	g[device] = quarters
}

// terms are the devices that a group counts, with what they weigh together.
type terms struct {
	all   []*metered
	whole habit.Week
}

func (t *terms) add(one *metered) {
	t.all = append(t.all, one)
	for hour, w := range one.weight {
		t.whole[hour] += w
	}
}

// weigher weighs the time of a query's groups by what their devices usually draw.
type weigher struct {
	under []weighedTopology // one a topology
	out   weights
}

// weighedTopology are the terms of the groups under a topology, and those of the whole.
type weighedTopology struct {
	topology Topology
	whole    terms
	groups   map[string]*terms
}

// NewWeigher makes the weigher of a scope from what its devices usually draw.
func NewWeigher(s campus.Scope, by Grouping, topologies []Topology, begun map[energy.DeviceID]int32, usual map[energy.DeviceID]*habit.Week) *weigher {
	w := &weigher{}
	for _, t := range topologies {
		under := weighedTopology{topology: t, groups: make(map[string]*terms)}
		for _, d := range t.behind[""] {
			m := newMetered(t, d, begun, usual)
			if m == nil {
				continue
			}
			under.whole.add(m)
			under.divide(dayAggregator{scope: s, by: by, topology: t}, m)
		}
		w.under = append(w.under, under)
	}
	return w
}

// divide gives a device to the group that its energy goes to, as counter.count does.
func (w *weighedTopology) divide(c dayAggregator, m *metered) {
	d, _ := c.topology.campus.Device(m.device)
	if c.by == Ungrouped || m.below == nil {
		key, _ := c.groupOf(d)
		w.group(key).add(m)
		return
	}
	for _, below := range m.below {
		w.divide(c, below)
	}
	if !m.own {
		return
	}
	rest := &metered{device: m.device, name: m.name, own: true, weight: m.belowWeight()}
	for hour := range rest.weight {
		rest.weight[hour] = max(habit.MinWeight, m.weight[hour]-rest.weight[hour])
	}
	w.group(unmeteredKey).add(rest)
}

func (w *weighedTopology) group(key string) *terms {
	g := w.groups[key]
	if g == nil {
		g = &terms{}
		w.groups[key] = g
	}
	return g
}

// weights are what each quarter hour of a day weighs, and how much of it was measured, mW.
type weights struct {
	expected, measured [energy.QuartersPerDay]float64
}

// of weighs a group's day; what it gives is good until the next call.
func (w *weigher) of(key string, day int32, gaps dayGaps) *weights {
	w.out = weights{}
	for n := range w.under {
		under := &w.under[n]
		if group := under.groups[key]; group != nil {
			lo, hi := under.topology.quartersOf(day)
			group.weigh(day, gaps, lo, hi, &w.out)
		}
	}
	return &w.out
}

func (t *terms) weigh(day int32, gaps dayGaps, lo, hi int, out *weights) {
	first := habit.WeekHour(day)
	for i := lo; i < hi; i++ {
		out.expected[i] = t.whole[first+i/habit.SlotsPerHour]
		out.measured[i] = out.expected[i]
	}
	for _, one := range t.all {
		one.lacks(gaps, day, lo, hi, func(i int, _ *metered, weight float64) { out.measured[i] -= weight })
	}
}

// quartersOf are the quarter hours of a day, [lo, hi), in which the topology holds.
func (t Topology) quartersOf(day int32) (lo, hi int) {
	first := int64(day) * energy.QuartersPerDay
	return int(max(0, energy.QuarterOf(t.from)-first)), int(min(energy.QuartersPerDay, energy.QuarterOf(t.to)-first))
}

// passed is the part of the quarter hour from an instant on that has passed.
func passed(at, now energy.Instant) float64 {
	return float64(min(max(int64(now-at), 0), energy.QuarterMs)) / float64(energy.QuarterMs)
}
