package gormenergy

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/books"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/database"
)

// RepairBooks corrects links and adds to pages what they lack. What a page lacks does not change while others write, because they add the
// same to readings and totals. A link may change: then nothing is repaired.
func (s *Store) RepairBooks(ctx context.Context, proof books.Proof, traits ledger.Traits, by string) error {
	err := s.transactWithRetry(ctx, func(tx *gorm.DB) error {
		r := repair{store: s, tx: tx, rows: s.rows(tx), proof: proof, by: by, missing: copyOf(proof.Missing)}
		held := chains{kinds: make(map[energy.DeviceID]kinds), traits: func(energy.DeviceID) ledger.Traits { return traits }}
		if err := held.lock(ctx, r.rows, map[energy.DeviceID]kinds{proof.Device: 0}); err != nil {
			return err
		}
		if err := s.requireSame(ctx, tx, proof, traits); err != nil {
			return err
		}
		for _, step := range []func(context.Context) error{
			r.correctLinks, func(ctx context.Context) error { return r.decode(ctx, held) }, r.clearUnreadable, r.completePages, r.begin,
		} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	return nil
}

// repair is the repair of a device in one transaction.
type repair struct {
	store   *Store
	tx      *gorm.DB
	rows    rows
	proof   books.Proof
	by      string
	missing ledger.Entries
}

// requireSame returns an error if another process repaired the device since the proof, on SQLite: no lock reaches another process there, and
// what is read in a transaction that writes is of one instant.
func (s *Store) requireSame(ctx context.Context, tx *gorm.DB, proof books.Proof, traits ledger.Traits) error {
	if s.db.Dialect != database.SQLite {
		return nil
	}
	again, err := books.Prove(proof.Device, traits, s.records(ctx, tx, proof.Device))
	if err == nil && !reflect.DeepEqual(again.Missing, proof.Missing) {
		err = books.ErrChanged
	}
	return err
}

// copyOf copies entries, because a transaction may be tried again.
func copyOf(entries ledger.Entries) ledger.Entries {
	all := make(ledger.Entries, len(entries))
	for key, quarters := range entries {
		all[key] = maps.Clone(quarters)
	}
	return all
}

// note writes a line in the audit.
func (r *repair) note(what string, changes []string) error {
	return r.store.db.Note(r.tx, audit.Entry{
		At: r.store.clock.Now().Time(), Actor: r.by, Action: "books.repaired", Target: "/api/dispositivos/" + string(r.proof.Device),
		Detail: what + ": " + strings.Join(changes, ", "),
	})
}

func changeOf(figure books.Figure, was, is int64) string {
	return fmt.Sprintf("%s %d → %d %s", figure, was, is, figure.Unit())
}

func (r *repair) correctLinks(ctx context.Context) error {
	var corrected []ledger.Link
	for _, l := range r.proof.Links {
		stored, err := r.rows.from(ctx, chainKey{r.proof.Device, l.Was.Kind}, l.Was.At, 1)
		if err != nil {
			return err
		}
		if len(stored) == 0 || stored[0] != l.Was {
			return books.ErrChanged
		}
		corrected = append(corrected, l.Is)
		if err := r.note("reading of "+l.Was.At.String(), linkChanges(l)); err != nil {
			return err
		}
	}
	return r.rows.saveLinks(ctx, corrected)
}

func linkChanges(l books.CorrectedLink) []string {
	var changes []string
	for figure, of := range map[books.Figure]func(ledger.Link) int64{
		books.LinkEnergy: func(l ledger.Link) int64 { return int64(l.Booking.Energy) },
		books.LinkStart:  func(l ledger.Link) int64 { return int64(l.Booking.From) },
		books.LinkBase:   func(l ledger.Link) int64 { return l.Base.Value },
		books.LinkBaseAt: func(l ledger.Link) int64 { return int64(l.Base.At) },
		books.LinkBurst:  func(l ledger.Link) int64 { return int64(l.Base.Burst.Energy) },
	} {
		if was, is := of(l.Was), of(l.Is); was != is {
			changes = append(changes, changeOf(figure, was, is))
		}
	}
	slices.Sort(changes)
	return changes
}

// decode decodes what was stored and never booked.
func (r *repair) decode(ctx context.Context, held chains) error {
	linked := touched{}
	for _, reading := range r.proof.NotBooked {
		linked.add(chainKey{r.proof.Device, reading.Kind}, reading.At)
		if err := r.note("reading of "+reading.At.String(), []string{string(books.LinkNotBooked)}); err != nil {
			return err
		}
	}
	return rechainAll(ctx, r.rows, linked, held, r.missing)
}

// clearUnreadable empties the pages that cannot be decoded.
func (r *repair) clearUnreadable(ctx context.Context) error {
	for _, key := range r.proof.Unreadable {
		var was int64
		if err := r.tx.WithContext(ctx).Raw("SELECT energy FROM energy_pages WHERE device_id = ? AND day = ?", string(key.Device), key.Day).Scan(&was).Error; err != nil {
			return err
		}
		if err := r.tx.WithContext(ctx).Exec("UPDATE energy_pages SET quarters = ? WHERE device_id = ? AND day = ?", []byte{}, string(key.Device), key.Day).Error; err != nil {
			return err
		}
		if err := r.note("page of "+dayText(key), []string{changeOf(books.UnreadablePage, was, 0)}); err != nil {
			return err
		}
	}
	return nil
}

// completePages adds to the pages what they lack, and marks them as changed.
func (r *repair) completePages(ctx context.Context) error {
	kept, err := r.store.records(ctx, r.tx, r.proof.Device).ProvenFrom()
	if err != nil {
		return err
	}
	maps.DeleteFunc(r.missing, func(key ledger.PageKey, quarters map[int]ledger.Quarter) bool {
		return key.Day < kept && len(quarters) > 0
	})
	keys := slices.SortedFunc(maps.Keys(r.missing), comparePages)
	if len(keys) == 0 {
		return nil
	}
	sums, err := r.storedSums(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		pages, err := r.rows.pagesForUpdate(ctx, []ledger.PageKey{key})
		if err != nil {
			return err
		}
		was, is := *pages[0], pages[0]
		r.missing.Apply(is)
		if err := r.rows.savePages(ctx, []*ledger.Page{is}); err != nil {
			return err
		}
		if err := r.note("page of "+dayText(key), pageChanges(sums[key.Day], &was, is)); err != nil {
			return err
		}
	}
	if err := r.store.markPages(ctx, r.rows, keys); err != nil {
		return err
	}
	return r.rows.restate(ctx, keys, r.store.clock.Now())
}

// sums are the sums that are stored beside a page.
type sums struct{ Energy, Estimated int64 }

func (r *repair) storedSums(ctx context.Context) (map[int32]sums, error) {
	var found []struct {
		Day               int32
		Energy, Estimated int64
	}
	err := r.tx.WithContext(ctx).Raw("SELECT day, energy, estimated FROM energy_pages WHERE device_id = ?", string(r.proof.Device)).Scan(&found).Error
	all := make(map[int32]sums, len(found))
	for _, f := range found {
		all[f.Day] = sums{f.Energy, f.Estimated}
	}
	return all, err
}

// pageChanges lists what changed in a page.
func pageChanges(stored sums, was, is *ledger.Page) (changes []string) {
	add := func(prefix string, figure books.Figure, was, is int64) {
		if was != is {
			changes = append(changes, prefix+changeOf(figure, was, is))
		}
	}
	add("", books.DayEnergy, stored.Energy, int64(is.Total()))
	add("", books.DayEstimated, stored.Estimated, int64(is.Estimated()))
	for slot := range is.Quarters {
		a, b := was.Quarters[slot], is.Quarters[slot]
		at := energy.QuarterStart(int64(is.Day)*energy.QuartersPerDay+int64(slot)).Time().Format("15:04") + " "
		add(at, books.QuarterEnergy, int64(a.Energy), int64(b.Energy))
		add(at, books.QuarterEstimated, int64(a.Estimated), int64(b.Estimated))
		add(at, books.QuarterMeasured, a.Measured, b.Measured)
		add(at, books.QuarterFilled, a.Filled, b.Filled)
	}
	return changes
}

func dayText(key ledger.PageKey) string { return energy.StartOf(key.Day).Time().Format("2006-01-02") }

// begin corrects the day of the first page.
func (r *repair) begin(ctx context.Context) error {
	if r.proof.FirstDay == nil {
		return nil
	}
	key := ledger.PageKey{Device: r.proof.Device, Day: *r.proof.FirstDay}
	var was int64
	if err := r.tx.WithContext(ctx).Raw("SELECT coalesce(min(day), 0) FROM energy_begun WHERE device_id = ?", string(key.Device)).Scan(&was).Error; err != nil {
		return err
	}
	if err := r.rows.begin(ctx, []ledger.PageKey{key}); err != nil {
		return err
	}
	return r.note("first day", []string{changeOf(books.FirstDay, was, int64(key.Day))})
}

// booksLock is the advisory lock of checks and repairs.
const booksLock = 4_820_030

// TryLockBooks takes the lock of checks and repairs: on PostgreSQL in a transaction that stays open and does nothing else, so that a process
// that dies leaves no lock. A SQLite file has one process.
func (s *Store) TryLockBooks(ctx context.Context) (release func(), mine bool, err error) {
	if s.db.Dialect == database.SQLite {
		if !s.checking.TryLock() {
			return func() {}, false, nil
		}
		return s.checking.Unlock, true, nil
	}
	return s.db.TryLock(ctx, booksLock)
}
