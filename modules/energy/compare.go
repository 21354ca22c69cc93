package energy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Comparison sets what was used in a range beside what was as many days before, at the same local times: of the devices that
// were measured in both, each quarter hour of theirs that was.
type Comparison struct {
	From, To               Instant // as far as it has passed
	EarlierFrom, EarlierTo Instant
	// Energy and Earlier are of what was measured in both.
	Energy, Earlier Energy
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
	Device          DeviceID
	Name            string
	Energy, Earlier Energy
}

// leastCompared is the share of the energy below which no change is told.
const leastCompared = 0.8

// Compare sets [from, to) of a level and id beside what was so many days before. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Reports) Compare(ctx context.Context, caller Caller, level Level, id string, from, to Instant, days int) (Comparison, error) {
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

func (r *Reports) compare(ctx context.Context, campus *Campus, s scope, from, to Instant, days int) (Comparison, error) {
	now := r.clock.Now()
	c := newCompared(s, from, max(from, min(to, quarterStart(quarterOf(now)))), days)
	if c.to == c.from {
		return c.comparison(), nil
	}
	err := r.readings.Open(ctx, campus.devicesEver(s), func(books Books) error {
		begun, err := books.Begun()
		if err != nil {
			return err
		}
		usual, err := r.usuals.of(books, campus.among(begun), now)
		if err != nil {
			return err
		}
		c.hang(campus, s, begun, usual)
		return c.read(books, len(begun))
	})
	if err != nil {
		return Comparison{}, fmt.Errorf("compare %s: %w", s.id, err)
	}
	return c.comparison(), nil
}

// compared adds up what a comparison is made of.
type compared struct {
	from, to Instant
	zone     *time.Location
	days     int
	trees    []comparedTree // one a topology of the range
	earlier  []epoch        // those of the earlier range

	expected, covered float64
	devices           []*comparedMeter
}

// comparedTree are the meters of a topology.
type comparedTree struct {
	from, to Instant
	roots    []*comparedMeter
}

// comparedMeter is a device with those behind it, and its pages of the days at hand.
type comparedMeter struct {
	*metered
	below []*comparedMeter
	// hung tells in which of the earlier epochs the device counted.
	hung []bool
	page *Page
	// earlier are those of the earlier days that the day touches.
	earlier [earlierDays]*Page

	sums     ComparedDevice
	compared bool
	missing  float64
}

// earlierDays are the days of UTC that the same local times of one day may lie on, where clocks change.
const earlierDays = 3

func newCompared(s scope, from, to Instant, days int) *compared {
	return &compared{from: from, to: to, zone: s.zone, days: days}
}

// before is the same local time so many days before.
func (c *compared) before(at Instant) Instant {
	t := at.Time().In(c.zone)
	return InstantOf(time.Date(t.Year(), t.Month(), t.Day()-c.days, t.Hour(), t.Minute(), t.Second(), 0, c.zone))
}

func (c *compared) hang(campus *Campus, s scope, begun map[DeviceID]int32, usual map[DeviceID]*usual) {
	var topologies []topology
	for _, e := range campus.epochs(c.from, c.to) {
		topologies = append(topologies, newTopology(e, s))
	}
	c.earlier = campus.epochs(c.before(c.from), c.before(c.to))
	counted := make([]map[DeviceID]bool, len(c.earlier))
	for i, e := range c.earlier {
		counted[i] = make(map[DeviceID]bool)
		for _, d := range devicesOf(e.campus, s) {
			counted[i][d.ID] = true
		}
	}
	for _, under := range newWeigher(s, Ungrouped, topologies, begun, usual).under {
		tree := comparedTree{from: under.topology.from, to: under.topology.to}
		for _, m := range under.whole.all {
			tree.roots = append(tree.roots, c.meter(m, counted))
		}
		c.trees = append(c.trees, tree)
	}
}

func (c *compared) meter(m *metered, counted []map[DeviceID]bool) *comparedMeter {
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
func (c *compared) read(books Books, devices int) error {
	atOnce := int32(max(1, comparedAtOnce/max(1, devices)))
	for day, end := dayOf(c.from), dayOf(c.to-1)+1; day < end; day += atOnce {
		last := min(end, day+atOnce)
		from, to := max(c.from, dayStart(day)), min(c.to, dayStart(last))
		pages, err := pagesOf(books, day, last)
		if err != nil {
			return err
		}
		earlier, err := pagesOf(books, dayOf(c.before(from)), dayOf(c.before(to-1))+1)
		if err != nil {
			return err
		}
		for at := day; at < last; at++ {
			c.day(at, pages, earlier)
		}
	}
	return nil
}

func dayStart(day int32) Instant { return quarterStart(int64(day) * QuartersPerDay) }

func pagesOf(books Books, from, to int32) (map[PageKey]*Page, error) {
	pages := make(map[PageKey]*Page)
	for page, err := range books.Pages(from, to) {
		if err != nil {
			return nil, err
		}
		pages[PageKey{page.Device, page.Day}] = page
	}
	return pages, nil
}

// day compares the quarter hours of a day of UTC that are in the range.
func (c *compared) day(day int32, pages, earlier map[PageKey]*Page) {
	from, to := max(c.from, dayStart(day)), min(c.to, dayStart(day+1))
	first := dayOf(c.before(from))
	for _, m := range c.devices {
		m.page = pages[PageKey{m.device, day}]
		for i := range m.earlier {
			m.earlier[i] = earlier[PageKey{m.device, first + int32(i)}]
		}
	}
	for at := from; at < to; at = at.Add(quarterMs) {
		before := c.before(at)
		p := pair{slot: int(quarterOf(at) % QuartersPerDay), day: int(dayOf(before) - first), before: int(quarterOf(before) % QuartersPerDay)}
		p.hour = weekHour(day) + p.slot/slotsPerHour
		p.epoch = slices.IndexFunc(c.earlier, func(e epoch) bool { return before >= e.from && before < e.to })
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
func (m *comparedMeter) both(p pair) (now, earlier Energy, both bool) {
	if p.epoch < 0 || !m.hung[p.epoch] || p.day < 0 || p.day >= earlierDays || m.page == nil || m.earlier[p.day] == nil {
		return 0, 0, false
	}
	a, b := &m.page.Quarters[p.slot], &m.earlier[p.day].Quarters[p.before]
	return a.Energy, b.Energy, nearlyWhole(a) && nearlyWhole(b)
}

// nearlyWhole tells whether a quarter hour was measured: devices report a moment early or late.
func nearlyWhole(q *Quarter) bool { return q.Filled == 0 && q.Measured >= quarterMs*9/10 }

func (c *compared) comparison() Comparison {
	out := Comparison{
		From: c.from, To: c.to, EarlierFrom: c.before(c.from), EarlierTo: c.before(c.to), Share: shareOf(c.covered, c.expected), Devices: []ComparedDevice{},
	}
	lacks, sums := make(map[DeviceID]*lack), make(map[DeviceID]ComparedDevice)
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
