package usage

import (
	"context"
	"fmt"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// visitor is called with the book of each day, and what weighs it.
type visitor func(day int32, book *DayTotals, w *weigher) error

// eachDay calls visit with the books of the UTC days that the query touches, oldest first, all of one snapshot, and adds what is
// missing of them to lacks.
func (r *Queries) eachDay(ctx context.Context, campus *campus.Campus, s campus.Scope, q Query, visit visitor, lacks ...*shortfall) error {
	var topologies []Topology
	for _, e := range campus.Epochs(energy.QuarterStart(int64(energy.DayOf(q.From))*energy.QuartersPerDay), energy.QuarterStart(int64(energy.DayOf(q.To-1)+1)*energy.QuartersPerDay)) {
		topologies = append(topologies, NewTopology(e, s))
	}
	return r.readings.Snapshot(ctx, campus.DevicesEver(s), func(books ledger.Books) error {
		d := dayWalk{
			reports: r, books: books, scope: s, by: q.By, topologies: topologies, visit: visit, lacks: lacks,
			key: dayKey{campus: campus.Version, space: s.Space, device: s.Device, reach: s.Reach, by: q.By},
		}
		return d.walk(energy.DayOf(q.From), energy.DayOf(q.To-1)+1, campus)
	})
}

// dayWalk walks the days of a query, through those that are remembered and those that must be counted.
type dayWalk struct {
	reports    *Queries
	books      ledger.Books
	scope      campus.Scope
	by         Grouping
	topologies []Topology
	key        dayKey
	visit      visitor
	lacks      []*shortfall

	weigher  *weigher
	begun    map[energy.DeviceID]int32
	versions map[int32]int64
	// silent is the book of a whole day of which there is no page, under one topology; it is the same for each such day.
	silent   *DayTotals
	silentOf int
}

func (d *dayWalk) walk(from, to int32, campus *campus.Campus) (err error) {
	if d.begun, err = d.books.Begun(); err != nil {
		return err
	}
	usual, err := d.reports.usuals.Of(d.books, campus.DevicesAmong(d.begun), d.reports.clock.Now())
	if err != nil {
		return err
	}
	d.weigher = NewWeigher(d.scope, d.by, d.topologies, d.begun, usual)
	if d.versions, err = d.books.Versions(from, to); err != nil {
		return err
	}
	for at := from; at < to; {
		if book := d.cached(at); book != nil {
			if err := d.visitDay(at, book); err != nil {
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
	if !settled {
		return nil
	}
	d.key.day = day
	return d.reports.kept.find(d.key, version, len(d.begun))
}

// count makes the books of [from, to) from their pages, a day in memory at a time.
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

// close counts a day of which all pages are read.
func (d *dayWalk) close(day int32, pages map[energy.DeviceID]*ledger.Page) error {
	book := d.bookOf(day, pages)
	if version, settled := d.versions[day]; settled {
		d.key.day = day
		d.reports.kept.keep(d.key, version, len(d.begun), book)
	}
	return d.visitDay(day, book)
}

func (d *dayWalk) visitDay(day int32, book *DayTotals) error {
	for _, l := range d.lacks {
		l.Add(day, d.weigher, book.Gaps)
	}
	return d.visit(day, book, d.weigher)
}

// bookOf counts a day. A range of many years is mostly silence, which is counted once.
func (d *dayWalk) bookOf(day int32, pages map[energy.DeviceID]*ledger.Page) *DayTotals {
	only := d.onlyTopology(day)
	if len(pages) > 0 || only < 0 {
		return CountDay(d.scope, d.by, day, d.topologies, pages, d.begun)
	}
	if d.silent == nil || d.silentOf != only {
		d.silent, d.silentOf = CountDay(d.scope, d.by, day, d.topologies, pages, d.begun), only
	}
	return d.silent
}

// onlyTopology is the place of the topology that holds a whole day; -1 where there is none.
func (d *dayWalk) onlyTopology(day int32) int {
	from, to := energy.QuarterStart(int64(day)*energy.QuartersPerDay), energy.QuarterStart(int64(day+1)*energy.QuartersPerDay)
	return slices.IndexFunc(d.topologies, func(t Topology) bool { return t.from <= from && t.to >= to })
}

// span is a run of quarter hours, dense, from a first one on.
type span struct {
	first    int64
	quarters []ledger.Quarter
}

func newSpan(from, to energy.Instant) span {
	first := energy.QuarterOf(from)
	return span{first: first, quarters: make([]ledger.Quarter, energy.QuarterOf(to-1)+1-first)}
}

// quarterTotals is what a query's one group used, each quarter hour of it.
type quarterTotals struct {
	span  span
	count []int32 // devices that count in each quarter
	// expected and measured are what each quarter weighs, and how much of it was measured, mW.
	expected, measured []float64
}

func newQuarterTotals(from, to energy.Instant) *quarterTotals {
	s := newSpan(from, to)
	n := len(s.quarters)
	return &quarterTotals{span: s, count: make([]int32, n), expected: make([]float64, n), measured: make([]float64, n)}
}

// totals adds up what an ungrouped query asks for.
func (r *Queries) totals(ctx context.Context, campus *campus.Campus, s campus.Scope, q Query, lacks ...*shortfall) (*quarterTotals, error) {
	t := newQuarterTotals(q.From, q.To)
	err := r.eachDay(ctx, campus, s, q, func(day int32, book *DayTotals, w *weigher) error {
		t.put(day, book.Groups[s.ID], w.of(s.ID, day, book.Gaps))
		return nil
	}, lacks...)
	if err != nil {
		return nil, fmt.Errorf("add up %s: %w", s.ID, err)
	}
	return t, nil
}

// put writes a day's quarters, those that lie in the span.
func (t *quarterTotals) put(day int32, sum *GroupTotals, w *weights) {
	begin := int64(day)*energy.QuartersPerDay - t.span.first
	lo, hi := max(0, -begin), min(energy.QuartersPerDay, int64(len(t.count))-begin)
	copy(t.span.quarters[begin+lo:begin+hi], sum.Quarters[lo:hi])
	copy(t.count[begin+lo:begin+hi], sum.count[lo:hi])
	copy(t.expected[begin+lo:begin+hi], w.expected[lo:hi])
	copy(t.measured[begin+lo:begin+hi], w.measured[lo:hi])
}
