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
		all[i] = tariffs.Tariff{
			ID: r.ID, Space: energy.SpaceID(r.SpaceID), Name: r.Name, Currency: r.Currency, ValidFrom: r.ValidFrom, Price: r.Price,
			Contribution: r.Contribution, DemandPrice: r.DemandPrice, Footprint: r.Footprint, Avoided: r.Avoided,
		}
		if err := json.Unmarshal([]byte(r.Periods), &all[i].Periods); err != nil {
			return nil, fmt.Errorf("read the periods of %s: %w", r.ID, err)
		}
		if r.Reactive == "" {
			continue
		}
		if err := json.Unmarshal([]byte(r.Reactive), &all[i].Reactive); err != nil {
			return nil, fmt.Errorf("read the reactive rule of %s: %w", r.ID, err)
		}
	}
	return all, nil
}

// AddTariff adds a tariff.
func (s *Store) AddTariff(ctx context.Context, t tariffs.Tariff) error {
	periods, err := json.Marshal(t.Periods)
	if err != nil {
		return err
	}
	var reactive []byte
	if t.Reactive != nil {
		if reactive, err = json.Marshal(t.Reactive); err != nil {
			return err
		}
	}
	row := tariffRow{
		ID: t.ID, SpaceID: string(t.Space), Name: t.Name, Currency: t.Currency, ValidFrom: t.ValidFrom, Price: t.Price,
		Contribution: t.Contribution, DemandPrice: t.DemandPrice, Footprint: t.Footprint, Avoided: t.Avoided, Periods: string(periods), Reactive: string(reactive),
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
