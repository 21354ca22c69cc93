package gormenergy

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// PurgeInbox deletes discovered devices and rejected messages that are too old, and deliveries of old sessions. It uses one transaction
// for each device, because a device may have many measurements.
func (s *Store) PurgeInbox(ctx context.Context, silent, silentHolders, letters energy.Instant) (purged []intake.DiscoveredDevice, err error) {
	const silence = "((held = 0 AND last_seen < ?) OR last_seen < ?)"
	var rows []newcomerRow
	if err := s.db.Read.WithContext(ctx).Where(silence, int64(silent), int64(silentHolders)).Order("space_id, address").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list silent unregistered devices: %w", err)
	}
	for _, r := range rows {
		var row newcomerRow
		dropped := false
		err := s.transactWithRetry(ctx, func(tx *gorm.DB) (err error) {
			row, dropped, err = s.lockDiscovered(tx.Where(silence, int64(silent), int64(silentHolders)), r.discovered().Key())
			if err != nil || !dropped {
				return err
			}
			return dropDiscovered(tx, row.discovered().Key())
		})
		if err != nil {
			return purged, fmt.Errorf("purge the unregistered device at %s: %w", r.Address, err)
		}
		if dropped {
			purged = append(purged, row.discovered())
		}
	}
	return purged, s.transactWithRetry(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM energy_deliveries WHERE arrived < ?", int64(letters)).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM energy_letters WHERE at < ?", int64(letters)).Error
	})
}

func dropDiscovered(tx *gorm.DB, key intake.DiscoveredKey) error {
	if err := whereDiscovered(tx, key).Delete(&keptRow{}).Error; err != nil {
		return err
	}
	return whereDiscovered(tx, key).Delete(&newcomerRow{}).Error
}

// formerRow is a discovered device in the table that servers before 00141_inbox.sql use.
type formerRow struct {
	Address             string `gorm:"primaryKey"`
	Dialect, Name       string
	SpaceID             string
	FirstSeen, LastSeen int64
	Messages            int64
	Last, Unit          string
	Said                int
	Ignored             bool
}

func (formerRow) TableName() string { return "energy_newcomers" }

// MoveFormer moves the rows of a server of an older version to the current tables. Both versions may run at once during an upgrade.
func (s *Store) MoveFormer(ctx context.Context) error {
	var any []formerRow
	if err := s.db.Read.WithContext(ctx).Limit(1).Find(&any).Error; err != nil || len(any) == 0 {
		return err
	}
	err := s.transactWithRetry(ctx, func(tx *gorm.DB) error {
		var all []formerRow
		if err := tx.Clauses(s.forUpdate()...).Order("address").Find(&all).Error; err != nil {
			return err
		}
		for _, f := range all {
			if err := s.moveFormer(tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("move unregistered devices of an older version: %w", err)
	}
	return nil
}

func (s *Store) moveFormer(tx *gorm.DB, f formerRow) error {
	one := intake.Discovery{DiscoveredDevice: intake.DiscoveredDevice{
		Address: f.Address, Space: energy.SpaceID(f.SpaceID), Dialect: f.Dialect, Name: f.Name, FirstSeen: energy.Instant(f.FirstSeen),
		LastSeen: energy.Instant(f.LastSeen), Messages: f.Messages, Last: f.Last, Unit: energy.Unit(f.Unit), Measured: intake.Measures(f.Said),
	}}
	row := newcomerRow{SpaceID: f.SpaceID, Address: f.Address, Dialect: f.Dialect, FirstSeen: f.FirstSeen}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return err
	}
	row, found, err := s.lockDiscovered(tx, one.Key())
	if err != nil || !found {
		return err
	}
	moved := tx.Exec(`INSERT INTO energy_inbox_measures (space_id, address, number, at, source, kind, value, span, plain)
		SELECT ?, address, ? + row_number() OVER (ORDER BY at), at, source, kind, value, span, plain FROM energy_newcomer_measures WHERE address = ?`,
		row.SpaceID, row.Numbered, row.Address)
	if moved.Error != nil {
		return moved.Error
	}
	row.addMessage(one)
	row.Held, row.Numbered, row.Ignored = row.Held+moved.RowsAffected, row.Numbered+moved.RowsAffected, row.Ignored || f.Ignored
	for _, statement := range []string{"DELETE FROM energy_newcomer_measures WHERE address = ?", "DELETE FROM energy_newcomers WHERE address = ?"} {
		if err := tx.Exec(statement, f.Address).Error; err != nil {
			return err
		}
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
}
