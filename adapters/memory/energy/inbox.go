package memoryenergy

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// discovered is an unregistered address, with its measurements.
type discovered struct {
	intake.DiscoveredDevice
	kept     []intake.BufferedMeasurement
	numbered int64
}

// StoreDiscoveries stores messages of unregistered addresses, ordered by address.
func (s *Store) StoreDiscoveries(_ context.Context, sightings []intake.Discovery, partly bool) (refused []int, err error) {
	of := make(map[intake.DiscoveredKey][]int)
	for place, one := range sightings {
		of[one.Key()] = append(of[one.Key()], place)
	}
	var full intake.ErrInboxFull
	err = s.transact(func(t *tables) error {
		counts := t.inboxCounts()
		for _, key := range slices.SortedFunc(maps.Keys(of), compareDiscovered) {
			not, err := t.remember(counts, sightings, of[key])
			if err != nil && (!partly || !errors.As(err, &full)) {
				return err
			}
			refused = append(refused, not...)
		}
		return nil
	})
	if errors.As(err, &full) {
		return nil, errors.Join(full, s.noteRefused(full.Device))
	}
	return refused, err
}

func compareDiscovered(a, b intake.DiscoveredKey) int {
	return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Address, b.Address))
}

// noteRefused counts a refused message, because the refusal rolled its transaction back.
func (s *Store) noteRefused(key intake.DiscoveredKey) error {
	return s.transact(func(t *tables) error {
		if n := t.discovered.get(key); t.discovered.has(key) {
			n.Refused++
			t.discovered.put(key, n)
		}
		return nil
	})
}

// remember stores messages of one discovered device; places are their indexes among all. It returns the indexes of those that were
// refused. Refused messages are counted too.
func (t *tables) remember(counts *inboxCounts, sightings []intake.Discovery, places []int) (refused []int, full error) {
	first := sightings[places[0]]
	n := t.discovered.get(first.Key())
	if !t.discovered.has(first.Key()) {
		if err := t.admit(counts, first); err != nil {
			return places, err
		}
		n.DiscoveredDevice = intake.DiscoveredDevice{Space: first.Space, Address: first.Address, Subject: first.Subject, FirstSeen: first.FirstSeen}
	}
	for _, place := range places {
		one := sightings[place]
		n.addMessage(one.DiscoveredDevice)
		if one.Buffered == nil || one.Buffered.Tried && n.isBuffered(*one.Buffered) {
			continue
		}
		if err := counts.roomForMeasure(n); err != nil {
			n.Refused++
			refused, full = append(refused, place), err
			continue
		}
		n.Held, n.numbered = n.Held+1, n.numbered+1
		counts.held[n.Subject]++
		kept := *one.Buffered
		kept.Number, kept.Tried = n.numbered, false
		n.kept = append(n.kept, kept)
	}
	t.discovered.put(first.Key(), n)
	return refused, full
}

func (n *discovered) addMessage(one intake.DiscoveredDevice) {
	n.Dialect, n.Last, n.LastSeen = one.Dialect, cmp.Or(one.Last, n.Last), max(n.LastSeen, one.LastSeen)
	n.Name, n.Unit = cmp.Or(one.Name, n.Name), cmp.Or(one.Unit, n.Unit)
	n.Messages += one.Messages
	n.Measured |= one.Measured
}

// isBuffered reports whether a measurement is stored already.
func (n *discovered) isBuffered(k intake.BufferedMeasurement) bool {
	return slices.ContainsFunc(n.kept, func(o intake.BufferedMeasurement) bool {
		return o.At == k.At && o.Kind == k.Kind && o.Energy == k.Energy && o.Power == k.Power && o.Plain == k.Plain
	})
}

// Discovered returns all discovered devices, the latest first.
func (s *Store) Discovered(context.Context) ([]intake.DiscoveredDevice, error) {
	all := []intake.DiscoveredDevice{}
	for _, n := range s.read().discovered.rows {
		all = append(all, n.DiscoveredDevice)
	}
	slices.SortFunc(all, func(a, b intake.DiscoveredDevice) int {
		return cmp.Or(cmp.Compare(b.LastSeen, a.LastSeen), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Space, b.Space))
	})
	return all, nil
}

// IgnoreDiscovered hides a discovered device from the list.
func (s *Store) IgnoreDiscovered(_ context.Context, key intake.DiscoveredKey) error {
	return s.transact(func(t *tables) error {
		if n := t.discovered.get(key); t.discovered.has(key) {
			n.Ignored = true
			t.discovered.put(key, n)
		}
		return nil
	})
}

// PurgeInbox deletes discovered devices that were silent for too long, and old rejected messages and deliveries.
func (s *Store) PurgeInbox(_ context.Context, silent, silentHolders, letters energy.Instant) (purged []intake.DiscoveredDevice, err error) {
	err = s.transact(func(t *tables) error {
		t.discovered.dropWhere(func(_ intake.DiscoveredKey, n discovered) bool {
			drop := n.Held == 0 && n.LastSeen < silent || n.LastSeen < silentHolders
			if drop {
				purged = append(purged, n.DiscoveredDevice)
			}
			return drop
		})
		t.letters = slices.DeleteFunc(slices.Clone(t.letters), func(l intake.RejectedMessage) bool { return l.At < letters })
		for session, all := range s.read().deliveries.rows {
			t.deliveries.put(session, slices.DeleteFunc(slices.Clone(all), func(d intake.Delivery) bool { return d.Arrived < letters }))
		}
		return nil
	})
	slices.SortFunc(purged, func(a, b intake.DiscoveredDevice) int { return compareDiscovered(a.Key(), b.Key()) })
	return purged, err
}
