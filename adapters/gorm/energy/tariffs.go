package gormenergy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/platform/database"
)

type tariffRow struct {
	ID                 string `gorm:"primaryKey"`
	SpaceID            string
	Name, Currency     string
	ValidFrom          string
	Price              decimal.Decimal
	Contribution       decimal.Decimal
	DemandPrice        decimal.Decimal
	Footprint, Avoided *decimal.Decimal
	Periods            string
	Reactive           string // JSON; empty if there is no rule
}

func (tariffRow) TableName() string { return "energy_tariffs" }

// Tariffs returns all tariffs, ordered by space and day.
func (s *Store) Tariffs(ctx context.Context) ([]tariffs.Tariff, error) {
	var rows []tariffRow
	if err := s.db.Read.WithContext(ctx).Order("space_id, valid_from").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read tariffs: %w", err)
	}
	all := make([]tariffs.Tariff, len(rows))
	for i, r := range rows {
		var err error
		if all[i], err = r.tariff(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (r tariffRow) tariff() (tariffs.Tariff, error) {
	t := tariffs.Tariff{
		ID: r.ID, Space: energy.SpaceID(r.SpaceID), Name: r.Name, Currency: r.Currency, ValidFrom: r.ValidFrom, Price: r.Price,
		Contribution: r.Contribution, DemandPrice: r.DemandPrice, Footprint: r.Footprint, Avoided: r.Avoided,
	}
	if err := json.Unmarshal([]byte(r.Periods), &t.Periods); err != nil {
		return t, fmt.Errorf("read the periods of %s: %w", r.ID, err)
	}
	if r.Reactive == "" {
		return t, nil
	}
	if err := json.Unmarshal([]byte(r.Reactive), &t.Reactive); err != nil {
		return t, fmt.Errorf("read the reactive rule of %s: %w", r.ID, err)
	}
	return t, nil
}

func rowOfTariff(t tariffs.Tariff) (tariffRow, error) {
	row := tariffRow{
		ID: t.ID, SpaceID: string(t.Space), Name: t.Name, Currency: t.Currency, ValidFrom: t.ValidFrom, Price: t.Price,
		Contribution: t.Contribution, DemandPrice: t.DemandPrice, Footprint: t.Footprint, Avoided: t.Avoided,
	}
	periods, err := json.Marshal(t.Periods)
	if err != nil {
		return row, err
	}
	row.Periods = string(periods)
	if t.Reactive == nil {
		return row, nil
	}
	reactive, err := json.Marshal(t.Reactive)
	row.Reactive = string(reactive)
	return row, err
}

// AddTariff adds a tariff.
func (s *Store) AddTariff(ctx context.Context, t tariffs.Tariff) error {
	row, err := rowOfTariff(t)
	if err != nil {
		return err
	}
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return s.mark(tx, ledger.Changed{Space: t.Space})
	})
	if database.IsUnique(err) {
		return energy.ErrTaken{Kind: "tariff", ID: t.ValidFrom}
	}
	return err
}

// ChangeTariff replaces a tariff. The row is locked meanwhile, so that of two changes at once none is lost.
func (s *Store) ChangeTariff(ctx context.Context, id string, change func(tariffs.Tariff) (tariffs.Tariff, error)) (tariffs.Tariff, error) {
	var changed tariffs.Tariff
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		var row tariffRow
		if err := tx.Clauses(s.forUpdate()...).Where("id = ?", id).Limit(1).Find(&row).Error; err != nil {
			return err
		}
		if row.ID == "" {
			return energy.ErrNotFound{Kind: "tariff", ID: id}
		}
		before, err := row.tariff()
		if err != nil {
			return err
		}
		if changed, err = change(before); err != nil {
			return err
		}
		if row, err = rowOfTariff(changed); err != nil {
			return err
		}
		if err := tx.Save(&row).Error; err != nil {
			return err
		}
		return s.markSpaces(tx, before.Space, changed.Space)
	})
	if database.IsUnique(err) {
		err = energy.ErrTaken{Kind: "tariff", ID: changed.ValidFrom}
	}
	return changed, err
}

// DropTariff deletes a tariff.
func (s *Store) DropTariff(ctx context.Context, id string) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		var row tariffRow
		if err := tx.Where("id = ?", id).Limit(1).Find(&row).Error; err != nil {
			return err
		}
		if row.ID == "" {
			return energy.ErrNotFound{Kind: "tariff", ID: id}
		}
		if err := tx.Delete(&row).Error; err != nil {
			return err
		}
		return s.mark(tx, ledger.Changed{Space: energy.SpaceID(row.SpaceID)})
	})
}
