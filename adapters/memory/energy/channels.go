package memoryenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// SaveChannels stores channels. A channel that measured once is stored as measuring for ever.
func (s *Store) SaveChannels(_ context.Context, all []intake.Channel) error {
	return s.transact(func(t *tables) error {
		for _, c := range all {
			key := intake.Channel{Device: c.Device, Address: c.Address}
			t.channels.put(key, t.channels.get(key) || c.Measures)
		}
		return nil
	})
}

// SavedChannels returns all channels, ordered by device and address.
func (s *Store) SavedChannels(context.Context) ([]intake.Channel, error) {
	all := []intake.Channel{}
	for c, measures := range s.read().channels.rows {
		c.Measures = measures
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b intake.Channel) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Address, b.Address))
	})
	return all, nil
}
