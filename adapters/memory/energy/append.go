package memoryenergy

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Append stores and books a batch.
func (s *Store) Append(_ context.Context, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) (outcomes []energy.Outcome, err error) {
	err = s.transact(func(t *tables) error {
		outcomes = t.append(batch, traits, s.clock.Now())
		return nil
	})
	return outcomes, err
}

// errAnyConflict rolls back a transaction of AppendAll.
var errAnyConflict = errors.New("a reading conflicts")

// AppendAll stores and books a batch if none of its readings conflicts or overlaps.
func (s *Store) AppendAll(_ context.Context, batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits) (outcomes []energy.Outcome, err error) {
	err = s.transact(func(t *tables) error {
		outcomes = t.append(batch, traits, s.clock.Now())
		if slices.ContainsFunc(outcomes, func(o energy.Outcome) bool { return o.Result == energy.Conflict || o.Result == energy.Overlapping }) {
			return errAnyConflict
		}
		return nil
	})
	if errors.Is(err, errAnyConflict) {
		err = nil
	}
	return outcomes, err
}

// append stores and books a batch, device by device.
func (t *tables) append(batch []energy.Reading, traits func(energy.DeviceID) ledger.Traits, now energy.Instant) []energy.Outcome {
	places := make(map[energy.DeviceID][]int)
	for i, r := range batch {
		places[r.Device] = append(places[r.Device], i)
	}
	outcomes := make([]energy.Outcome, len(batch))
	for device, own := range places {
		part := make([]energy.Reading, len(own))
		for i, place := range own {
			part[i] = batch[place]
		}
		var of ledger.Traits
		if traits != nil {
			of = traits(device)
		}
		s, entries := t.editable(device), ledger.Entries{}
		became := s.append(part, of, entries)
		for i, place := range own {
			outcomes[place] = became[part[i].At]
		}
		t.book(s, entries, now)
	}
	return outcomes
}

// append stores readings of the device and adds the changes of its pages to entries. The outcomes are by the instants that the readings
// were sent with.
func (s *deviceBook) append(batch []energy.Reading, traits ledger.Traits, entries ledger.Entries) map[energy.Instant]energy.Outcome {
	outcomes := make(map[energy.Instant]energy.Outcome, len(batch))
	for at, covered := range s.covered(batch) {
		outcomes[at] = energy.Outcome{Result: energy.Overlapping, Covered: covered}
	}
	free := slices.DeleteFunc(slices.Clone(batch), func(r energy.Reading) bool {
		_, covered := outcomes[r.At]
		return covered
	})
	slices.SortFunc(free, func(a, b energy.Reading) int { return cmp.Compare(a.At, b.At) })
	touched := untouched()
	for sent, stored := range s.placed(free) {
		place, known := s.find(stored.At)
		if known {
			made := func(energy.Key) ([]ledger.Correction, error) { return s.corrections[sent.At], nil }
			outcomes[sent.At], _ = ledger.JudgeResent(sent, s.links[place].Reading, made)
			continue
		}
		s.links = slices.Insert(s.links, place, ledger.Link{Reading: stored, BreaksChain: stored.Kind == energy.Rejected})
		outcomes[sent.At] = energy.Outcome{Result: energy.Inserted, Stored: stored}
		switch {
		case stored.Kind == energy.Rejected:
			touched.touch(energy.Sample, stored.At)
		case stored.Kind != energy.Interval:
			touched.touch(stored.Kind, stored.At)
		default:
			entries.BookInterval(stored, +1)
			if stored.HasStatedSpan() {
				touched.touch(energy.Sample, stored.CoveredSpan().From+1)
			}
		}
	}
	s.rechain(touched, traits, entries)
	return outcomes
}
