package gormenergy

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

type channelRow struct {
	DeviceID string `gorm:"primaryKey"`
	Address  string `gorm:"primaryKey"`
	Measures bool
}

func (channelRow) TableName() string { return "energy_channels" }

// SaveChannels stores channels. A channel that measured once is stored as measuring for ever.
func (s *Store) SaveChannels(ctx context.Context, all []intake.Channel) error {
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		for _, c := range all {
			on := clause.OnConflict{Columns: []clause.Column{{Name: "device_id"}, {Name: "address"}}, DoNothing: !c.Measures, UpdateAll: c.Measures}
			if err := tx.Clauses(on).Create(&channelRow{string(c.Device), c.Address, c.Measures}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store %d channels: %w", len(all), err)
	}
	return nil
}

// SavedChannels returns all channels.
func (s *Store) SavedChannels(ctx context.Context) ([]intake.Channel, error) {
	var rows []channelRow
	if err := s.db.Read.WithContext(ctx).Order("device_id, address").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read channels: %w", err)
	}
	all := make([]intake.Channel, len(rows))
	for i, r := range rows {
		all[i] = intake.Channel{Device: energy.DeviceID(r.DeviceID), Address: r.Address, Measures: r.Measures}
	}
	return all, nil
}
