package gormenergy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/database"
)

type newcomerRow struct {
	SpaceID             string `gorm:"primaryKey"`
	Address             string `gorm:"primaryKey"`
	Subject             string
	Dialect, Name       string
	FirstSeen, LastSeen int64
	Messages            int64
	Last, Unit          string
	Said                int
	Held, Numbered      int64
	Refused             int64
	Ignored             bool
}

func (newcomerRow) TableName() string { return "energy_inbox" }

func (r newcomerRow) discovered() intake.DiscoveredDevice {
	return intake.DiscoveredDevice{
		Space: energy.SpaceID(r.SpaceID), Address: r.Address, Subject: r.Subject, Dialect: r.Dialect, Name: r.Name,
		FirstSeen: energy.Instant(r.FirstSeen), LastSeen: energy.Instant(r.LastSeen), Messages: r.Messages,
		Last: r.Last, Unit: energy.Unit(r.Unit), Measured: intake.Measures(r.Said), Held: r.Held, Refused: r.Refused, Ignored: r.Ignored,
	}
}

// addMessage counts another message.
func (r *newcomerRow) addMessage(one intake.Discovery) {
	r.Dialect, r.Last, r.LastSeen = one.Dialect, cmp.Or(one.Last, r.Last), max(r.LastSeen, int64(one.LastSeen))
	r.Name, r.Unit = cmp.Or(one.Name, r.Name), cmp.Or(string(one.Unit), r.Unit)
	r.Messages += one.Messages
	r.Said |= int(one.Measured)
}

type keptRow struct {
	SpaceID     string `gorm:"primaryKey"`
	Address     string `gorm:"primaryKey"`
	Number      int64  `gorm:"primaryKey;autoIncrement:false"`
	At          int64
	Source      int16
	Kind        int16
	Value, Span int64
	Plain       string
}

func (keptRow) TableName() string { return "energy_inbox_measures" }

func rowOfKept(key intake.DiscoveredKey, k intake.BufferedMeasurement) keptRow {
	return keptRow{
		SpaceID: string(key.Space), Address: key.Address, At: int64(k.At), Source: int16(k.Source), Kind: int16(k.Kind), Span: k.Span, Plain: k.Plain.String(),
		Value: valueOf(energy.Reading{Kind: k.Kind, Energy: k.Energy, Power: k.Power}),
	}
}

func (r keptRow) measure() intake.BufferedMeasurement {
	reading := energy.Reading{Kind: energy.Kind(r.Kind)}
	setValue(&reading, r.Value)
	plain, _ := energy.ParseNumber(r.Plain) // empty where the measure has a unit
	return intake.BufferedMeasurement{
		Number: r.Number, At: energy.Instant(r.At), Source: energy.TimeSource(r.Source), Kind: reading.Kind, Energy: reading.Energy, Power: reading.Power, Span: r.Span, Plain: plain,
	}
}

// whereDiscovered selects the rows of a discovered device.
func whereDiscovered(tx *gorm.DB, key intake.DiscoveredKey) *gorm.DB {
	return tx.Where("space_id = ? AND address = ?", string(key.Space), key.Address)
}

// StoreDiscoveries stores messages of discovered devices, ordered by device, so that two processes wait for each other and do not deadlock.
func (s *Store) StoreDiscoveries(ctx context.Context, sightings []intake.Discovery, partly bool) (refused []int, err error) {
	order := make([]int, len(sightings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareDiscovered(sightings[a].Key(), sightings[b].Key()) })
	var full intake.ErrInboxFull
	err = s.transactWithRetry(ctx, func(tx *gorm.DB) error {
		refused = nil
		counts := &inboxCounts{tx: tx, of: make(map[discoveredOwner]*deviceCounts), held: make(map[string]int64)}
		for rest := order; len(rest) > 0; {
			n := 1
			for n < len(rest) && sightings[rest[n]].Key() == sightings[rest[0]].Key() {
				n++
			}
			not, err := s.remember(tx, counts, sightings, rest[:n])
			if err != nil && (!partly || !errors.As(err, &full)) {
				return err
			}
			refused, rest = append(refused, not...), rest[n:]
		}
		return nil
	})
	switch {
	case errors.As(err, &full):
		return nil, errors.Join(full, s.noteRefused(ctx, full))
	case err != nil:
		return nil, fmt.Errorf("store %d messages of unregistered devices: %w", len(sightings), err)
	}
	return refused, nil
}

// noteRefused counts a refused message in a new transaction, because the refusal rolled its own back.
func (s *Store) noteRefused(ctx context.Context, full intake.ErrInboxFull) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		return whereDiscovered(tx.Model(&newcomerRow{}), full.Device).Update("refused", gorm.Expr("refused + 1")).Error
	})
}

func compareDiscovered(a, b intake.DiscoveredKey) int {
	return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Address, b.Address))
}

// remember stores messages of one discovered device; places are their indexes among all. It returns the indexes of those that were
// refused, with ErrInboxFull. Refused messages are counted too.
func (s *Store) remember(tx *gorm.DB, counts *inboxCounts, sightings []intake.Discovery, places []int) (refused []int, err error) {
	row, err := s.lockOrAddDiscovered(tx, counts, sightings[places[0]])
	if err != nil {
		return places, err
	}
	held, err := counts.bufferedOf(row.Subject)
	if err != nil {
		return nil, err
	}
	var kept []keptRow
	var full error
	for _, place := range places {
		one := sightings[place]
		row.addMessage(one)
		known, err := isBuffered(tx, one)
		if err != nil {
			return nil, err
		}
		if one.Buffered == nil || known {
			continue
		}
		if err := roomForMeasure(row, held); err != nil {
			row.Refused++
			refused, full = append(refused, place), err
			continue
		}
		row.Held, row.Numbered, held = row.Held+1, row.Numbered+1, held+1
		measure := rowOfKept(one.Key(), *one.Buffered)
		measure.Number = row.Numbered
		kept = append(kept, measure)
	}
	if len(kept) > 0 {
		if err := tx.CreateInBatches(&kept, 500).Error; err != nil {
			return nil, err
		}
	}
	if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return nil, err
	}
	counts.held[row.Subject] = held
	return refused, full
}

// isBuffered reports whether a retried measurement is stored already.
func isBuffered(tx *gorm.DB, one intake.Discovery) (bool, error) {
	if one.Buffered == nil || !one.Buffered.Tried {
		return false, nil
	}
	k, n := rowOfKept(one.Key(), *one.Buffered), int64(0)
	err := whereDiscovered(tx.Model(&keptRow{}), one.Key()).Where("at = ? AND kind = ? AND value = ? AND plain = ?", k.At, k.Kind, k.Value, k.Plain).Count(&n).Error
	return n > 0, err
}

// lockOrAddDiscovered reads and locks a discovered device until the transaction ends. It adds the device if it is new and within the
// bounds.
func (s *Store) lockOrAddDiscovered(tx *gorm.DB, counts *inboxCounts, one intake.Discovery) (newcomerRow, error) {
	for {
		row, found, err := s.lockDiscovered(tx, one.Key())
		if err != nil || found {
			return row, err
		}
		if err := counts.makeRoom(one); err != nil {
			return row, err
		}
		// Another process may add the row now, and delete it before it is read: then it is neither new nor stored.
		fresh := newcomerRow{SpaceID: string(one.Space), Address: one.Address, Subject: one.Subject, Dialect: one.Dialect, FirstSeen: int64(one.FirstSeen)}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
			return row, err
		}
	}
}

// lockDiscovered reads and locks a discovered device until the transaction ends.
func (s *Store) lockDiscovered(tx *gorm.DB, key intake.DiscoveredKey) (row newcomerRow, found bool, err error) {
	var rows []newcomerRow
	if err := whereDiscovered(tx.Clauses(s.forUpdate()...), key).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return row, false, err
	}
	return rows[0], true, nil
}

// forUpdate locks the rows that are read. SQLite has only one writer and needs no lock.
func (s *Store) forUpdate() []clause.Expression {
	if s.db.Dialect == database.SQLite {
		return nil
	}
	return []clause.Expression{clause.Locking{Strength: "UPDATE"}}
}

// Discovered returns all discovered devices, the latest first.
func (s *Store) Discovered(ctx context.Context) ([]intake.DiscoveredDevice, error) {
	var rows []newcomerRow
	err := s.db.Read.WithContext(ctx).Order("last_seen DESC, address, space_id").Find(&rows).Error
	all := make([]intake.DiscoveredDevice, len(rows))
	for i, r := range rows {
		all[i] = r.discovered()
	}
	return all, err
}

// IgnoreDiscovered hides a discovered device from the list.
func (s *Store) IgnoreDiscovered(ctx context.Context, key intake.DiscoveredKey) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		return whereDiscovered(tx.Model(&newcomerRow{}), key).Update("ignored", true).Error
	})
}
