package gormenergy

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
)

// sqliteRows writes row by row: there is no network between, and a prepared statement a row is what SQLite likes.
type sqliteRows struct {
	gorm *gorm.DB
	tx   gorm.ConnPool
}

func (s sqliteRows) insert(ctx context.Context, sorted []energy.Reading) (keys, error) {
	fresh := make(keys, len(sorted))
	for _, r := range sorted {
		done, err := s.tx.ExecContext(ctx, `INSERT INTO energy_readings (`+readingColumnNames+`)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, string(r.Device), int64(r.At), int(kindColumn(r)), valueOf(r), r.Span, int(r.Source), r.Guessed)
		if err != nil {
			return nil, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return nil, err
		}
		if n == 1 {
			fresh[r.Key()] = true
		}
	}
	return fresh, nil
}

func (s sqliteRows) stored(ctx context.Context, keys []energy.Reading) (map[energy.Key]energy.Reading, error) {
	stored := make(map[energy.Key]energy.Reading, len(keys))
	for _, k := range keys {
		r, err := scanReading(s.tx.QueryRowContext(ctx, `SELECT `+readingColumnNames+` FROM energy_readings
			WHERE device_id = ? AND at = ?`, string(k.Device), int64(k.At)))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		stored[r.Key()] = r
	}
	return stored, nil
}

func (s sqliteRows) instants(ctx context.Context, device energy.DeviceID, from, to energy.Instant) ([]energy.Instant, error) {
	return queryInstants(ctx, s.tx, `SELECT at FROM energy_readings WHERE device_id = ? AND at >= ? AND at < ?`, device, from, to)
}

func (s sqliteRows) remove(ctx context.Context, keys []energy.Key) error {
	for _, k := range keys {
		if _, err := s.tx.ExecContext(ctx, `DELETE FROM energy_readings WHERE device_id = ? AND at = ?`, string(k.Device), int64(k.At)); err != nil {
			return err
		}
	}
	return nil
}

func (s sqliteRows) before(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]energy.Link, error) {
	k := kindsOfChain(chain.Kind)
	return queryLinks(ctx, s.tx, `SELECT * FROM (SELECT `+linkColumns+` FROM energy_readings
		WHERE device_id = ? AND at < ? AND kind IN (?, ?, ?) ORDER BY at DESC LIMIT ?) ORDER BY at`,
		string(chain.Device), int64(at), k[0], k[1], k[2], limit)
}

func (s sqliteRows) from(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]energy.Link, error) {
	k := kindsOfChain(chain.Kind)
	return queryLinks(ctx, s.tx, `SELECT `+linkColumns+` FROM energy_readings
		WHERE device_id = ? AND at >= ? AND kind IN (?, ?, ?) ORDER BY at LIMIT ?`,
		string(chain.Device), int64(at), k[0], k[1], k[2], limit)
}

func (s sqliteRows) saveLinks(ctx context.Context, links []energy.Link) error {
	for _, l := range links {
		if _, err := s.tx.ExecContext(ctx, `UPDATE energy_readings
			SET verdict = ?, booked_from = ?, booked = ?, estimated = ?, base_at = ?, base_value = ?, burst = ?
			WHERE device_id = ? AND at = ?`,
			int(l.Booking.Verdict), int64(l.Booking.From), int64(l.Booking.Energy), l.Booking.Estimated,
			int64(l.Base.At), l.Base.Value, burstText(l.Base.Burst), string(l.Device), int64(l.At)); err != nil {
			return err
		}
	}
	return nil
}

func (s sqliteRows) pagesForUpdate(ctx context.Context, sorted []energy.PageKey) ([]*energy.Page, error) {
	pages := make([]*energy.Page, 0, len(sorted))
	for _, k := range sorted {
		page := &energy.Page{Device: k.Device, Day: k.Day}
		var packed []byte
		err := s.tx.QueryRowContext(ctx, `SELECT quarters FROM energy_pages WHERE device_id = ? AND day = ?`,
			string(k.Device), k.Day).Scan(&packed)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if err := page.DecodeQuarters(packed); err != nil {
			return nil, err
		}
		pages = append(pages, page)
	}
	return pages, nil
}

func (s sqliteRows) savePages(ctx context.Context, pages []*energy.Page) error {
	for _, p := range pages {
		if _, err := s.tx.ExecContext(ctx, `INSERT INTO energy_pages (device_id, day, energy, estimated, quarters)
			VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET energy = excluded.energy, estimated = excluded.estimated, quarters = excluded.quarters`,
			string(p.Device), p.Day, int64(p.Total()), int64(p.Estimated()), p.EncodeQuarters()); err != nil {
			return err
		}
	}
	return nil
}

func (s sqliteRows) markPast(ctx context.Context, devices []energy.DeviceID, at energy.Instant) error {
	for _, d := range devices {
		if _, err := s.tx.ExecContext(ctx, `INSERT INTO energy_past_changes (kind, id, changed_at) VALUES ('device', ?, ?)
			ON CONFLICT DO UPDATE SET changed_at = max(changed_at, excluded.changed_at)`, string(d), int64(at)); err != nil {
			return err
		}
	}
	return nil
}

func (s sqliteRows) restate(ctx context.Context, days []energy.PageKey, at energy.Instant) error {
	for _, d := range days {
		if _, err := s.tx.ExecContext(ctx, `INSERT INTO energy_restated_days (device_id, day, changed_at) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET changed_at = max(changed_at, excluded.changed_at)`, string(d.Device), d.Day, int64(at)); err != nil {
			return err
		}
	}
	return nil
}

func (s sqliteRows) begin(ctx context.Context, firsts []energy.PageKey) error {
	for _, f := range firsts {
		if _, err := s.tx.ExecContext(ctx, `INSERT INTO energy_begun (device_id, day) VALUES (?, ?)
			ON CONFLICT DO UPDATE SET day = excluded.day WHERE excluded.day < day`, string(f.Device), f.Day); err != nil {
			return err
		}
	}
	return nil
}

func (s sqliteRows) countUp(ctx context.Context, days []int32) error {
	for _, day := range days {
		if _, err := s.tx.ExecContext(ctx, `INSERT INTO energy_day_versions (day, version) VALUES (?, 1)
			ON CONFLICT DO UPDATE SET version = version + 1`, day); err != nil {
			return err
		}
	}
	return nil
}

func (s sqliteRows) keptBase(ctx context.Context, chain chainKey) (energy.Base, error) {
	return keptBase(ctx, s.gorm, chain)
}

func (s sqliteRows) corrections(ctx context.Context, key energy.Key) ([]energy.Correction, error) {
	return corrections(s.gorm.WithContext(ctx), key)
}
