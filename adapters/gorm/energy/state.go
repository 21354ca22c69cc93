package gormenergy

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/live"
)

type stateRow struct {
	DeviceID string `gorm:"primaryKey"`
	At       int64  `gorm:"primaryKey;autoIncrement:false"`
	State    string
}

func (stateRow) TableName() string { return "energy_states" }

func (r stateRow) change() conditions.StateChange {
	return conditions.StateChange{Device: energy.DeviceID(r.DeviceID), At: energy.Instant(r.At), State: conditions.State(r.State)}
}

// AppendStates stores changes in one transaction.
func (s *Store) AppendStates(ctx context.Context, changes []conditions.StateChange) ([]conditions.StateOutcome, error) {
	outcomes := make([]conditions.StateOutcome, len(changes))
	var stored []live.StateEvent
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		for i, c := range changes {
			var err error
			if outcomes[i], err = appendState(tx, c); err != nil {
				return err
			}
			if err = s.markIfPast(tx, ledger.Changed{Device: c.Device}, c.At); err != nil {
				return err
			}
			if outcomes[i].Result == energy.Inserted {
				stored = append(stored, live.StateEvent{Change: outcomes[i].Stored})
			}
		}
		return s.outbox.Put(tx, eventsOf(live.LastEvents(stored)))
	})
	s.outbox.Committed(err)
	if err != nil {
		return nil, fmt.Errorf("append states: %w", err)
	}
	return outcomes, nil
}

// maxMove is how far a state or an ambient reading may move, ms. Few of them share a second.
const maxMove = 1000

func appendState(tx *gorm.DB, c conditions.StateChange) (conditions.StateOutcome, error) {
	for row := (stateRow{DeviceID: string(c.Device), At: int64(c.At), State: string(c.State)}); ; row.At++ {
		is := row.change()
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if inserted.Error != nil || inserted.RowsAffected == 1 {
			return conditions.StateOutcome{Result: energy.Inserted, Stored: is}, inserted.Error
		}
		var stored stateRow
		if err := tx.Where("device_id = ? AND at = ?", row.DeviceID, row.At).Take(&stored).Error; err != nil {
			return conditions.StateOutcome{}, err
		}
		switch {
		case stored.change() == is:
			return conditions.StateOutcome{Result: energy.Duplicate, Stored: is}, nil
		case !c.Moves || is.At-c.At >= maxMove:
			return conditions.StateOutcome{Result: energy.Conflict, Stored: stored.change()}, nil
		}
	}
}

// StatesBetween returns a device's changes, oldest first.
func (s *Store) StatesBetween(ctx context.Context, device energy.DeviceID, from, to, after energy.Instant, limit int) ([]conditions.StateChange, error) {
	var rows []stateRow
	err := s.db.Report(ctx, func(db *gorm.DB) error {
		return db.Where("device_id = ? AND at >= ? AND at < ? AND at > ?", string(device), int64(from), int64(to), int64(after)).
			Order("at").Limit(limit).Find(&rows).Error
	})
	changes := make([]conditions.StateChange, len(rows))
	for i, r := range rows {
		changes[i] = r.change()
	}
	return changes, err
}

// StateBefore returns a device's last change before an instant.
func (s *Store) StateBefore(ctx context.Context, device energy.DeviceID, at energy.Instant) (conditions.StateChange, bool, error) {
	var rows []stateRow
	err := s.db.Report(ctx, func(db *gorm.DB) error {
		return db.Where("device_id = ? AND at < ?", string(device), int64(at)).Order("at DESC").Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return conditions.StateChange{}, false, err
	}
	return rows[0].change(), true, nil
}
