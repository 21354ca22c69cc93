package gormenergy

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/random"
)

type newcomerRow struct {
	Address             string `gorm:"primaryKey"`
	Dialect, Name       string
	SpaceID             string
	FirstSeen, LastSeen int64
	Messages            int64
	Last, Unit          string
	Said                int
	Kept                int
	Ignored             bool
}

func (newcomerRow) TableName() string { return "energy_newcomers" }

func (r newcomerRow) newcomer() energy.Newcomer {
	return energy.Newcomer{
		Address: r.Address, Dialect: r.Dialect, Name: r.Name, Space: energy.SpaceID(r.SpaceID),
		FirstSeen: energy.Instant(r.FirstSeen), LastSeen: energy.Instant(r.LastSeen), Messages: r.Messages,
		Last: r.Last, Unit: energy.Unit(r.Unit), Said: energy.Said(r.Said),
	}
}

type keptRow struct {
	Address     string `gorm:"primaryKey"`
	At          int64  `gorm:"primaryKey;autoIncrement:false"`
	Source      int16
	Kind        int16
	Value, Span int64
	Plain       string
}

func (keptRow) TableName() string { return "energy_newcomer_measures" }

func (r keptRow) measure() energy.Kept {
	reading := energy.Reading{Kind: energy.Kind(r.Kind)}
	setValue(&reading, r.Value)
	return energy.Kept{
		At: energy.Instant(r.At), Source: energy.TimeSource(r.Source), Kind: reading.Kind, Energy: reading.Energy, Power: reading.Power, Span: r.Span, Plain: r.Plain,
	}
}

type letterRow struct {
	At                           int64  `gorm:"primaryKey;autoIncrement:false"`
	ID                           string `gorm:"primaryKey"`
	Dialect, Topic, Body, Reason string
}

func (letterRow) TableName() string { return "energy_letters" }

// Remember notes messages of newcomers, address by address, so that two processes wait for each other and do not lock each
// other out.
func (s *Store) Remember(ctx context.Context, sightings []energy.Sighting) error {
	sorted := slices.Clone(sightings)
	slices.SortStableFunc(sorted, func(a, b energy.Sighting) int { return cmp.Compare(a.Address, b.Address) })
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		for _, one := range sorted {
			if err := s.remember(tx, one); err != nil {
				return err
			}
		}
		return s.makeRoomForNewcomers(tx)
	})
	if err != nil {
		return fmt.Errorf("remember %d messages of newcomers: %w", len(sightings), err)
	}
	return nil
}

func (s *Store) remember(tx *gorm.DB, one energy.Sighting) error {
	var rows []newcomerRow
	if err := s.locked(tx).Where("address = ?", one.Address).Limit(1).Find(&rows).Error; err != nil {
		return err
	}
	row := newcomerRow{Address: one.Address, FirstSeen: int64(one.FirstSeen)}
	if len(rows) > 0 {
		row = rows[0]
	}
	row.Dialect, row.Last, row.LastSeen = one.Dialect, cmp.Or(one.Last, row.Last), max(row.LastSeen, int64(one.LastSeen))
	row.Name, row.Unit, row.SpaceID = cmp.Or(one.Name, row.Name), cmp.Or(string(one.Unit), row.Unit), cmp.Or(string(one.Space), row.SpaceID)
	row.Messages += one.Messages
	row.Said |= int(one.Said)
	if one.Kept != nil {
		kept, err := keepMeasure(tx, one, row.Kept)
		if err != nil {
			return err
		}
		row.Kept += kept
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
}

// keepMeasure keeps a measure and tells how many more there are then: beyond MaxKept, it takes the place of the last.
func keepMeasure(tx *gorm.DB, one energy.Sighting, kept int) (more int, err error) {
	k := one.Kept
	row := keptRow{
		Address: one.Address, At: int64(k.At), Source: int16(k.Source), Kind: int16(k.Kind), Span: k.Span, Plain: k.Plain,
		Value: valueOf(energy.Reading{Kind: k.Kind, Energy: k.Energy, Power: k.Power}),
	}
	if kept >= energy.MaxKept {
		err := tx.Exec(`DELETE FROM energy_newcomer_measures WHERE address = ? AND at = (SELECT max(at) FROM energy_newcomer_measures WHERE address = ?)`,
			one.Address, one.Address).Error
		if err != nil {
			return 0, err
		}
		more = -1
	}
	inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return more + int(inserted.RowsAffected), inserted.Error
}

// makeRoomForNewcomers drops those that were silent for longest.
func (s *Store) makeRoomForNewcomers(tx *gorm.DB) error {
	var n int64
	if err := tx.Model(&newcomerRow{}).Count(&n).Error; err != nil || n <= energy.MaxNewcomers {
		return err
	}
	var oldest []string
	err := tx.Model(&newcomerRow{}).Order("last_seen, address").Limit(int(n-energy.MaxNewcomers)).Pluck("address", &oldest).Error
	for _, address := range oldest {
		if err == nil {
			err = dropNewcomer(tx, address)
		}
	}
	return err
}

func dropNewcomer(tx *gorm.DB, address string) error {
	if err := tx.Where("address = ?", address).Delete(&keptRow{}).Error; err != nil {
		return err
	}
	return tx.Where("address = ?", address).Delete(&newcomerRow{}).Error
}

// locked lets nobody else change the rows that are read until the transaction ends. SQLite has one writer anyway.
func (s *Store) locked(tx *gorm.DB) *gorm.DB {
	if s.db.Dialect == database.SQLite {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: "UPDATE"})
}

// Newcomers gives those that are not ignored, the latest first.
func (s *Store) Newcomers(ctx context.Context) ([]energy.Newcomer, error) {
	var rows []newcomerRow
	err := s.db.Read.WithContext(ctx).Where("ignored = ?", false).Order("last_seen DESC, address").Find(&rows).Error
	all := make([]energy.Newcomer, len(rows))
	for i, r := range rows {
		all[i] = r.newcomer()
	}
	return all, err
}

// Newcomer is the one at an address.
func (s *Store) Newcomer(ctx context.Context, address string) (energy.Newcomer, bool, error) {
	var rows []newcomerRow
	err := s.db.Read.WithContext(ctx).Where("address = ?", address).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return energy.Newcomer{}, false, err
	}
	return rows[0].newcomer(), true, nil
}

// KeptOf gives what a newcomer measured after an instant, oldest first.
func (s *Store) KeptOf(ctx context.Context, address string, after energy.Instant, limit int) ([]energy.Kept, error) {
	var rows []keptRow
	err := s.db.Read.WithContext(ctx).Where("address = ? AND at > ?", address, int64(after)).Order("at").Limit(limit).Find(&rows).Error
	all := make([]energy.Kept, len(rows))
	for i, r := range rows {
		all[i] = r.measure()
	}
	return all, err
}

// ForgetNewcomer drops one with all that was kept of it.
func (s *Store) ForgetNewcomer(ctx context.Context, address string) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error { return dropNewcomer(tx, address) })
}

// IgnoreNewcomer keeps one from being listed.
func (s *Store) IgnoreNewcomer(ctx context.Context, address string) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Model(&newcomerRow{}).Where("address = ?", address).Update("ignored", true).Error
	})
}

// Bury keeps letters, the newest MaxLetters of all.
func (s *Store) Bury(ctx context.Context, letters []energy.Letter) error {
	letters = letters[max(0, len(letters)-energy.MaxLetters):]
	rows := make([]letterRow, len(letters))
	for i, l := range letters {
		rows[i] = letterRow{At: int64(l.At), ID: random.ID("l"), Dialect: l.Dialect, Topic: l.Topic, Body: l.Text, Reason: l.Reason}
	}
	if len(rows) == 0 {
		return nil
	}
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&rows).Error; err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM energy_letters WHERE at < (SELECT min(at) FROM (SELECT at FROM energy_letters ORDER BY at DESC LIMIT ?) AS newest)`, energy.MaxLetters).Error
	})
	if err != nil {
		return fmt.Errorf("keep %d letters: %w", len(rows), err)
	}
	return nil
}

// Letters gives the newest.
func (s *Store) Letters(ctx context.Context, limit int) ([]energy.Letter, error) {
	var rows []letterRow
	err := s.db.Read.WithContext(ctx).Order("at DESC, id").Limit(limit).Find(&rows).Error
	all := make([]energy.Letter, len(rows))
	for i, r := range rows {
		all[i] = energy.Letter{At: energy.Instant(r.At), Dialect: r.Dialect, Topic: r.Topic, Text: r.Body, Reason: r.Reason}
	}
	return all, err
}
