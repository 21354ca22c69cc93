package gormenergy

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Quarantined returns the readings in quarantine, with the register value that each is subtracted from.
func (s *Store) Quarantined(ctx context.Context, devices []energy.DeviceID, after energy.Key, limit int) ([]ledger.QuarantinedReading, error) {
	if len(devices) == 0 {
		return nil, nil
	}
	read := s.db.Read.WithContext(ctx)
	found, err := read.Raw("SELECT "+readingColumnNames+` FROM energy_readings
		WHERE verdict = 9 AND device_id IN ? AND (device_id > ? OR (device_id = ? AND at > ?)) ORDER BY device_id, at LIMIT ?`,
		textsOf(devices), string(after.Device), string(after.Device), int64(after.At), limit).Rows()
	if err != nil {
		return nil, fmt.Errorf("list quarantined readings: %w", err)
	}
	var held []ledger.QuarantinedReading
	err = scanAll(found, func(rows *sql.Rows) error {
		r, err := scanReading(rows)
		held = append(held, ledger.QuarantinedReading{Reading: r})
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := s.rows(read)
	for i, h := range held {
		links, err := rows.before(ctx, chainKey{h.Reading.Device, h.Reading.Kind}, h.Reading.At, 1)
		if err != nil {
			return nil, err
		}
		if len(links) > 0 {
			held[i].Before = links[0].NextBase(ledger.Traits{})
		}
	}
	return held, nil
}
