package gormenergy

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// lockTimes does nothing: SQLite has one writer.
func (sqliteRows) lockTimes(context.Context, []energy.Reading, bool) error { return nil }

func (s sqliteRows) claims(ctx context.Context, stretches []stretch) ([]claim, error) {
	const claiming = "SELECT device_id, at, span FROM energy_readings WHERE device_id = ? AND kind = 1 AND estimated = 0"
	statement, err := s.prepare(ctx, `SELECT * FROM (`+claiming+` AND at > ? AND at <= ? ORDER BY at) UNION ALL
		SELECT * FROM (`+claiming+` AND at > ? AND at < ? ORDER BY at LIMIT 1)`)
	if err != nil {
		return nil, err
	}
	var all []claim
	for _, one := range stretches {
		found, err := statement.QueryContext(ctx, string(one.device), int64(one.From), int64(one.To), string(one.device), int64(one.To), int64(one.To)+maxClaimSpan)
		if err != nil {
			return nil, err
		}
		some, err := scanClaims(found)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (s sqliteRows) chains(ctx context.Context, devices []energy.DeviceID, _ bool) (map[energy.DeviceID]kinds, error) {
	statement, err := s.prepare(ctx, "SELECT device_id, coalesce(kinds, -1) FROM energy_chains WHERE device_id = ?")
	if err != nil {
		return nil, err
	}
	all := make(map[energy.DeviceID]kinds)
	for _, id := range devices {
		found, err := statement.QueryContext(ctx, string(id))
		if err != nil {
			return nil, err
		}
		one, err := scanKinds(found)
		if err != nil {
			return nil, err
		}
		if k, is := one[id]; is {
			all[id] = k
		}
	}
	return all, nil
}

func (s sqliteRows) makeChains(ctx context.Context, devices []energy.DeviceID) error {
	for _, id := range devices {
		if _, err := s.tx.ExecContext(ctx, "INSERT INTO energy_chains (device_id) VALUES (?) ON CONFLICT DO NOTHING", string(id)); err != nil {
			return err
		}
	}
	return nil
}

func (s sqliteRows) lookKinds(ctx context.Context, devices []energy.DeviceID) (map[energy.DeviceID]kinds, error) {
	all := make(map[energy.DeviceID]kinds)
	for _, id := range devices {
		found, err := s.tx.QueryContext(ctx, `SELECT DISTINCT ?, 1 << kind FROM (SELECT kind, estimated FROM energy_readings WHERE device_id = ? AND kind > 0 ORDER BY at DESC LIMIT ?)
			WHERE kind > 1 OR estimated = 0`, string(id), string(id), maxKindReadings)
		if err != nil {
			return nil, err
		}
		one, err := scanKinds(found)
		if err != nil {
			return nil, err
		}
		all[id] = one[id]
	}
	return all, nil
}

func (s sqliteRows) saveKinds(ctx context.Context, changed map[energy.DeviceID]kinds) error {
	for id, k := range changed {
		if _, err := s.tx.ExecContext(ctx, "UPDATE energy_chains SET kinds = ? WHERE device_id = ?", int(k), string(id)); err != nil {
			return err
		}
	}
	return nil
}
