package memoryenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// maxMove is how far a state or an ambient reading may move, ms.
const maxMove = 1000

// AppendStates stores changes of state.
func (s *Store) AppendStates(_ context.Context, changes []conditions.StateChange) ([]conditions.StateOutcome, error) {
	outcomes := make([]conditions.StateOutcome, len(changes))
	return outcomes, s.transact(func(t *tables) error {
		for i, c := range changes {
			outcomes[i] = t.appendState(c)
			t.markIfPast(ledger.Changed{Device: c.Device}, c.At, s.clock.Now())
		}
		return nil
	})
}

func (t *tables) appendState(sent conditions.StateChange) conditions.StateOutcome {
	all := t.states.get(sent.Device)
	for is := (conditions.StateChange{Device: sent.Device, At: sent.At, State: sent.State}); ; is.At++ {
		place, found := findState(all, is.At)
		switch {
		case !found:
			t.states.put(sent.Device, slices.Insert(slices.Clone(all), place, is))
			return conditions.StateOutcome{Result: energy.Inserted, Stored: is}
		case all[place] == is:
			return conditions.StateOutcome{Result: energy.Duplicate, Stored: is}
		case !sent.Moves || is.At-sent.At >= maxMove:
			return conditions.StateOutcome{Result: energy.Conflict, Stored: all[place]}
		}
	}
}

func findState(all []conditions.StateChange, at energy.Instant) (place int, found bool) {
	return slices.BinarySearchFunc(all, at, func(c conditions.StateChange, at energy.Instant) int { return cmp.Compare(c.At, at) })
}

// StatesBetween returns a device's changes in [from, to), oldest first, from after an instant.
func (s *Store) StatesBetween(_ context.Context, device energy.DeviceID, from, to, after energy.Instant, limit int) ([]conditions.StateChange, error) {
	changes := []conditions.StateChange{}
	for _, c := range s.read().states.get(device) {
		if c.At >= from && c.At < to && c.At > after && len(changes) < limit {
			changes = append(changes, c)
		}
	}
	return changes, nil
}

// StateBefore returns a device's last change before an instant.
func (s *Store) StateBefore(_ context.Context, device energy.DeviceID, at energy.Instant) (conditions.StateChange, bool, error) {
	all := s.read().states.get(device)
	place, _ := findState(all, at)
	if place == 0 {
		return conditions.StateChange{}, false, nil
	}
	return all[place-1], true, nil
}
