package gormenergy

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Settle books up to most stored measurements of a discovered device. A process that adds to the device waits until the transaction ends,
// and then finds the device deleted, or with the rest of its measurements.
func (s *Store) Settle(ctx context.Context, key intake.DiscoveredKey, most int, settlement intake.Settlement) (outcomes []energy.Outcome, left bool, err error) {
	err = s.transactWithRetry(ctx, func(tx *gorm.DB) error {
		outcomes, left = nil, false
		row, found, err := s.lockDiscovered(tx, key)
		if err != nil || !found {
			return err
		}
		var kept []keptRow
		if err := whereDiscovered(tx, key).Order("at, number").Limit(most).Find(&kept).Error; err != nil {
			return err
		}
		readings, wait := settlement.Readings(row.discovered(), measuresOf(kept))
		if wait {
			return nil
		}
		if outcomes, err = s.appendLocked(ctx, tx, readings, settlement.Traits); err != nil {
			return err
		}
		if err := storeRejected(tx, settlement.Rejected(outcomes)); err != nil {
			return err
		}
		left, err = dropSettled(tx, key, row, kept)
		return err
	})
	s.outbox.Committed(err)
	if err != nil {
		return nil, false, fmt.Errorf("settle the measurements of %s: %w", key.Address, err)
	}
	return outcomes, left, nil
}

func measuresOf(rows []keptRow) []intake.BufferedMeasurement {
	all := make([]intake.BufferedMeasurement, len(rows))
	for i, r := range rows {
		all[i] = r.measure()
	}
	return all
}

// appendLocked stores and books readings in the transaction that locks their source.
func (s *Store) appendLocked(ctx context.Context, tx *gorm.DB, readings []energy.Reading, traits func(energy.DeviceID) ledger.Traits) ([]energy.Outcome, error) {
	if len(readings) == 0 {
		return nil, nil
	}
	sorted := slices.Clone(readings)
	slices.SortFunc(sorted, func(a, b energy.Reading) int { return compareKeys(a.Key(), b.Key()) })
	if err := s.makeMonths(ctx, sorted); err != nil {
		return nil, err
	}
	all, err := s.appendIn(ctx, tx, sorted, readings, traits)
	if err != nil {
		return nil, err
	}
	return inOrderOf(readings, all), nil
}

// dropSettled deletes the measurements that were settled, and the discovered device if none is left; it reports whether any is left.
func dropSettled(tx *gorm.DB, key intake.DiscoveredKey, row newcomerRow, kept []keptRow) (left bool, err error) {
	numbers := make([]int64, len(kept))
	for i, k := range kept {
		numbers[i] = k.Number
	}
	for some := range slices.Chunk(numbers, 1000) {
		if err := whereDiscovered(tx, key).Where("number IN ?", some).Delete(&keptRow{}).Error; err != nil {
			return false, err
		}
	}
	var n int64
	if err := whereDiscovered(tx.Model(&keptRow{}), key).Count(&n).Error; err != nil {
		return false, err
	}
	if n == 0 {
		return false, whereDiscovered(tx, key).Delete(&newcomerRow{}).Error
	}
	return true, whereDiscovered(tx.Model(&newcomerRow{}), key).Update("held", row.Held-int64(len(kept))).Error
}
