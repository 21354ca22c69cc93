package usage

import (
	"context"
	"fmt"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// dayFunc is called with the totals of each day and the weigher of the query.
type dayFunc func(day int32, totals *DayTotals, w *weigher) error

// eachDay calls begin, and what it returns with the totals of the UTC days of a query, oldest first, all of one snapshot. It adds what is
// missing to shortfalls. If a snapshot is given up, all of it begins again.
func (r *Queries) eachDay(ctx context.Context, campus *campus.Campus, s campus.Scope, q Query, begin func() dayFunc, shortfalls ...*shortfall) error {
	var topologies []Topology
	for _, e := range campus.Epochs(energy.QuarterStart(int64(energy.DayOf(q.From))*energy.QuartersPerDay), energy.QuarterStart(int64(energy.DayOf(q.To-1)+1)*energy.QuartersPerDay)) {
		topologies = append(topologies, NewTopology(e, s))
	}
	return r.readings.Snapshot(ctx, campus.DevicesEver(s), func(books ledger.Books) error {
		for _, missing := range shortfalls {
			missing.clear()
		}
		d := dayWalk{
			queries: r, books: books, scope: s, by: q.By, topologies: topologies, yield: begin(), shortfalls: shortfalls,
			key: dayKey{campus: campus.Version, space: s.Space, device: s.Device, reach: s.Reach, by: q.By},
		}
		return d.walk(energy.DayOf(q.From), energy.DayOf(q.To-1)+1, campus)
	})
}

// dayWalk goes through the days of a query, those in the cache and those that must be counted.
type dayWalk struct {
	queries    *Queries
	books      ledger.Books
	scope      campus.Scope
	by         Grouping
	topologies []Topology
	key        dayKey
	yield      dayFunc
	shortfalls []*shortfall

	weigher   *weigher
	firstDays map[energy.DeviceID]int32
	versions  map[int32]int64
	// emptyDay is the totals of a whole day without pages under one topology; they are the same for each such day.
	emptyDay         *DayTotals
	emptyDayTopology int
}

func (d *dayWalk) walk(from, to int32, campus *campus.Campus) (err error) {
	if d.firstDays, err = d.books.FirstDays(); err != nil {
		return err
	}
	weeks, err := d.queries.weeks.Of(d.books, campus.DevicesAmong(d.firstDays), d.queries.clock.Now())
	if err != nil {
		return err
	}
	d.weigher = NewWeigher(d.scope, d.by, d.topologies, d.firstDays, weeks)
	if d.versions, err = d.books.Versions(from, to); err != nil {
		return err
	}
	for at := from; at < to; {
		if totals := d.cached(at); totals != nil {
			if err := d.yieldDay(at, totals); err != nil {
				return err
			}
			at++
			continue
		}
		end := at + 1
		for end < to && d.cached(end) == nil {
			end++
		}
		if err := d.count(at, end); err != nil {
			return err
		}
		at = end
	}
	return nil
}

func (d *dayWalk) cached(day int32) *DayTotals {
	version, settled := d.versions[day]
	if !settled || d.key.campus == campus.NotStored {
		return nil
	}
	d.key.day = day
	return d.queries.dayCache.find(d.key, version, len(d.firstDays))
}

// count adds up [from, to) from the pages, with one day in memory at a time.
func (d *dayWalk) count(from, to int32) error {
	pages := make(map[energy.DeviceID]*ledger.Page)
	at := from
	for page, err := range d.books.Pages(from, to) {
		if err != nil {
			return err
		}
		for ; at < page.Day; at++ {
			if err := d.close(at, pages); err != nil {
				return err
			}
			clear(pages)
		}
		pages[page.Device] = page
	}
	for ; at < to; at++ {
		if err := d.close(at, pages); err != nil {
			return err
		}
		clear(pages)
	}
	return nil
}

// close counts a day after all its pages are read.
func (d *dayWalk) close(day int32, pages map[energy.DeviceID]*ledger.Page) error {
	totals := d.totalsOf(day, pages)
	if version, settled := d.versions[day]; settled && d.key.campus != campus.NotStored {
		d.key.day = day
		d.queries.dayCache.store(d.key, version, len(d.firstDays), totals)
	}
	return d.yieldDay(day, totals)
}

func (d *dayWalk) yieldDay(day int32, totals *DayTotals) error {
	for _, l := range d.shortfalls {
		l.Add(day, d.weigher, totals.Gaps)
	}
	return d.yield(day, totals, d.weigher)
}

// totalsOf counts a day. A range of many years is mostly days without pages, which are counted once.
func (d *dayWalk) totalsOf(day int32, pages map[energy.DeviceID]*ledger.Page) *DayTotals {
	place := d.wholeDayTopology(day)
	if len(pages) > 0 || place < 0 {
		return TotalsOfDay(d.scope, d.by, day, d.topologies, pages, d.firstDays)
	}
	if d.emptyDay == nil || d.emptyDayTopology != place {
		d.emptyDay, d.emptyDayTopology = TotalsOfDay(d.scope, d.by, day, d.topologies, pages, d.firstDays), place
	}
	return d.emptyDay
}

// wholeDayTopology is the index of the topology that covers a whole day; -1 if there is none.
func (d *dayWalk) wholeDayTopology(day int32) int {
	from, to := energy.QuarterStart(int64(day)*energy.QuartersPerDay), energy.QuarterStart(int64(day+1)*energy.QuartersPerDay)
	return slices.IndexFunc(d.topologies, func(t Topology) bool { return t.from <= from && t.to >= to })
}

// span is consecutive quarter hours from a first one on.
type span struct {
	first    int64
	quarters []ledger.Quarter
}

func newSpan(from, to energy.Instant) span {
	first := energy.QuarterOf(from)
	return span{first: first, quarters: make([]ledger.Quarter, energy.QuarterOf(to-1)+1-first)}
}

// quarterTotals is the energy of an ungrouped query in each quarter hour.
type quarterTotals struct {
	span  span
	count []int32 // number of devices that count in each quarter
	// expected is the weight of each quarter, measured the measured part of it, mW.
	expected, measured []float64
}

func newQuarterTotals(from, to energy.Instant) *quarterTotals {
	s := newSpan(from, to)
	n := len(s.quarters)
	return &quarterTotals{span: s, count: make([]int32, n), expected: make([]float64, n), measured: make([]float64, n)}
}

// totals adds up an ungrouped query.
func (r *Queries) totals(ctx context.Context, campus *campus.Campus, s campus.Scope, q Query, shortfalls ...*shortfall) (*quarterTotals, error) {
	var t *quarterTotals
	err := r.eachDay(ctx, campus, s, q, func() dayFunc {
		t = newQuarterTotals(q.From, q.To)
		return func(day int32, totals *DayTotals, w *weigher) error {
			t.put(day, totals.Groups[s.ID], w.weightsOf(s.ID, day, totals.Gaps))
			return nil
		}
	}, shortfalls...)
	if err != nil {
		return nil, fmt.Errorf("add up %s: %w", s.ID, err)
	}
	return t, nil
}

// put writes the quarters of a day that are in the span.
func (t *quarterTotals) put(day int32, sum *GroupTotals, w *weights) {
	begin := int64(day)*energy.QuartersPerDay - t.span.first
	lo, hi := max(0, -begin), min(energy.QuartersPerDay, int64(len(t.count))-begin)
	copy(t.span.quarters[begin+lo:begin+hi], sum.Quarters[lo:hi])
	copy(t.count[begin+lo:begin+hi], sum.count[lo:hi])
	copy(t.expected[begin+lo:begin+hi], w.expected[lo:hi])
	copy(t.measured[begin+lo:begin+hi], w.measured[lo:hi])
}
