package gormenergy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
)

// Append stores and books a batch in one transaction. Rows are written in the order of their keys, so that two
// processes that write the same ones wait for each other instead of locking each other out.
func (s *Store) Append(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) ([]energy.Outcome, error) {
	return s.appendSorted(ctx, batch, traits, false)
}

// AppendAll is Append that stores nothing where one reading conflicts.
func (s *Store) AppendAll(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) ([]energy.Outcome, error) {
	return s.appendSorted(ctx, batch, traits, true)
}

// errAnyConflict takes a transaction of all or none back.
var errAnyConflict = errors.New("a reading conflicts")

// statementRows bounds what one statement carries.
const statementRows = 5000

func (s *Store) appendSorted(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits, atomic bool) ([]energy.Outcome, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	sorted := slices.Clone(batch)
	slices.SortFunc(sorted, func(a, b energy.Reading) int { return compareKeys(a.Key(), b.Key()) })
	if err := s.makeRoom(ctx, sorted); err != nil {
		return nil, err
	}
	if s.db.Dialect == database.Postgres && !atomic && s.journallable(sorted) {
		all, err := s.journal(ctx, sorted, batch, traits)
		if err != nil {
			return nil, fmt.Errorf("journal %d readings: %w", len(batch), err)
		}
		s.committed(nil)
		return inOrderOf(batch, all), nil
	}
	var all map[energy.Key]energy.Outcome
	err := s.transactAgain(ctx, func(tx *gorm.DB) (err error) {
		if all, err = s.appendIn(ctx, tx, sorted, batch, traits); err == nil && atomic && anyConflict(all) {
			err = errAnyConflict
		}
		return err
	})
	s.committed(err)
	if err != nil && !errors.Is(err, errAnyConflict) {
		return nil, fmt.Errorf("append %d readings: %w", len(batch), err)
	}
	return inOrderOf(batch, all), nil
}

// transactAgain is a transaction that is tried again where the database took it back for the sake of another.
func (s *Store) transactAgain(ctx context.Context, do func(*gorm.DB) error) (err error) {
	const tries = 5
	for range tries {
		if err = s.db.Transact(ctx, do); !database.IsRolledBack(err) {
			break
		}
	}
	return err
}

// appendIn stores and books sorted readings in a transaction, and tells of them; batch are they in the order in which they came.
func (s *Store) appendIn(ctx context.Context, tx *gorm.DB, sorted, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) (map[energy.Key]energy.Outcome, error) {
	rows, booked := s.rows(tx), make(map[ledger.PageKey]bool)
	all := make(map[energy.Key]energy.Outcome, len(sorted))
	held, err := hold(ctx, rows, sorted, traits)
	if err != nil {
		return nil, err
	}
	free, covered, err := screen(ctx, rows, sorted, batch, held)
	if err != nil {
		return nil, err
	}
	for key, span := range covered {
		all[key] = energy.Outcome{Result: energy.Overlapping, Covered: span}
	}
	for part := range slices.Chunk(free, statementRows) {
		if err := appendPart(ctx, rows, part, sorted, held, all, booked); err != nil {
			return nil, err
		}
	}
	if err := s.publish(tx, s.readingEvents(freshOf(sorted, all), traits)); err != nil {
		return nil, err
	}
	return all, s.markPages(ctx, rows, slices.SortedFunc(maps.Keys(booked), comparePages))
}

// inOrderOf gives the outcomes of a batch as it was sent; a nil map says that all of it was new.
func inOrderOf(batch []energy.Reading, all map[energy.Key]energy.Outcome) []energy.Outcome {
	outcomes := make([]energy.Outcome, len(batch))
	for i, r := range batch {
		if all == nil {
			outcomes[i] = energy.Outcome{Result: energy.Inserted, Stored: r}
			continue
		}
		outcomes[i] = all[r.Key()]
	}
	return outcomes
}

func anyConflict(outcomes map[energy.Key]energy.Outcome) bool {
	for _, o := range outcomes {
		if o.Result == energy.Conflict || o.Result == energy.Overlapping {
			return true
		}
	}
	return false
}

// appendPart stores and books a part of a batch; it adds what became of it to all, and the pages to booked.
func appendPart(ctx context.Context, rows rows, sorted, batch []energy.Reading, held chains, all map[energy.Key]energy.Outcome, booked map[ledger.PageKey]bool) error {
	done, err := insertAll(ctx, rows, sorted, batch)
	if err != nil {
		return err
	}
	strange, err := judge(ctx, rows, sorted, done, all)
	if err != nil {
		return err
	}
	if len(strange) > 0 {
		return fmt.Errorf("reading of %s at %s is neither new nor there", strange[0].Device, strange[0].At)
	}
	entries, linked := ledger.Entries{}, touched{}
	for _, sent := range sorted {
		r, is := done.of(sent)
		switch {
		case !is:
		case r.Kind == energy.Interval:
			entries.BookInterval(r, +1)
			if r.HasStatedSpan() {
				linked.tell(r.CoveredSpan(), chainKey{r.Device, energy.Sample}, held)
			}
		case r.Kind == energy.Rejected:
			linked.tell(r.CoveredSpan(), chainKey{r.Device, energy.Sample}, held)
		default:
			linked.add(chainKey{r.Device, r.Kind}, r.At)
		}
	}
	if err := rechainAll(ctx, rows, linked, held, entries); err != nil {
		return err
	}
	for key := range entries {
		booked[key] = true
	}
	return book(ctx, rows, entries)
}

// judge notes what became of each reading: inserted, or compared with the one that was there. It gives those that are neither.
func judge(ctx context.Context, rows rows, sorted []energy.Reading, done inserted, all map[energy.Key]energy.Outcome) (neither []energy.Reading, err error) {
	var known []energy.Reading
	for _, r := range sorted {
		if stored, is := done.of(r); is {
			all[r.Key()] = energy.Outcome{Result: energy.Inserted, Stored: stored}
			continue
		}
		known = append(known, r)
	}
	if len(known) == 0 {
		return nil, nil
	}
	stored, err := rows.stored(ctx, known)
	if err != nil {
		return nil, err
	}
	for _, r := range known {
		before, found := stored[r.Key()]
		if !found {
			neither = append(neither, r)
			continue
		}
		all[r.Key()], err = ledger.JudgeResent(r, before, func(key energy.Key) ([]ledger.Correction, error) { return rows.corrections(ctx, key) })
		if err != nil {
			return nil, err
		}
	}
	return neither, nil
}

// bookAndMark writes the entries into their pages and marks what they change.
func (s *Store) bookAndMark(ctx context.Context, rows rows, entries ledger.Entries) error {
	if err := book(ctx, rows, entries); err != nil {
		return err
	}
	return s.markPages(ctx, rows, slices.SortedFunc(maps.Keys(entries), comparePages))
}

// book writes the entries into their pages.
func book(ctx context.Context, rows rows, entries ledger.Entries) error {
	keys := slices.SortedFunc(maps.Keys(entries), comparePages)
	const atOnce = 2000
	for part := range slices.Chunk(keys, atOnce) {
		pages, err := rows.pagesForUpdate(ctx, part)
		if err != nil {
			return err
		}
		for _, page := range pages {
			entries.Apply(page)
		}
		if err := rows.savePages(ctx, pages); err != nil {
			return err
		}
	}
	return nil
}

func compareKeys(a, b energy.Key) int {
	return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.At, b.At))
}

func comparePages(a, b ledger.PageKey) int {
	return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Day, b.Day))
}

// rows are the statements of one transaction, in the words of one database.
type rows interface {
	// insert stores what is not there yet and tells which that was.
	insert(ctx context.Context, sorted []energy.Reading) (keys, error)
	// stored gives the readings under the keys of others.
	stored(ctx context.Context, keys []energy.Reading) (map[energy.Key]energy.Reading, error)
	// instants gives those in [from, to) under which a device has a reading.
	instants(ctx context.Context, device energy.DeviceID, from, to energy.Instant) ([]energy.Instant, error)
	// remove takes readings out that this transaction stored and that are booked nowhere yet.
	remove(ctx context.Context, keys []energy.Key) error
	// holdTimes holds the times of which intervals tell for this transaction; alone holds those of all devices.
	holdTimes(ctx context.Context, claims []energy.Reading, alone bool) error
	// claims gives the stored intervals that claim a time that ends within a stretch, and the next of its device after it.
	claims(ctx context.Context, stretches []stretch) ([]claim, error)
	// chains gives the kinds of the devices that have a row, and holds the rows for this transaction where hold is set.
	chains(ctx context.Context, devices []energy.DeviceID, hold bool) (map[energy.DeviceID]kinds, error)
	// makeChains makes the rows that are missing.
	makeChains(ctx context.Context, devices []energy.DeviceID) error
	// lookKinds gives the kinds of the newest readings of devices.
	lookKinds(ctx context.Context, devices []energy.DeviceID) (map[energy.DeviceID]kinds, error)
	saveKinds(ctx context.Context, changed map[energy.DeviceID]kinds) error
	// before gives the last limit links of a chain before an instant, oldest first.
	before(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]ledger.Link, error)
	// from gives up to limit links of a chain from an instant on.
	from(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]ledger.Link, error)
	// keptBase is where a chain stood after its last link that was forgotten; unknown where none was.
	keptBase(ctx context.Context, chain chainKey) (ledger.Base, error)
	saveLinks(ctx context.Context, links []ledger.Link) error
	// pagesForUpdate gives the pages of sorted keys, empty ones where there are none, held for this transaction.
	pagesForUpdate(ctx context.Context, sorted []ledger.PageKey) ([]*ledger.Page, error)
	savePages(ctx context.Context, pages []*ledger.Page) error
	// markPast notes that the past of devices changed.
	markPast(ctx context.Context, devices []energy.DeviceID, at energy.Instant) error
	// restate notes the days, sorted, whose totals changed.
	restate(ctx context.Context, days []ledger.PageKey, at energy.Instant) error
	// begin notes the first days of devices that have pages from then on.
	begin(ctx context.Context, firsts []ledger.PageKey) error
	// countUp counts a change of days, sorted.
	countUp(ctx context.Context, days []int32) error
	// corrections are those of a reading, oldest first.
	corrections(ctx context.Context, key energy.Key) ([]ledger.Correction, error)
}

func (s *Store) rows(tx *gorm.DB) rows {
	if s.db.Dialect == database.Postgres {
		return postgresRows{tx, tx.Statement.ConnPool}
	}
	return newSQLiteRows(tx)
}
