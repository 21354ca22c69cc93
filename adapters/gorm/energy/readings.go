package gormenergy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// readingColumnNames are a reading's columns; estimated is true for an interval with a guessed span.
const readingColumnNames = "device_id, at, kind, value, span, source, estimated"

const linkColumns = readingColumnNames + ", verdict, booked_from, booked, base_at, base_value, burst, ruling"

// valueOf is the content of the value column: mWh, or mW for a power.
func valueOf(r energy.Reading) int64 {
	if r.Kind == energy.Sample {
		return int64(r.Power)
	}
	return int64(r.Energy)
}

type scanner interface{ Scan(into ...any) error }

func scanReading(row scanner) (energy.Reading, error) {
	var kind int16
	var estimated bool
	return scanRow(row, &kind, &estimated)
}

func scanRow(row scanner, kind *int16, estimated *bool, more ...any) (energy.Reading, error) {
	var r energy.Reading
	var value int64
	if err := row.Scan(append([]any{&r.Device, &r.At, kind, &value, &r.Span, &r.Source, estimated}, more...)...); err != nil {
		return r, err
	}
	r.Kind = energy.Kind(max(*kind, -*kind)) // the kind of a withdrawn reading is negative
	r.Guessed = r.Kind == energy.Interval && *estimated
	setValue(&r, value)
	return r, nil
}

// kindColumn is the content of the kind column for a reading that counts; a negative kind counts nothing.
func kindColumn(r energy.Reading) int16 {
	if r.Kind == energy.Rejected {
		return -int16(r.Kind)
	}
	return int16(r.Kind)
}

// kindsOfChain are the values of the kind column for a chain's links. Powers that were withdrawn or rejected break their chain.
func kindsOfChain(kind energy.Kind) [3]int16 {
	if kind == energy.Sample {
		return [3]int16{int16(energy.Sample), -int16(energy.Sample), -int16(energy.Rejected)}
	}
	return [3]int16{int16(kind), int16(kind), int16(kind)}
}

// setValue is the inverse of valueOf.
func setValue(r *energy.Reading, value int64) {
	if r.Kind == energy.Sample {
		r.Power = energy.Power(value)
		return
	}
	r.Energy = energy.Energy(value)
}

func scanLink(row scanner) (ledger.Link, error) {
	var l ledger.Link
	var burst string
	var kind int16
	var err error
	l.Reading, err = scanRow(row, &kind, &l.Booking.Estimated, &l.Booking.Verdict, &l.Booking.From, &l.Booking.Energy, &l.Base.At, &l.Base.Value, &burst, &l.Ruling)
	l.Booked = l.Booking.Verdict != 0
	l.Base.Known = l.Booked
	l.BreaksChain = kind < 0
	if err == nil && burst != "" {
		l.Base.Burst, err = parseBurst(burst)
	}
	return l, err
}

// burstText is a burst as it is stored: empty for nearly all readings, which are in no burst.
func burstText(b ledger.Burst) string {
	if b == (ledger.Burst{}) {
		return ""
	}
	return fmt.Sprintf("%d %d %d", b.Since, b.Start, b.Energy)
}

func parseBurst(text string) (b ledger.Burst, err error) {
	if _, err = fmt.Sscanf(text, "%d %d %d", &b.Since, &b.Start, &b.Energy); err != nil {
		err = fmt.Errorf("burst %q: %w", text, err)
	}
	return b, err
}

func queryLinks(ctx context.Context, pool gorm.ConnPool, query string, args ...any) ([]ledger.Link, error) {
	found, err := pool.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	var links []ledger.Link
	err = scanAll(found, func(rows *sql.Rows) error {
		l, err := scanLink(rows)
		links = append(links, l)
		return err
	})
	return links, err
}

func queryInstants(ctx context.Context, pool gorm.ConnPool, query string, device energy.DeviceID, from, to energy.Instant) ([]energy.Instant, error) {
	found, err := pool.QueryContext(ctx, query, string(device), int64(from), int64(to))
	if err != nil {
		return nil, err
	}
	var all []energy.Instant
	err = scanAll(found, func(rows *sql.Rows) error {
		var at energy.Instant
		err := rows.Scan(&at)
		all = append(all, at)
		return err
	})
	return all, err
}

func scanPages(found *sql.Rows) ([]*ledger.Page, error) {
	var pages []*ledger.Page
	err := scanAll(found, func(rows *sql.Rows) error {
		page, err := scanPage(rows)
		pages = append(pages, page)
		return err
	})
	return pages, err
}

func scanPage(rows *sql.Rows) (*ledger.Page, error) {
	page := &ledger.Page{}
	var packed sql.RawBytes
	if err := rows.Scan(&page.Device, &page.Day, &packed); err != nil {
		return nil, err
	}
	return page, page.DecodeQuarters(packed)
}

// scanAll reads every row and always closes the rows.
func scanAll(rows *sql.Rows, scan func(*sql.Rows) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Reading returns the reading under a key.
func (s *Store) Reading(ctx context.Context, key energy.Key) (energy.Reading, error) {
	rows, err := s.db.Read.WithContext(ctx).Raw("SELECT "+readingColumnNames+" FROM energy_readings WHERE device_id = ? AND at = ? AND kind > 0",
		string(key.Device), int64(key.At)).Rows()
	if err != nil {
		return energy.Reading{}, err
	}
	found, reading := false, energy.Reading{}
	err = scanAll(rows, func(rows *sql.Rows) (err error) {
		found = true
		reading, err = scanReading(rows)
		return err
	})
	if err == nil && !found {
		err = energy.ErrNotFound{Kind: "reading", ID: string(key.Device) + "/" + key.At.String()}
	}
	return reading, err
}

// List returns readings ordered by device and instant, starting after a key.
func (s *Store) List(ctx context.Context, devices []energy.DeviceID, from, to energy.Instant, after energy.Key, limit int) ([]energy.Reading, error) {
	if len(devices) == 0 {
		return nil, nil
	}
	var list []energy.Reading
	err := s.db.Report(ctx, func(db *gorm.DB) (err error) {
		list, err = foundReadings(db.Raw("SELECT "+readingColumnNames+` FROM energy_readings
			WHERE device_id IN ? AND at >= ? AND at < ? AND kind > 0 AND (device_id > ? OR (device_id = ? AND at > ?))
			ORDER BY device_id, at LIMIT ?`,
			textsOf(devices), int64(from), int64(to), string(after.Device), string(after.Device), int64(after.At), limit))
		return err
	})
	return list, err
}

// Between returns a device's readings in [from, to), oldest first.
func (s *Store) Between(ctx context.Context, device energy.DeviceID, from, to energy.Instant) ([]energy.Reading, error) {
	return foundReadings(s.db.Read.WithContext(ctx).Raw("SELECT "+readingColumnNames+` FROM energy_readings
		WHERE device_id = ? AND at >= ? AND at < ? AND kind > 0 ORDER BY at`, string(device), int64(from), int64(to)))
}

func foundReadings(query *gorm.DB) ([]energy.Reading, error) {
	rows, err := query.Rows()
	if err != nil {
		return nil, fmt.Errorf("list readings: %w", err)
	}
	var list []energy.Reading
	err = scanAll(rows, func(rows *sql.Rows) error {
		r, err := scanReading(rows)
		list = append(list, r)
		return err
	})
	return list, err
}

// HasReadings reports whether a device has reported anything.
func (s *Store) HasReadings(ctx context.Context, device energy.DeviceID) (bool, error) {
	var n int
	err := s.db.Read.WithContext(ctx).Raw(`SELECT count(*) FROM (SELECT 1 FROM energy_readings WHERE device_id = ? AND kind <> ? LIMIT 1) AS any_reading`,
		string(device), -int(energy.Rejected)).Scan(&n).Error
	return n > 0, err
}
