package gormenergy

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
)

// Snapshot shows the books of devices at one instant: the pages, and the readings that are not posted to them yet.
func (s *Store) Snapshot(ctx context.Context, devices []energy.DeviceID, look func(ledger.Books) error) error {
	sorted := slices.Clone(devices)
	slices.Sort(sorted)
	ids, settled := textsOf(slices.Compact(sorted)), energy.SettledUntil(s.clock.Now()) // before the snapshot begins
	return s.db.Snapshot(ctx, func(tx *gorm.DB) error {
		b := snapshotBooks{tx: tx, dialect: s.db.Dialect, devices: ids, settled: settled}
		if err := b.readJournal(tx.Statement.Context); err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		return look(b)
	})
}

// snapshotBooks are the pages of some devices in one transaction.
type snapshotBooks struct {
	tx         *gorm.DB
	dialect    database.Dialect
	devices    idList // sorted
	journalled ledger.Entries
	// settled is the first day whose changes may not be counted yet; all changes of earlier days are.
	settled int32
}

// readJournal sums up what is stored and not posted.
func (b *snapshotBooks) readJournal(ctx context.Context) error {
	b.journalled = ledger.Entries{}
	if b.dialect != database.Postgres {
		return nil
	}
	found, err := b.tx.Statement.ConnPool.QueryContext(ctx,
		"SELECT device_id, at, value, span FROM energy_journal WHERE device_id = ANY($1::text[])", []string(b.devices))
	if err != nil {
		return err
	}
	_, err = addJournalled(found, b.journalled)
	return err
}

// ofDevices is the condition that a row belongs to the books' devices. Its argument is the devices.
func (b snapshotBooks) ofDevices() string { return ofDevices(b.dialect) }

// ofDevices is the condition that a row belongs to some devices. Its one argument is an idList.
func ofDevices(dialect database.Dialect) string {
	if dialect == database.Postgres {
		return "device_id = ANY(ARRAY(SELECT json_array_elements_text(?::json)))"
	}
	return "device_id IN (SELECT value FROM json_each(?))"
}

// idList is an argument with any number of ids, as a JSON array.
type idList []string

// Value writes the array.
func (l idList) Value() (driver.Value, error) {
	text, err := json.Marshal([]string(l))
	return string(text), err
}

// FirstDays returns the day of each device's first page.
func (b snapshotBooks) FirstDays() (map[energy.DeviceID]int32, error) {
	found, err := b.tx.Raw("SELECT device_id, day FROM energy_begun WHERE "+b.ofDevices(), b.devices).Rows()
	if err != nil {
		return nil, fmt.Errorf("read when devices began: %w", err)
	}
	begun := make(map[energy.DeviceID]int32, len(b.devices))
	err = scanAll(found, func(rows *sql.Rows) error {
		var id energy.DeviceID
		var day int32
		err := rows.Scan(&id, &day)
		begun[id] = day
		return err
	})
	for key := range b.journalled {
		if day, known := begun[key.Device]; !known || key.Day < day {
			begun[key.Device] = key.Day
		}
	}
	return begun, err
}

// Versions counts the changes of past days. A day with journalled readings is left out: it is counted when they are posted.
func (b snapshotBooks) Versions(from, to int32) (map[int32]int64, error) {
	to = min(to, b.settled)
	versions := make(map[int32]int64, max(0, to-from))
	for day := from; day < to; day++ {
		versions[day] = 0
	}
	found, err := b.tx.Raw("SELECT day, version FROM energy_day_versions WHERE day >= ? AND day < ?", from, to).Rows()
	if err != nil {
		return nil, fmt.Errorf("read the versions of days: %w", err)
	}
	err = scanAll(found, func(rows *sql.Rows) error {
		var day int32
		var version int64
		err := rows.Scan(&day, &version)
		versions[day] = version
		return err
	})
	for key := range b.journalled {
		delete(versions, key.Day)
	}
	return versions, err
}

// DayRange returns the first and last day that has a page.
func (b snapshotBooks) DayRange() (first, last int32, found bool, err error) {
	if len(b.devices) == 0 {
		return 0, 0, false, nil
	}
	var from, to sql.NullInt32
	if err := b.tx.Raw("SELECT min(day), max(day) FROM energy_pages WHERE "+b.ofDevices(), b.devices).Row().Scan(&from, &to); err != nil {
		return 0, 0, false, fmt.Errorf("read the days: %w", err)
	}
	first, last, found = from.Int32, to.Int32, from.Valid
	for key := range b.journalled {
		if !found {
			first, last, found = key.Day, key.Day, true
		}
		first, last = min(first, key.Day), max(last, key.Day)
	}
	return first, last, found, nil
}

// pagesAtOnce is the maximum number of pages that one query sorts by day.
const pagesAtOnce = 4000

// Pages yields the pages of [from, to), by day and device.
func (b snapshotBooks) Pages(from, to int32) iter.Seq2[*ledger.Page, error] {
	return func(yield func(*ledger.Page, error) bool) {
		if len(b.devices) == 0 {
			return
		}
		step := int32(max(1, pagesAtOnce/len(b.devices)))
		for ; from < to; from += step {
			err := b.pages(from, min(from+step, to), yield)
			if errors.Is(err, errEnough) {
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("read pages: %w", err))
				return
			}
		}
	}
}

func (b snapshotBooks) pages(from, to int32, yield func(*ledger.Page, error) bool) error {
	found, err := b.tx.Raw("SELECT device_id, day, quarters FROM energy_pages WHERE "+b.ofDevices()+
		" AND day >= ? AND day < ? ORDER BY day, device_id", b.devices, from, to).Rows()
	if err != nil {
		return err
	}
	m := merge{journalled: b.journalled, keys: keysWithin(b.journalled, from, to), yield: yield}
	if err := scanAll(found, m.stored); err != nil {
		return err
	}
	return m.rest()
}
