package memoryenergy

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// SaveDeliveries stores messages of a session, each replacing the one with its number, and deletes the oldest beyond energy.MaxDeliveries.
func (s *Store) SaveDeliveries(_ context.Context, session string, all []intake.Delivery) error {
	return s.transact(func(t *tables) error {
		kept := slices.Clone(t.deliveries.get(session))
		for _, d := range all {
			kept = slices.DeleteFunc(kept, func(o intake.Delivery) bool { return o.Packet == d.Packet })
			kept = append(kept, d)
		}
		t.deliveries.put(session, kept[max(0, len(kept)-intake.MaxDeliveries):])
		return nil
	})
}

// DeliveriesOf returns the deliveries of a session, oldest first.
func (s *Store) DeliveriesOf(_ context.Context, session string) ([]intake.Delivery, error) {
	return slices.Clone(s.read().deliveries.get(session)), nil
}
