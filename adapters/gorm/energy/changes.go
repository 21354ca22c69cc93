package gormenergy

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
)

const dayMs = int64(24 * time.Hour / time.Millisecond)

// markPages marks the changes of pages: the first days of devices, the versions of days and, for past days, the devices and days. Keys are
// sorted. It runs last in a transaction: a transaction that waits here for a day has already locked all its pages.
func (s *Store) markPages(ctx context.Context, rows rows, keys []ledger.PageKey) error {
	if len(keys) == 0 {
		return nil
	}
	if err := s.markPast(ctx, rows, keys); err != nil {
		return err
	}
	var firsts []ledger.PageKey
	passed := make(map[int32]bool)
	today := energy.PassedUntil(s.clock.Now())
	for i, k := range keys {
		if i == 0 || keys[i-1].Device != k.Device {
			firsts = append(firsts, k)
		}
		if k.Day < today {
			passed[k.Day] = true
		}
	}
	if err := rows.begin(ctx, firsts); err != nil || len(passed) == 0 {
		return err
	}
	return rows.countUp(ctx, slices.Sorted(maps.Keys(passed)))
}

func (s *Store) markPast(ctx context.Context, rows rows, keys []ledger.PageKey) error {
	now := s.clock.Now()
	first := energy.PastUntil(now)
	var devices []energy.DeviceID
	var days []ledger.PageKey
	for _, k := range keys {
		if energy.Instant(int64(k.Day)*dayMs) >= first {
			continue
		}
		days = append(days, k)
		if len(devices) == 0 || devices[len(devices)-1] != k.Device {
			devices = append(devices, k.Device)
		}
	}
	if len(devices) == 0 {
		return nil
	}
	if err := rows.markPast(ctx, devices, now); err != nil {
		return err
	}
	return rows.restate(ctx, days, now)
}

// markIfPast marks a change if its instant is past.
func (s *Store) markIfPast(tx *gorm.DB, changed ledger.Changed, at energy.Instant) error {
	if at >= energy.PastUntil(s.clock.Now()) {
		return nil
	}
	return s.mark(tx, changed)
}

// markSpaces records a change of two spaces, which may be the same. They are marked in the order of their ids, so that two
// transactions do not wait for each other.
func (s *Store) markSpaces(tx *gorm.DB, one, other energy.SpaceID) error {
	if err := s.mark(tx, ledger.Changed{Space: min(one, other)}); err != nil || one == other {
		return err
	}
	return s.mark(tx, ledger.Changed{Space: max(one, other)})
}

// mark records a change in the transaction that makes it.
func (s *Store) mark(tx *gorm.DB, changed ledger.Changed) error {
	kind, id := "device", string(changed.Device)
	if id == "" {
		kind, id = "space", string(changed.Space)
	}
	greatest := "max"
	if s.db.Dialect == database.Postgres {
		greatest = "greatest"
	}
	return tx.Exec(`INSERT INTO energy_past_changes (kind, id, changed_at) VALUES (?, ?, ?)
		ON CONFLICT (kind, id) DO UPDATE SET changed_at = `+greatest+`(energy_past_changes.changed_at, excluded.changed_at)`,
		kind, id, int64(s.clock.Now())).Error
}

// PastChanges returns the devices and spaces whose past changed at or after an instant. Journalled readings of past days are marked when
// they are posted; until then, their devices count as changed just now.
func (s *Store) PastChanges(ctx context.Context, since energy.Instant) ([]ledger.Changed, error) {
	now := s.clock.Now()
	query, parameters := "SELECT kind, id, changed_at FROM energy_past_changes WHERE changed_at >= ?", []any{int64(since)}
	if s.db.Dialect == database.Postgres && now >= since {
		query = "SELECT kind, id, max(changed_at) FROM (" + query + ` UNION ALL
			SELECT DISTINCT 'device', device_id, ?::bigint FROM energy_journal WHERE at - span < ?) AS all_changes GROUP BY kind, id`
		parameters = append(parameters, int64(now), int64(energy.PastUntil(now)))
	}
	rows, err := s.db.Read.WithContext(ctx).Raw(query+" ORDER BY kind, id", parameters...).Rows()
	if err != nil {
		return nil, err
	}
	var changes []ledger.Changed
	err = scanAll(rows, func(rows *sql.Rows) error {
		var kind, id string
		var c ledger.Changed
		if err := rows.Scan(&kind, &id, &c.At); err != nil {
			return err
		}
		if kind == "device" {
			c.Device = energy.DeviceID(id)
		} else {
			c.Space = energy.SpaceID(id)
		}
		changes = append(changes, c)
		return nil
	})
	return changes, err
}
