package memoryenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// Tariffs returns all tariffs, by space and day.
func (s *Store) Tariffs(context.Context) ([]tariffs.Tariff, error) {
	all := inOrder(s.read().tariffs.rows)
	slices.SortFunc(all, func(a, b tariffs.Tariff) int {
		return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.ValidFrom, b.ValidFrom))
	})
	return all, nil
}

// AddTariff adds a tariff. A space has at most one that starts on a day.
func (s *Store) AddTariff(_ context.Context, tariff tariffs.Tariff) error {
	return s.transact(func(t *tables) error {
		for _, other := range t.tariffs.rows {
			if other.ID == tariff.ID || other.Space == tariff.Space && other.ValidFrom == tariff.ValidFrom {
				return energy.ErrTaken{Kind: "tariff", ID: tariff.ValidFrom}
			}
		}
		t.tariffs.put(tariff.ID, tariff)
		t.markPast(ledger.Changed{Space: tariff.Space}, s.clock.Now())
		return nil
	})
}

// ChangeTariff replaces a tariff.
func (s *Store) ChangeTariff(_ context.Context, id string, change func(tariffs.Tariff) (tariffs.Tariff, error)) (changed tariffs.Tariff, err error) {
	err = s.transact(func(t *tables) error {
		if !t.tariffs.has(id) {
			return energy.ErrNotFound{Kind: "tariff", ID: id}
		}
		before := t.tariffs.get(id)
		if changed, err = change(before); err != nil {
			return err
		}
		for _, other := range t.tariffs.rows {
			if other.ID != id && other.Space == changed.Space && other.ValidFrom == changed.ValidFrom {
				return energy.ErrTaken{Kind: "tariff", ID: changed.ValidFrom}
			}
		}
		t.tariffs.put(id, changed)
		t.markPast(ledger.Changed{Space: before.Space}, s.clock.Now())
		t.markPast(ledger.Changed{Space: changed.Space}, s.clock.Now())
		return nil
	})
	return changed, err
}

// DropTariff deletes a tariff.
func (s *Store) DropTariff(_ context.Context, id string) error {
	return s.transact(func(t *tables) error {
		if !t.tariffs.has(id) {
			return energy.ErrNotFound{Kind: "tariff", ID: id}
		}
		t.markPast(ledger.Changed{Space: t.tariffs.get(id).Space}, s.clock.Now())
		t.tariffs.drop(id)
		return nil
	})
}
