package usage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/habit"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Comparison sets what was used in a range beside what was as many days before, at the same local times: of the devices that
// were measured in both, each quarter hour of theirs that was.
type Comparison struct {
	From, To               energy.Instant // as far as it has passed
	EarlierFrom, EarlierTo energy.Instant
	// Energy and Earlier are of what was measured in both.
	Energy, Earlier energy.Energy
	// Share is the part of the expected energy of all devices that this is of, 0 to 1.
	Share float64
	// Change is Energy ÷ Earlier − 1; ChangeKnown is false where less than leastCompared is compared, or nothing was used earlier.
	Change      float64
	ChangeKnown bool
	// Devices are those that were compared, the most energy first; Missing are those of which something was not, the greatest
	// share first.
	Devices []ComparedDevice
	Missing []Missing
}

// ComparedDevice is a device in both ranges.
type ComparedDevice struct {
	Device          energy.DeviceID
	Name            string
	Energy, Earlier energy.Energy
}

// leastCompared is the share of the energy below which no change is told.
const leastCompared = 0.8

// Compare sets [from, to) of a level and id beside what was so many days before. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Queries) Compare(ctx context.Context, caller energy.Caller, level campus.Level, id string, from, to energy.Instant, days int) (Comparison, error) {
	q := Query{Level: level, ID: id, From: from, To: to}
	campus, scope, err := r.scoped(ctx, caller, &q, r.directory.Fresh)
	if err != nil {
		return Comparison{}, err
	}
	if int64(to-from) > longestProfile {
		return Comparison{}, tooLong()
	}
	return r.compare(ctx, campus, scope, q.From, q.To, days)
}

func (r *Queries) compare(ctx context.Context, campus *campus.Campus, s campus.Scope, from, to energy.Instant, days int) (Comparison, error) {
	now := r.clock.Now()
	c := newCompared(s, from, max(from, min(to, energy.QuarterStart(energy.QuarterOf(now)))), days)
	if c.to == c.from {
		return c.comparison(), nil
	}
	err := r.readings.Snapshot(ctx, campus.DevicesEver(s), func(books ledger.Books) error {
		begun, err := books.Begun()
		if err != nil {
			return err
		}
		usual, err := r.usuals.Of(books, campus.DevicesAmong(begun), now)
		if err != nil {
			return err
		}
		c.hang(campus, s, begun, usual)
		return c.read(books, len(begun))
	})
	if err != nil {
		return Comparison{}, fmt.Errorf("compare %s: %w", s.ID, err)
	}
	return c.comparison(), nil
}

// compared adds up what a comparison is made of.
type compared struct {
	from, to energy.Instant
	zone     *time.Location
	days     int
	trees    []comparedTree // one a topology of the range
	earlier  []campus.Epoch // those of the earlier range

	expected, covered float64
	devices           []*comparedMeter
}

// comparedTree are the meters of a topology.
type comparedTree struct {
	from, to energy.Instant
	roots    []*comparedMeter
}

// comparedMeter is a device with those behind it, and its pages of the days at hand.
type comparedMeter struct {
	*metered
	below []*comparedMeter
	// hung tells in which of the earlier epochs the device counted.
	hung []bool
	page *ledger.Page
	// earlier are those of the earlier days that the day touches.
	earlier [earlierDays]*ledger.Page

	sums     ComparedDevice
	compared bool
	missing  float64
}

// earlierDays are the days of UTC that the same local times of one day may lie on, where clocks change.
const earlierDays = 3

func newCompared(s campus.Scope, from, to energy.Instant, days int) *compared {
	return &compared{from: from, to: to, zone: s.Zone, days: days}
}

// before is the same local time so many days before.
func (c *compared) before(at energy.Instant) energy.Instant {
	t := at.Time().In(c.zone)
	return energy.InstantOf(time.Date(t.Year(), t.Month(), t.Day()-c.days, t.Hour(), t.Minute(), t.Second(), 0, c.zone))
}

func (c *compared) hang(tree *campus.Campus, s campus.Scope, begun map[energy.DeviceID]int32, usual map[energy.DeviceID]*habit.Week) {
	var topologies []Topology
	for _, e := range tree.Epochs(c.from, c.to) {
		topologies = append(topologies, NewTopology(e, s))
	}
	c.earlier = tree.Epochs(c.before(c.from), c.before(c.to))
	counted := make([]map[energy.DeviceID]bool, len(c.earlier))
	for i, e := range c.earlier {
		counted[i] = make(map[energy.DeviceID]bool)
		for _, d := range campus.DevicesOf(e.Campus, s) {
			counted[i][d.ID] = true
		}
	}
	for _, under := range NewWeigher(s, Ungrouped, topologies, begun, usual).under {
		tree := comparedTree{from: under.topology.from, to: under.topology.to}
		for _, m := range under.whole.all {
			tree.roots = append(tree.roots, c.meter(m, counted))
		}
		c.trees = append(c.trees, tree)
	}
}

func (c *compared) meter(m *metered, counted []map[energy.DeviceID]bool) *comparedMeter {
	out := &comparedMeter{metered: m, sums: ComparedDevice{Device: m.device, Name: m.name}}
	for _, devices := range counted {
		out.hung = append(out.hung, devices[m.device])
	}
	for _, below := range m.below {
		out.below = append(out.below, c.meter(below, counted))
	}
	c.devices = append(c.devices, out)
	return out
}

// comparedAtOnce are the pages of a range that are in memory together.
const comparedAtOnce = 2000

// read compares the ranges, a few days of both in memory at a time.
func (c *compared) read(books ledger.Books, devices int) error {
	atOnce := int32(max(1, comparedAtOnce/max(1, devices)))
	for day, end := energy.DayOf(c.from), energy.DayOf(c.to-1)+1; day < end; day += atOnce {
		last := min(end, day+atOnce)
		from, to := max(c.from, dayStart(day)), min(c.to, dayStart(last))
		pages, err := pagesOf(books, day, last)
		if err != nil {
			return err
		}
		earlier, err := pagesOf(books, energy.DayOf(c.before(from)), energy.DayOf(c.before(to-1))+1)
		if err != nil {
			return err
		}
		for at := day; at < last; at++ {
			c.day(at, pages, earlier)
		}
	}
	return nil
}

func dayStart(day int32) energy.Instant {
	return energy.QuarterStart(int64(day) * energy.QuartersPerDay)
}

func pagesOf(books ledger.Books, from, to int32) (map[ledger.PageKey]*ledger.Page, error) {
	pages := make(map[ledger.PageKey]*ledger.Page)
	for page, err := range books.Pages(from, to) {
		if err != nil {
			return nil, err
		}
		pages[ledger.PageKey{Device: page.Device, Day: page.Day}] = page
	}
	return pages, nil
}

// day compares the quarter hours of a day of UTC that are in the range.
func (c *compared) day(day int32, pages, earlier map[ledger.PageKey]*ledger.Page) {
	from, to := max(c.from, dayStart(day)), min(c.to, dayStart(day+1))
	first := energy.DayOf(c.before(from))
	for _, m := range c.devices {
		m.page = pages[ledger.PageKey{Device: m.device, Day: day}]
		for i := range m.earlier {
			m.earlier[i] = earlier[ledger.PageKey{Device: m.device, Day: first + int32(i)}]
		}
	}
	for at := from; at < to; at = at.Add(energy.QuarterMs) {
		before := c.before(at)
		p := pair{slot: int(energy.QuarterOf(at) % energy.QuartersPerDay), day: int(energy.DayOf(before) - first), before: int(energy.QuarterOf(before) % energy.QuartersPerDay)}
		p.hour = habit.WeekHour(day) + p.slot/habit.SlotsPerHour
		p.epoch = slices.IndexFunc(c.earlier, func(e campus.Epoch) bool { return before >= e.From && before < e.To })
		for _, t := range c.trees {
			if at < t.from || at >= t.to {
				continue
			}
			for _, m := range t.roots {
				c.expected += m.weight[p.hour]
				c.covered += m.compare(p)
			}
		}
	}
}

// pair is a quarter hour and the earlier one: their places in their pages, the earlier one's day and epoch, and the hour of the week.
type pair struct{ slot, hour, day, before, epoch int }

// compare compares a device, or where it was not measured in both those behind it, and gives how much of its weight was compared.
func (m *comparedMeter) compare(p pair) float64 {
	if m.own {
		if now, earlier, both := m.both(p); both {
			m.compared = true
			m.sums.Energy, m.sums.Earlier = m.sums.Energy+now, m.sums.Earlier+earlier
			return m.weight[p.hour]
		}
	}
	covered := 0.0
	for _, below := range m.below {
		covered += below.compare(p)
	}
	covered = min(covered, m.weight[p.hour])
	if m.own {
		m.missing += m.weight[p.hour] - covered
	}
	return covered
}

// both gives what a device used in both quarter hours, where both were measured.
func (m *comparedMeter) both(p pair) (now, earlier energy.Energy, both bool) {
	if p.epoch < 0 || !m.hung[p.epoch] || p.day < 0 || p.day >= earlierDays || m.page == nil || m.earlier[p.day] == nil {
		return 0, 0, false
	}
	a, b := &m.page.Quarters[p.slot], &m.earlier[p.day].Quarters[p.before]
	return a.Energy, b.Energy, nearlyWhole(a) && nearlyWhole(b)
}

// nearlyWhole tells whether a quarter hour was measured: devices report a moment early or late.
func nearlyWhole(q *ledger.Quarter) bool { return q.Filled == 0 && q.Measured >= energy.QuarterMs*9/10 }

func (c *compared) comparison() Comparison {
	out := Comparison{
		From: c.from, To: c.to, EarlierFrom: c.before(c.from), EarlierTo: c.before(c.to), Share: habit.ShareOf(c.covered, c.expected), Devices: []ComparedDevice{},
	}
	lacks, sums := make(map[energy.DeviceID]*lack), make(map[energy.DeviceID]ComparedDevice)
	for _, m := range c.devices {
		if m.missing > 0 {
			l := lacks[m.device]
			if l == nil {
				l = &lack{name: m.name}
				lacks[m.device] = l
			}
			l.missing += m.missing
		}
		if m.compared {
			before := sums[m.device]
			sums[m.device] = ComparedDevice{m.device, m.name, before.Energy + m.sums.Energy, before.Earlier + m.sums.Earlier}
		}
	}
	out.Missing = missingOf(lacks, c.expected)
	for _, d := range sums {
		out.Devices = append(out.Devices, d)
		out.Energy, out.Earlier = out.Energy+d.Energy, out.Earlier+d.Earlier
	}
	slices.SortFunc(out.Devices, func(a, b ComparedDevice) int {
		return cmp.Or(cmp.Compare(b.Energy, a.Energy), cmp.Compare(a.Device, b.Device))
	})
	if out.Share >= leastCompared && out.Earlier > 0 {
		out.Change, out.ChangeKnown = float64(out.Energy)/float64(out.Earlier)-1, true
	}
	return out
}
