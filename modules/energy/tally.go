package energy

import (
	"context"
	"fmt"
	"slices"
)

// visitor is called with the book of each day, and what weighs it.
type visitor func(day int32, book *dayBook, w *weigher) error

// eachDay calls visit with the books of the UTC days that the query touches, oldest first, all of one snapshot, and adds what is
// missing of them to lacks.
func (r *Reports) eachDay(ctx context.Context, campus *Campus, s scope, q Query, visit visitor, lacks ...*shortfall) error {
	var topologies []topology
	for _, e := range campus.epochs(quarterStart(int64(dayOf(q.From))*QuartersPerDay), quarterStart(int64(dayOf(q.To-1)+1)*QuartersPerDay)) {
		topologies = append(topologies, newTopology(e, s))
	}
	return r.readings.Open(ctx, campus.devicesEver(s), func(books Books) error {
		d := days{
			reports: r, books: books, scope: s, by: q.By, topologies: topologies, visit: visit, lacks: lacks,
			key: dayKey{campus: campus.Version, space: s.space, device: s.device, reach: s.reach, by: q.By},
		}
		return d.walk(dayOf(q.From), dayOf(q.To-1)+1, campus)
	})
}

func dayOf(at Instant) int32 { return int32(int64(at) / dayMs) }

// days walks the days of a query, through those that are remembered and those that must be counted.
type days struct {
	reports    *Reports
	books      Books
	scope      scope
	by         Grouping
	topologies []topology
	key        dayKey
	visit      visitor
	lacks      []*shortfall

	weigher  *weigher
	begun    map[DeviceID]int32
	versions map[int32]int64
	// silent is the book of a whole day of which there is no page, under one topology; it is the same for each such day.
	silent   *dayBook
	silentOf int
}

func (d *days) walk(from, to int32, campus *Campus) (err error) {
	if d.begun, err = d.books.Begun(); err != nil {
		return err
	}
	usual, err := d.reports.usuals.of(d.books, campus.among(d.begun), d.reports.clock.Now())
	if err != nil {
		return err
	}
	d.weigher = newWeigher(d.scope, d.by, d.topologies, d.begun, usual)
	if d.versions, err = d.books.Versions(from, to); err != nil {
		return err
	}
	for at := from; at < to; {
		if book := d.remembered(at); book != nil {
			if err := d.tell(at, book); err != nil {
				return err
			}
			at++
			continue
		}
		end := at + 1
		for end < to && d.remembered(end) == nil {
			end++
		}
		if err := d.count(at, end); err != nil {
			return err
		}
		at = end
	}
	return nil
}

func (d *days) remembered(day int32) *dayBook {
	version, settled := d.versions[day]
	if !settled {
		return nil
	}
	d.key.day = day
	return d.reports.kept.find(d.key, version, len(d.begun))
}

// count makes the books of [from, to) from their pages, a day in memory at a time.
func (d *days) count(from, to int32) error {
	pages := make(map[DeviceID]*Page)
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
func (d *days) close(day int32, pages map[DeviceID]*Page) error {
	book := d.bookOf(day, pages)
	if version, settled := d.versions[day]; settled {
		d.key.day = day
		d.reports.kept.keep(d.key, version, len(d.begun), book)
	}
	return d.tell(day, book)
}

func (d *days) tell(day int32, book *dayBook) error {
	for _, l := range d.lacks {
		l.add(day, d.weigher, book.gaps)
	}
	return d.visit(day, book, d.weigher)
}

// bookOf counts a day. A range of many years is mostly silence, which is counted once.
func (d *days) bookOf(day int32, pages map[DeviceID]*Page) *dayBook {
	only := d.onlyTopology(day)
	if len(pages) > 0 || only < 0 {
		return countDay(d.scope, d.by, day, d.topologies, pages, d.begun)
	}
	if d.silent == nil || d.silentOf != only {
		d.silent, d.silentOf = countDay(d.scope, d.by, day, d.topologies, pages, d.begun), only
	}
	return d.silent
}

// onlyTopology is the place of the topology that holds a whole day; -1 where there is none.
func (d *days) onlyTopology(day int32) int {
	from, to := quarterStart(int64(day)*QuartersPerDay), quarterStart(int64(day+1)*QuartersPerDay)
	return slices.IndexFunc(d.topologies, func(t topology) bool { return t.from <= from && t.to >= to })
}

// span is a run of quarter hours, dense, from a first one on.
type span struct {
	first    int64
	quarters []Quarter
}

func newSpan(from, to Instant) span {
	first := quarterOf(from)
	return span{first: first, quarters: make([]Quarter, quarterOf(to-1)+1-first)}
}

// tally is what a query's one group used, each quarter hour of it.
type tally struct {
	span  span
	count []int32 // devices that count in each quarter
	// expected and measured are what each quarter weighs, and how much of it was measured, mW.
	expected, measured []float64
}

func newTally(from, to Instant) *tally {
	s := newSpan(from, to)
	n := len(s.quarters)
	return &tally{span: s, count: make([]int32, n), expected: make([]float64, n), measured: make([]float64, n)}
}

// tally adds up what an ungrouped query asks for.
func (r *Reports) tally(ctx context.Context, campus *Campus, s scope, q Query, lacks ...*shortfall) (*tally, error) {
	t := newTally(q.From, q.To)
	err := r.eachDay(ctx, campus, s, q, func(day int32, book *dayBook, w *weigher) error {
		t.put(day, book.groups[s.id], w.of(s.id, day, book.gaps))
		return nil
	}, lacks...)
	if err != nil {
		return nil, fmt.Errorf("add up %s: %w", s.id, err)
	}
	return t, nil
}

// put writes a day's quarters, those that lie in the span.
func (t *tally) put(day int32, sum *daySum, w *weights) {
	begin := int64(day)*QuartersPerDay - t.span.first
	lo, hi := max(0, -begin), min(QuartersPerDay, int64(len(t.count))-begin)
	copy(t.span.quarters[begin+lo:begin+hi], sum.quarters[lo:hi])
	copy(t.count[begin+lo:begin+hi], sum.count[lo:hi])
	copy(t.expected[begin+lo:begin+hi], w.expected[lo:hi])
	copy(t.measured[begin+lo:begin+hi], w.measured[lo:hi])
}
