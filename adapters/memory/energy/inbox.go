package memoryenergy

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// newcomer is an address that nobody has registered, with what it measured.
type newcomer struct {
	energy.Newcomer
	kept     []energy.Kept
	numbered int64
}

// Remember notes messages of addresses that nobody has registered, address by address.
func (s *Store) Remember(_ context.Context, sightings []energy.Sighting, partly bool) (refused []int, err error) {
	of := make(map[energy.NewcomerKey][]int)
	for place, one := range sightings {
		of[one.Key()] = append(of[one.Key()], place)
	}
	var full energy.ErrInboxFull
	err = s.transact(func(t *tables) error {
		crowd := t.crowd()
		for _, key := range slices.SortedFunc(maps.Keys(of), compareNewcomers) {
			not, err := t.remember(crowd, sightings, of[key])
			if err != nil && (!partly || !errors.As(err, &full)) {
				return err
			}
			refused = append(refused, not...)
		}
		return nil
	})
	if errors.As(err, &full) {
		return nil, errors.Join(full, s.noteRefused(full.Newcomer))
	}
	return refused, err
}

func compareNewcomers(a, b energy.NewcomerKey) int {
	return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Address, b.Address))
}

// noteRefused counts a refusal that took its transaction back.
func (s *Store) noteRefused(key energy.NewcomerKey) error {
	return s.transact(func(t *tables) error {
		if n := t.newcomers.get(key); t.newcomers.has(key) {
			n.Refused++
			t.newcomers.put(key, n)
		}
		return nil
	})
}

// remember notes messages of one newcomer, at places among all, and returns the places of those for which there is no room.
// It notes that the newcomer was heard all the same.
func (t *tables) remember(crowd *crowd, sightings []energy.Sighting, places []int) (refused []int, full error) {
	first := sightings[places[0]]
	n := t.newcomers.get(first.Key())
	if !t.newcomers.has(first.Key()) {
		if err := t.admit(crowd, first); err != nil {
			return places, err
		}
		n.Newcomer = energy.Newcomer{Space: first.Space, Address: first.Address, Subject: first.Subject, FirstSeen: first.FirstSeen}
	}
	for _, place := range places {
		one := sightings[place]
		n.heard(one.Newcomer)
		if one.Kept == nil || one.Kept.Tried && n.keeps(*one.Kept) {
			continue
		}
		if err := crowd.roomForMeasure(n); err != nil {
			n.Refused++
			refused, full = append(refused, place), err
			continue
		}
		n.Held, n.numbered = n.Held+1, n.numbered+1
		crowd.held[n.Subject]++
		kept := *one.Kept
		kept.Number, kept.Tried = n.numbered, false
		n.kept = append(n.kept, kept)
	}
	t.newcomers.put(first.Key(), n)
	return refused, full
}

func (n *newcomer) heard(one energy.Newcomer) {
	n.Dialect, n.Last, n.LastSeen = one.Dialect, cmp.Or(one.Last, n.Last), max(n.LastSeen, one.LastSeen)
	n.Name, n.Unit = cmp.Or(one.Name, n.Name), cmp.Or(one.Unit, n.Unit)
	n.Messages += one.Messages
	n.Said |= one.Said
}

// keeps reports whether a measure is kept already.
func (n *newcomer) keeps(k energy.Kept) bool {
	return slices.ContainsFunc(n.kept, func(o energy.Kept) bool {
		return o.At == k.At && o.Kind == k.Kind && o.Energy == k.Energy && o.Power == k.Power && o.Plain == k.Plain
	})
}

// Newcomers returns all, the latest first.
func (s *Store) Newcomers(context.Context) ([]energy.Newcomer, error) {
	all := []energy.Newcomer{}
	for _, n := range s.read().newcomers.rows {
		all = append(all, n.Newcomer)
	}
	slices.SortFunc(all, func(a, b energy.Newcomer) int {
		return cmp.Or(cmp.Compare(b.LastSeen, a.LastSeen), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Space, b.Space))
	})
	return all, nil
}

// IgnoreNewcomer keeps one from being listed.
func (s *Store) IgnoreNewcomer(_ context.Context, key energy.NewcomerKey) error {
	return s.transact(func(t *tables) error {
		if n := t.newcomers.get(key); t.newcomers.has(key) {
			n.Ignored = true
			t.newcomers.put(key, n)
		}
		return nil
	})
}

// PurgeInbox drops newcomers that were silent for long, and old letters and deliveries.
func (s *Store) PurgeInbox(_ context.Context, silent, silentHolders, letters energy.Instant) (purged []energy.Newcomer, err error) {
	err = s.transact(func(t *tables) error {
		t.newcomers.dropWhere(func(_ energy.NewcomerKey, n newcomer) bool {
			drop := n.Held == 0 && n.LastSeen < silent || n.LastSeen < silentHolders
			if drop {
				purged = append(purged, n.Newcomer)
			}
			return drop
		})
		t.letters = slices.DeleteFunc(slices.Clone(t.letters), func(l energy.Letter) bool { return l.At < letters })
		for session, all := range s.read().deliveries.rows {
			t.deliveries.put(session, slices.DeleteFunc(slices.Clone(all), func(d energy.Delivery) bool { return d.Arrived < letters }))
		}
		return nil
	})
	slices.SortFunc(purged, func(a, b energy.Newcomer) int { return compareNewcomers(a.Key(), b.Key()) })
	return purged, err
}
