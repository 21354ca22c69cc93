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

// Comparison compares the energy of a range with the same local times some days earlier. It includes each quarter hour of each
// device that was measured in both ranges.
type Comparison struct {
	From, To               energy.Instant // the part that has passed
	EarlierFrom, EarlierTo energy.Instant
	// Energy and Earlier are the energies that were measured in both ranges.
	Energy, Earlier energy.Energy
	// Share is the compared part of the expected energy of all devices, 0 to 1.
	Share float64
	// Change is Energy ÷ Earlier − 1. ChangeKnown is false if Share is less than minComparedShare, or Earlier is zero.
	Change      float64
	ChangeKnown bool
	// Devices are the compared devices, the most energy first. Missing are the devices that were not compared completely, the
	// greatest share first.
	Devices []ComparedDevice
	Missing []Missing
}

// ComparedDevice is a device in both ranges.
type ComparedDevice struct {
	Device          energy.DeviceID
	Name            string
	Energy, Earlier energy.Energy
}

// minComparedShare is the share of the energy below which no change is reported.
const minComparedShare = 0.8

// Compare compares [from, to) of a level and id with the same local times some days earlier. Errors: ErrInvalid, ErrNotFound,
// ErrForbidden.
func (r *Queries) Compare(ctx context.Context, caller energy.Caller, level campus.Level, id string, from, to energy.Instant, days int) (Comparison, error) {
	q := Query{Level: level, ID: id, From: from, To: to}
	campus, scope, err := r.scoped(ctx, caller, &q, r.directory.Fresh)
	if err != nil {
		return Comparison{}, err
	}
	if int64(to-from) > maxProfile {
		return Comparison{}, tooLong()
	}
	return r.compare(ctx, campus, scope, q.From, q.To, days)
}

func (r *Queries) compare(ctx context.Context, campus *campus.Campus, s campus.Scope, from, to energy.Instant, days int) (Comparison, error) {
	now := r.clock.Now()
	to = max(from, min(to, energy.QuarterStart(energy.QuarterOf(now))))
	c := newComparer(s, from, to, days)
	if c.to == c.from {
		return c.comparison(), nil
	}
	err := r.readings.Snapshot(ctx, campus.DevicesEver(s), func(books ledger.Books) error {
		c = newComparer(s, from, to, days)
		firstDays, err := books.FirstDays()
		if err != nil {
			return err
		}
		weeks, err := r.weeks.Of(books, campus.DevicesAmong(firstDays), now)
		if err != nil {
			return err
		}
		c.placeMeters(campus, s, firstDays, weeks)
		return c.read(books, len(firstDays))
	})
	if err != nil {
		return Comparison{}, fmt.Errorf("compare %s: %w", s.ID, err)
	}
	return c.comparison(), nil
}

// comparer adds up a comparison.
type comparer struct {
	from, to energy.Instant
	zone     *time.Location
	days     int
	trees    []meterTree    // one for each topology of the range
	earlier  []campus.Epoch // the epochs of the earlier range

	expected, covered float64
	devices           []*comparedMeter
}

// meterTree has the meters of a topology.
type meterTree struct {
	from, to energy.Instant
	roots    []*comparedMeter
}

// comparedMeter is a device with the devices behind it, and its pages of the current days.
type comparedMeter struct {
	*meterNode
	below []*comparedMeter
	// countedIn is true for each earlier epoch in which the device counted.
	countedIn []bool
	page      *ledger.Page
	// earlier are its pages of the earlier days that the day corresponds to.
	earlier [earlierDays]*ledger.Page

	sums     ComparedDevice
	compared bool
	missing  float64
}

// earlierDays is the maximum number of UTC days that correspond to one day at the same local times, where clocks change.
const earlierDays = 3

func newComparer(s campus.Scope, from, to energy.Instant, days int) *comparer {
	return &comparer{from: from, to: to, zone: s.Zone, days: days}
}

// before returns the same local time, c.days earlier.
func (c *comparer) before(at energy.Instant) energy.Instant {
	t := at.Time().In(c.zone)
	return energy.InstantOf(time.Date(t.Year(), t.Month(), t.Day()-c.days, t.Hour(), t.Minute(), t.Second(), 0, c.zone))
}

func (c *comparer) placeMeters(tree *campus.Campus, s campus.Scope, firstDays map[energy.DeviceID]int32, weeks map[energy.DeviceID]*habit.Week) {
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
	for _, weighed := range NewWeigher(s, Ungrouped, topologies, firstDays, weeks).topologies {
		tree := meterTree{from: weighed.topology.from, to: weighed.topology.to}
		for _, m := range weighed.all.meters {
			tree.roots = append(tree.roots, c.meter(m, counted))
		}
		c.trees = append(c.trees, tree)
	}
}

func (c *comparer) meter(m *meterNode, counted []map[energy.DeviceID]bool) *comparedMeter {
	out := &comparedMeter{meterNode: m, sums: ComparedDevice{Device: m.device, Name: m.name}}
	for _, devices := range counted {
		out.countedIn = append(out.countedIn, devices[m.device])
	}
	for _, below := range m.below {
		out.below = append(out.below, c.meter(below, counted))
	}
	c.devices = append(c.devices, out)
	return out
}

// maxPagesAtOnce is the number of pages of a range that are in memory together.
const maxPagesAtOnce = 2000

// read compares the ranges, with a few days of both in memory at a time.
func (c *comparer) read(books ledger.Books, devices int) error {
	atOnce := int32(max(1, maxPagesAtOnce/max(1, devices)))
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

// day compares the quarter hours of a UTC day that are in the range.
func (c *comparer) day(day int32, pages, earlier map[ledger.PageKey]*ledger.Page) {
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
		p.hour = habit.FirstHourOf(day) + p.slot/habit.SlotsPerHour
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

// pair is a quarter hour and the earlier one: their slots in their pages, the earlier one's day and epoch, and the hour of the
// week.
type pair struct{ slot, hour, day, before, epoch int }

// compare compares a device, or the devices behind it if it was not measured in both, and returns how much of its weight was
// compared.
func (m *comparedMeter) compare(p pair) float64 {
	if m.reports {
		if now, earlier, both := m.measuredInBoth(p); both {
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
	if m.reports {
		m.missing += m.weight[p.hour] - covered
	}
	return covered
}

// measuredInBoth returns a device's energy in both quarter hours, if both were measured.
func (m *comparedMeter) measuredInBoth(p pair) (now, earlier energy.Energy, both bool) {
	if p.epoch < 0 || !m.countedIn[p.epoch] || p.day < 0 || p.day >= earlierDays || m.page == nil || m.earlier[p.day] == nil {
		return 0, 0, false
	}
	a, b := &m.page.Quarters[p.slot], &m.earlier[p.day].Quarters[p.before]
	return a.Energy, b.Energy, nearlyComplete(a) && nearlyComplete(b)
}

// nearlyComplete reports whether a quarter hour counts as measured: devices may report a moment early or late.
func nearlyComplete(q *ledger.Quarter) bool {
	return q.Filled == 0 && q.Measured >= energy.QuarterMs*9/10
}

func (c *comparer) comparison() Comparison {
	out := Comparison{
		From: c.from, To: c.to, EarlierFrom: c.before(c.from), EarlierTo: c.before(c.to), Share: habit.ShareOf(c.covered, c.expected), Devices: []ComparedDevice{},
	}
	gaps, sums := make(map[energy.DeviceID]*deviceGap), make(map[energy.DeviceID]ComparedDevice)
	for _, m := range c.devices {
		if m.missing > 0 {
			l := gaps[m.device]
			if l == nil {
				l = &deviceGap{name: m.name}
				gaps[m.device] = l
			}
			l.missing += m.missing
		}
		if m.compared {
			before := sums[m.device]
			sums[m.device] = ComparedDevice{m.device, m.name, before.Energy + m.sums.Energy, before.Earlier + m.sums.Earlier}
		}
	}
	out.Missing = missingOf(gaps, c.expected)
	for _, d := range sums {
		out.Devices = append(out.Devices, d)
		out.Energy, out.Earlier = out.Energy+d.Energy, out.Earlier+d.Earlier
	}
	slices.SortFunc(out.Devices, func(a, b ComparedDevice) int {
		return cmp.Or(cmp.Compare(b.Energy, a.Energy), cmp.Compare(a.Device, b.Device))
	})
	if out.Share >= minComparedShare && out.Earlier > 0 {
		out.Change, out.ChangeKnown = float64(out.Energy)/float64(out.Earlier)-1, true
	}
	return out
}
