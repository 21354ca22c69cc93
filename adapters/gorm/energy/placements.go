package gormenergy

import (
	"context"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

type placementRow struct {
	DeviceID string `gorm:"primaryKey"`
	Until    int64  `gorm:"primaryKey;autoIncrement:false"`
	SpaceID  string
	ParentID string
}

func (placementRow) TableName() string { return "energy_placements" }

// placements returns the former places of all devices, oldest first.
func (s *Store) placements(ctx context.Context) (map[energy.DeviceID][]campus.Placement, error) {
	var rows []placementRow
	if err := s.db.Read.WithContext(ctx).Order("device_id, until").Find(&rows).Error; err != nil {
		return nil, err
	}
	former := make(map[energy.DeviceID][]campus.Placement)
	for _, r := range rows {
		id := energy.DeviceID(r.DeviceID)
		former[id] = append(former[id], campus.Placement{
			Space: energy.SpaceID(r.SpaceID), Parent: energy.DeviceID(r.ParentID), Until: energy.Instant(r.Until),
		})
	}
	return former, nil
}

// savePlacements replaces a device's stored former places.
func savePlacements(tx *gorm.DB, d campus.Device) error {
	if err := tx.Where("device_id = ?", string(d.ID)).Delete(&placementRow{}).Error; err != nil || len(d.Former) == 0 {
		return err
	}
	rows := make([]placementRow, len(d.Former))
	for i, p := range d.Former {
		rows[i] = placementRow{DeviceID: string(d.ID), Until: int64(p.Until), SpaceID: string(p.Space), ParentID: string(p.Parent)}
	}
	return tx.Create(&rows).Error
}
