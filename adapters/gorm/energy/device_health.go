package gormenergy

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

type vitalRow struct {
	DeviceID string `gorm:"primaryKey"`
	HeardAt  int64
	ClockMs  int64
}

func (vitalRow) TableName() string { return "energy_vitals" }

// StoreHeartbeats stores the newest heartbeat of each device.
func (s *Store) StoreHeartbeats(ctx context.Context, all []intake.Heartbeat) error {
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		const atOnce = 500
		for part := range slices.Chunk(all, atOnce) {
			rows := make([]vitalRow, len(part))
			for i, v := range part {
				rows[i] = vitalRow{DeviceID: string(v.Device), HeardAt: int64(v.Seen), ClockMs: v.Clock}
			}
			newer := clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "excluded.heard_at >= energy_vitals.heard_at"}}}
			if err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "device_id"}}, UpdateAll: true, Where: newer}).Create(&rows).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the heartbeats of %d devices: %w", len(all), err)
	}
	return nil
}

// HeartbeatsOf returns the heartbeats of devices.
func (s *Store) HeartbeatsOf(ctx context.Context, devices []energy.DeviceID) (map[energy.DeviceID]intake.Heartbeat, error) {
	var rows []vitalRow
	if err := s.db.Read.WithContext(ctx).Where(ofDevices(s.db.Dialect), idList(textsOf(devices))).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read heartbeats: %w", err)
	}
	vitals := make(map[energy.DeviceID]intake.Heartbeat, len(rows))
	for _, r := range rows {
		vitals[energy.DeviceID(r.DeviceID)] = intake.Heartbeat{Device: energy.DeviceID(r.DeviceID), Seen: energy.Instant(r.HeardAt), Clock: r.ClockMs}
	}
	return vitals, nil
}

// ClocksOff returns by how many ms the clocks of devices are ahead, for those that are wrong.
func (s *Store) ClocksOff(ctx context.Context) (map[energy.DeviceID]int64, error) {
	var rows []vitalRow
	if err := s.db.Read.WithContext(ctx).Where("clock_ms <> 0").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read clocks: %w", err)
	}
	off := make(map[energy.DeviceID]int64, len(rows))
	for _, r := range rows {
		off[energy.DeviceID(r.DeviceID)] = r.ClockMs
	}
	return off, nil
}
