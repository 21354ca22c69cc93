package gormenergy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/books"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
)

// distinct reads the distinct devices of a table by one look into its key for each, instead of all rows.
const distinct = `WITH RECURSIVE d (id) AS (SELECT min(device_id) FROM %[1]s
	UNION ALL SELECT (SELECT min(device_id) FROM %[1]s WHERE device_id > d.id) FROM d WHERE d.id IS NOT NULL) SELECT id FROM d WHERE id IS NOT NULL`

// BookedDevices returns every device that has readings or pages, or is registered, by id.
func (s *Store) BookedDevices(ctx context.Context) ([]energy.DeviceID, error) {
	statements := []string{
		fmt.Sprintf(distinct, "energy_readings"), fmt.Sprintf(distinct, "energy_pages"),
		"SELECT device_id FROM energy_begun", "SELECT id FROM energy_devices",
	}
	if s.db.Dialect == database.Postgres {
		statements = append(statements, "SELECT DISTINCT device_id FROM energy_journal")
	}
	all := make(map[energy.DeviceID]bool)
	for _, statement := range statements {
		var some []energy.DeviceID
		if err := s.db.Read.WithContext(ctx).Raw(statement).Scan(&some).Error; err != nil {
			return nil, fmt.Errorf("list the devices of the books: %w", err)
		}
		for _, id := range some {
			all[id] = true
		}
	}
	return slices.Sorted(maps.Keys(all)), nil
}

// ViewBooks shows the records of a device in a snapshot of the primary: a standby has books of its own.
func (s *Store) ViewBooks(ctx context.Context, device energy.DeviceID, view func(books.Records) error) error {
	return s.db.PrimarySnapshot(ctx, func(tx *gorm.DB) error { return view(s.records(ctx, tx, device)) })
}

func (s *Store) records(ctx context.Context, tx *gorm.DB, device energy.DeviceID) records {
	return records{ctx: ctx, tx: tx, dialect: s.db.Dialect, device: device, rows: s.rows(tx)}
}

// records are the books of a device in one transaction.
type records struct {
	ctx     context.Context
	tx      *gorm.DB
	dialect database.Dialect
	device  energy.DeviceID
	rows    rows
}

// provedAtOnce is how many readings one query returns: no statement may run into the time limit of the connection.
const provedAtOnce = 5000

// Links yields all readings of the device.
func (r records) Links() iter.Seq2[ledger.Link, error] {
	return func(yield func(ledger.Link, error) bool) {
		for after := int64(math.MinInt64); ; {
			links, err := r.linksAfter(after)
			if err != nil {
				yield(ledger.Link{}, fmt.Errorf("read the readings: %w", err))
				return
			}
			for _, l := range links {
				if !yield(l, nil) {
					return
				}
			}
			if len(links) < provedAtOnce {
				return
			}
			after = int64(links[len(links)-1].At)
		}
	}
}

func (r records) linksAfter(at int64) ([]ledger.Link, error) {
	found, err := r.tx.WithContext(r.ctx).Raw("SELECT "+linkColumns+" FROM energy_readings WHERE device_id = ? AND at > ? ORDER BY at LIMIT ?",
		string(r.device), at, provedAtOnce).Rows()
	if err != nil {
		return nil, err
	}
	links := make([]ledger.Link, 0, provedAtOnce)
	return links, scanAll(found, func(rows *sql.Rows) error {
		l, err := scanLink(rows)
		links = append(links, l)
		return err
	})
}

// KeptBase is the base of a chain after its last deleted link.
func (r records) KeptBase(kind energy.Kind) (ledger.Base, error) {
	return r.rows.keptBase(r.ctx, chainKey{r.device, kind})
}

// Pages yields the pages of the device.
func (r records) Pages() iter.Seq2[books.StoredPage, error] {
	return func(yield func(books.StoredPage, error) bool) {
		found, err := r.tx.WithContext(r.ctx).Raw("SELECT device_id, day, energy, estimated, quarters FROM energy_pages WHERE device_id = ? ORDER BY day",
			string(r.device)).Rows()
		if err == nil {
			err = scanAll(found, func(rows *sql.Rows) error {
				page, err := scanStoredPage(rows)
				if err == nil && !yield(page, nil) {
					err = errEnough
				}
				return err
			})
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(books.StoredPage{}, fmt.Errorf("read the pages: %w", err))
		}
	}
}

func scanStoredPage(rows *sql.Rows) (books.StoredPage, error) {
	stored := books.StoredPage{Page: &ledger.Page{}}
	var packed sql.RawBytes
	if err := rows.Scan(&stored.Page.Device, &stored.Page.Day, &stored.Energy, &stored.Estimated, &packed); err != nil {
		return stored, err
	}
	if stored.Page.DecodeQuarters(packed) != nil {
		stored.Page, stored.Unreadable = &ledger.Page{Device: stored.Page.Device, Day: stored.Page.Day}, true
	}
	return stored, nil
}

// Journalled are the readings that are stored and not posted.
func (r records) Journalled() (ledger.Entries, error) {
	entries := ledger.Entries{}
	if r.dialect != database.Postgres {
		return entries, nil
	}
	found, err := r.tx.WithContext(r.ctx).Raw("SELECT device_id, at, value, span FROM energy_journal WHERE device_id = ?", string(r.device)).Rows()
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	_, err = addJournalled(found, entries)
	return entries, err
}

// FirstDay is the stored day of the first page.
func (r records) FirstDay() (day int32, known bool, err error) {
	var stored sql.NullInt32
	err = r.tx.WithContext(r.ctx).Raw("SELECT min(day) FROM energy_begun WHERE device_id = ?", string(r.device)).Row().Scan(&stored)
	return stored.Int32, stored.Valid, err
}

// ProvenFrom is the first day whose readings and totals are all kept. A version that did not record what it deleted may have run since, and
// an extension may delete by itself: the months that are left show that too.
func (r records) ProvenFrom() (int32, error) {
	var readingsBefore, totalsBefore int64
	if err := r.tx.WithContext(r.ctx).Raw("SELECT coalesce(max(readings_before), 0), coalesce(max(totals_before), 0) FROM energy_forgotten").
		Row().Scan(&readingsBefore, &totalsBefore); err != nil {
		return 0, fmt.Errorf("read what was deleted: %w", err)
	}
	from := max(energy.DayOf(energy.Instant(readingsBefore)), int32(totalsBefore))
	if r.dialect != database.Postgres {
		return from, nil
	}
	oldest, err := r.oldestMonth()
	return max(from, oldest), err
}

// oldestMonth is the first day of the oldest month that has a table. If the table is not divided by months, it is the day of the device's
// oldest reading.
func (r records) oldestMonth() (int32, error) {
	var tables []string
	if err := r.tx.WithContext(r.ctx).Raw(`SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'energy_readings'::regclass ORDER BY c.relname`).Scan(&tables).Error; err != nil {
		return 0, err
	}
	if len(tables) > 0 {
		if month, err := time.Parse(monthTable, tables[0]); err == nil {
			return energy.DayOf(energy.InstantOf(month)), nil
		}
	}
	var at sql.NullInt64
	if err := r.tx.WithContext(r.ctx).Raw("SELECT min(at) FROM energy_readings WHERE device_id = ?", string(r.device)).Row().Scan(&at); err != nil || !at.Valid {
		return math.MaxInt32, err
	}
	return energy.DayOf(energy.Instant(at.Int64)), nil
}
