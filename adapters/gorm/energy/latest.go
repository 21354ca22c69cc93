package gormenergy

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/platform/database"
)

// LatestStates returns each device's last change at or before an instant.
func (s *Store) LatestStates(ctx context.Context, devices []energy.DeviceID, at energy.Instant) (map[energy.DeviceID]conditions.StateChange, error) {
	if len(devices) == 0 {
		return nil, nil
	}
	found, err := s.latestStates(ctx, textsOf(devices), int64(at))
	if err != nil {
		return nil, fmt.Errorf("read the latest states: %w", err)
	}
	latest := make(map[energy.DeviceID]conditions.StateChange)
	err = scanAll(found, func(rows *sql.Rows) error {
		var c conditions.StateChange
		err := rows.Scan(&c.Device, &c.At, &c.State)
		latest[c.Device] = c
		return err
	})
	return latest, err
}

// latestStates queries PostgreSQL with one array and one index lookup for each device: a query with a thousand parameters takes longer to
// plan than to run.
func (s *Store) latestStates(ctx context.Context, devices []string, at int64) (*sql.Rows, error) {
	if s.db.Dialect == database.Postgres {
		return s.db.Read.WithContext(ctx).Statement.ConnPool.QueryContext(ctx, `SELECT last.* FROM unnest($1::text[]) AS d (id), LATERAL
			(SELECT device_id, at, state FROM energy_states WHERE device_id = d.id AND at <= $2 ORDER BY at DESC LIMIT 1) last`, devices, at)
	}
	return s.db.Read.WithContext(ctx).Raw(`SELECT s.device_id, s.at, s.state FROM energy_states s JOIN
		(SELECT device_id, max(at) AS at FROM energy_states WHERE device_id IN ? AND at <= ? GROUP BY device_id) last
		ON last.device_id = s.device_id AND last.at = s.at`, devices, at).Rows()
}

// LastReadings returns each device's last n readings, newest first.
func (s *Store) LastReadings(ctx context.Context, devices []energy.DeviceID, n int) (map[energy.DeviceID][]energy.Reading, error) {
	last := make(map[energy.DeviceID][]energy.Reading)
	pool := s.db.Read.WithContext(ctx).Statement.ConnPool
	keep := func(rows *sql.Rows) error {
		r, err := scanReading(rows)
		last[r.Device] = append(last[r.Device], r)
		return err
	}
	// One index lookup for each device: a query for the maximum of each group would read the whole index.
	if s.db.Dialect == database.Postgres {
		found, err := pool.QueryContext(ctx, `SELECT last.* FROM unnest($1::text[]) AS d (id), LATERAL
			(SELECT `+readingColumnNames+` FROM energy_readings WHERE device_id = d.id AND kind > 0 ORDER BY at DESC LIMIT $2) last`, textsOf(devices), n)
		if err != nil {
			return nil, fmt.Errorf("read the last readings: %w", err)
		}
		return last, scanAll(found, keep)
	}
	for _, d := range devices {
		found, err := pool.QueryContext(ctx, `SELECT `+readingColumnNames+` FROM energy_readings WHERE device_id = ? AND kind > 0 ORDER BY at DESC LIMIT ?`, string(d), n)
		if err == nil {
			err = scanAll(found, keep)
		}
		if err != nil {
			return nil, fmt.Errorf("read the last readings: %w", err)
		}
	}
	return last, nil
}

// measures are the columns of ambient readings, with the field of each.
var measures = []struct {
	column string
	of     func(*conditions.LatestAmbient) **conditions.LatestMeasure
}{
	{"temperature", func(a *conditions.LatestAmbient) **conditions.LatestMeasure { return &a.Temperature }},
	{"humidity", func(a *conditions.LatestAmbient) **conditions.LatestMeasure { return &a.Humidity }},
	{"co2", func(a *conditions.LatestAmbient) **conditions.LatestMeasure { return &a.CO2 }},
	{"occupancy", func(a *conditions.LatestAmbient) **conditions.LatestMeasure { return &a.Occupancy }},
}

// LatestAmbient returns the latest measures of spaces in [from, to].
func (s *Store) LatestAmbient(ctx context.Context, spaces []energy.SpaceID, from, to energy.Instant) (map[energy.SpaceID]conditions.LatestAmbient, error) {
	if len(spaces) == 0 {
		return nil, nil
	}
	latest := make(map[energy.SpaceID]conditions.LatestAmbient)
	for _, m := range measures {
		found, err := s.db.Read.WithContext(ctx).Raw(`SELECT a.space_id, a.at, a.`+m.column+` FROM energy_ambient a JOIN
			(SELECT space_id, max(at) AS at FROM energy_ambient WHERE space_id IN ? AND at >= ? AND at <= ? AND `+m.column+` IS NOT NULL GROUP BY space_id) last
			ON last.space_id = a.space_id AND last.at = a.at`, spaces, int64(from), int64(to)).Rows()
		if err != nil {
			return nil, fmt.Errorf("read the latest %s: %w", m.column, err)
		}
		err = scanAll(found, func(rows *sql.Rows) error {
			var space energy.SpaceID
			measure := conditions.LatestMeasure{Source: conditions.FromSensor}
			if err := rows.Scan(&space, &measure.At, &measure.Value); err != nil {
				return err
			}
			all := latest[space]
			*m.of(&all) = &measure
			latest[space] = all
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return latest, nil
}
