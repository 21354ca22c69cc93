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

// Append stores and books a batch in one transaction. Rows are written in the order of their keys, so that two processes that write the
// same rows wait for each other and do not deadlock.
func (s *Store) Append(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) ([]energy.Outcome, error) {
	return s.appendSorted(ctx, batch, traits, false)
}

// AppendAll does the same as Append, but stores nothing if one reading conflicts.
func (s *Store) AppendAll(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) ([]energy.Outcome, error) {
	return s.appendSorted(ctx, batch, traits, true)
}

// errAnyConflict rolls back a transaction of AppendAll.
var errAnyConflict = errors.New("a reading conflicts")

// statementRows is the maximum number of rows in one statement.
const statementRows = 5000

func (s *Store) appendSorted(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits, atomic bool) ([]energy.Outcome, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	sorted := slices.Clone(batch)
	slices.SortFunc(sorted, func(a, b energy.Reading) int { return compareKeys(a.Key(), b.Key()) })
	if err := s.makeMonths(ctx, sorted); err != nil {
		return nil, err
	}
	if s.db.Dialect == database.Postgres && !atomic && s.journallable(sorted) {
		all, err := s.journal(ctx, sorted, batch, traits)
		if err != nil {
			return nil, fmt.Errorf("journal %d readings: %w", len(batch), err)
		}
		s.outbox.Committed(nil)
		return inOrderOf(batch, all), nil
	}
	var all map[energy.Key]energy.Outcome
	err := s.transactWithRetry(ctx, func(tx *gorm.DB) (err error) {
		if all, err = s.appendIn(ctx, tx, sorted, batch, traits); err == nil && atomic && anyConflict(all) {
			err = errAnyConflict
		}
		return err
	})
	s.outbox.Committed(err)
	if err != nil && !errors.Is(err, errAnyConflict) {
		return nil, fmt.Errorf("append %d readings: %w", len(batch), err)
	}
	return inOrderOf(batch, all), nil
}

// transactWithRetry runs a transaction, and retries it if the database rolled it back because of another one.
func (s *Store) transactWithRetry(ctx context.Context, do func(*gorm.DB) error) (err error) {
	const tries = 5
	for range tries {
		if err = s.db.Transact(ctx, do); !database.IsRolledBack(err) {
			break
		}
	}
	return err
}

// appendIn stores and books sorted readings in a transaction, and publishes them. batch has the same readings in the order of arrival.
func (s *Store) appendIn(ctx context.Context, tx *gorm.DB, sorted, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) (map[energy.Key]energy.Outcome, error) {
	rows, booked := s.rows(tx), make(map[ledger.PageKey]bool)
	all := make(map[energy.Key]energy.Outcome, len(sorted))
	held, err := lockChains(ctx, rows, sorted, traits)
	if err != nil {
		return nil, err
	}
	free, covered, err := withoutOverlaps(ctx, rows, sorted, batch, held)
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
	if err := s.outbox.Put(tx, s.readingEvents(freshOf(sorted, all), traits)); err != nil {
		return nil, err
	}
	return all, s.markPages(ctx, rows, slices.SortedFunc(maps.Keys(booked), comparePages))
}

// inOrderOf returns the outcomes of a batch in the order in which it was sent; a nil map means that all of it was new.
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

// appendPart stores and books a part of a batch. It adds the outcomes to all, and the changed pages to booked.
func appendPart(ctx context.Context, rows rows, sorted, batch []energy.Reading, held chains, all map[energy.Key]energy.Outcome, booked map[ledger.PageKey]bool) error {
	done, err := insertAll(ctx, rows, sorted, batch)
	if err != nil {
		return err
	}
	strange, err := recordOutcomes(ctx, rows, sorted, done, all)
	if err != nil {
		return err
	}
	if len(strange) > 0 {
		return fmt.Errorf("reading of %s at %s is neither new nor stored", strange[0].Device, strange[0].At)
	}
	entries, linked := ledger.Entries{}, touched{}
	for _, sent := range sorted {
		r, is := done.storedAs(sent)
		switch {
		case !is:
		case r.Kind == energy.Interval:
			entries.BookInterval(r, +1)
			if r.HasStatedSpan() {
				linked.addCounted(r.CoveredSpan(), chainKey{r.Device, energy.Sample}, held)
			}
		case r.Kind == energy.Rejected:
			linked.addCounted(r.CoveredSpan(), chainKey{r.Device, energy.Sample}, held)
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

// recordOutcomes records the outcome of each reading: inserted, or compared with the stored one. It returns those that are neither.
func recordOutcomes(ctx context.Context, rows rows, sorted []energy.Reading, done inserted, all map[energy.Key]energy.Outcome) (neither []energy.Reading, err error) {
	var known []energy.Reading
	for _, r := range sorted {
		if stored, is := done.storedAs(r); is {
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

// rows are the statements of one transaction, in the SQL of one database.
type rows interface {
	// insert stores the readings that are not stored yet, and returns their keys.
	insert(ctx context.Context, sorted []energy.Reading) (keys, error)
	// stored returns the readings that are stored under the keys of the given ones.
	stored(ctx context.Context, keys []energy.Reading) (map[energy.Key]energy.Reading, error)
	// instants returns the instants in [from, to) at which a device has a reading.
	instants(ctx context.Context, device energy.DeviceID, from, to energy.Instant) ([]energy.Instant, error)
	// remove deletes readings that this transaction stored and has not booked.
	remove(ctx context.Context, keys []energy.Key) error
	// lockTimes locks the times that intervals cover until the transaction ends; alone locks those of all devices.
	lockTimes(ctx context.Context, claims []energy.Reading, alone bool) error
	// claims returns, for each stretch, the stored intervals that end within it, and the device's next interval after it.
	claims(ctx context.Context, stretches []stretch) ([]claim, error)
	// chains returns the kinds of the devices that have a row, and locks these rows if hold is set.
	chains(ctx context.Context, devices []energy.DeviceID, hold bool) (map[energy.DeviceID]kinds, error)
	// makeChains inserts the rows that are missing.
	makeChains(ctx context.Context, devices []energy.DeviceID) error
	// lookKinds returns the kinds of the newest readings of devices.
	lookKinds(ctx context.Context, devices []energy.DeviceID) (map[energy.DeviceID]kinds, error)
	saveKinds(ctx context.Context, changed map[energy.DeviceID]kinds) error
	// before returns the last limit links of a chain before an instant, oldest first.
	before(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]ledger.Link, error)
	// from returns up to limit links of a chain, starting at an instant.
	from(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]ledger.Link, error)
	// keptBase is the base of a chain after its last deleted link; unknown if none was deleted.
	keptBase(ctx context.Context, chain chainKey) (ledger.Base, error)
	saveLinks(ctx context.Context, links []ledger.Link) error
	// pagesForUpdate returns the pages of sorted keys and locks them. A page that is not stored is returned empty.
	pagesForUpdate(ctx context.Context, sorted []ledger.PageKey) ([]*ledger.Page, error)
	savePages(ctx context.Context, pages []*ledger.Page) error
	// markPast records that the past of devices changed.
	markPast(ctx context.Context, devices []energy.DeviceID, at energy.Instant) error
	// restate records the days, sorted, whose totals changed.
	restate(ctx context.Context, days []ledger.PageKey, at energy.Instant) error
	// begin records the first day with a page for each device.
	begin(ctx context.Context, firsts []ledger.PageKey) error
	// countUp increments the version of days, sorted.
	countUp(ctx context.Context, days []int32) error
	// corrections returns the corrections of a reading, oldest first.
	corrections(ctx context.Context, key energy.Key) ([]ledger.Correction, error)
}

func (s *Store) rows(tx *gorm.DB) rows {
	if s.db.Dialect == database.Postgres {
		return postgresRows{tx, tx.Statement.ConnPool, s.db.Lock}
	}
	return newSQLiteRows(tx)
}
