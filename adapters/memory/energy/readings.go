package memoryenergy

import (
	"context"
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Reading returns the reading under a key.
func (s *Store) Reading(_ context.Context, key energy.Key) (energy.Reading, error) {
	for _, r := range s.read().series.get(key.Device).standing() {
		if r.At == key.At {
			return r, nil
		}
	}
	return energy.Reading{}, energy.ErrNotFound{Kind: "reading", ID: string(key.Device) + "/" + key.At.String()}
}

// List returns readings ordered by device and instant, starting after a key.
func (s *Store) List(_ context.Context, devices []energy.DeviceID, from, to energy.Instant, after energy.Key, limit int) ([]energy.Reading, error) {
	t := s.read()
	var list []energy.Reading
	for _, device := range sortedIDs(devices) {
		for _, r := range t.series.get(device).standing() {
			if r.At >= from && r.At < to && isAfter(r.Key(), after) && len(list) < limit {
				list = append(list, r)
			}
		}
	}
	return list, nil
}

// Between returns a device's readings in [from, to), oldest first.
func (s *Store) Between(ctx context.Context, device energy.DeviceID, from, to energy.Instant) ([]energy.Reading, error) {
	return s.List(ctx, []energy.DeviceID{device}, from, to, energy.Key{}, math.MaxInt)
}

// sortedIDs returns ids in order, each once.
func sortedIDs[ID ~string](ids []ID) []ID {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

func isAfter(key, after energy.Key) bool {
	return key.Device > after.Device || key.Device == after.Device && key.At > after.At
}

// HasReadings reports whether a device has reported anything.
func (s *Store) HasReadings(_ context.Context, device energy.DeviceID) (bool, error) {
	of := s.read().series.get(device)
	return of != nil && slices.ContainsFunc(of.links, func(l ledger.Link) bool { return l.Kind != energy.Rejected }), nil
}

// Quarantined returns the readings in quarantine, with the register value that each is subtracted from.
func (s *Store) Quarantined(_ context.Context, devices []energy.DeviceID, after energy.Key, limit int) ([]ledger.QuarantinedReading, error) {
	t := s.read()
	var held []ledger.QuarantinedReading
	for _, device := range sortedIDs(devices) {
		of := t.series.get(device)
		if of == nil {
			continue
		}
		var before ledger.Base
		for _, l := range of.chain(energy.Register) {
			if l.Booking.Verdict == ledger.Quarantined && isAfter(l.Key(), after) && len(held) < limit {
				held = append(held, ledger.QuarantinedReading{Reading: l.Reading, Before: before})
			}
			before = l.NextBase(ledger.Traits{})
		}
	}
	return held, nil
}
