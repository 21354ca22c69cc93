package memoryenergy

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// farthestNews is how far a state or an ambient reading may move, ms.
const farthestNews = 1000

// AppendStates stores changes of state.
func (s *Store) AppendStates(_ context.Context, changes []energy.StateChange) ([]energy.StateOutcome, error) {
	outcomes := make([]energy.StateOutcome, len(changes))
	return outcomes, s.transact(func(t *tables) error {
		for i, c := range changes {
			outcomes[i] = t.appendState(c)
			t.markIfPast(energy.Changed{Device: c.Device}, c.At, s.clock.Now())
		}
		return nil
	})
}

func (t *tables) appendState(sent energy.StateChange) energy.StateOutcome {
	all := t.states.get(sent.Device)
	for is := (energy.StateChange{Device: sent.Device, At: sent.At, State: sent.State}); ; is.At++ {
		place, found := findState(all, is.At)
		switch {
		case !found:
			t.states.put(sent.Device, slices.Insert(slices.Clone(all), place, is))
			return energy.StateOutcome{Result: energy.Inserted, Stored: is}
		case all[place] == is:
			return energy.StateOutcome{Result: energy.Duplicate, Stored: is}
		case !sent.Moves || is.At-sent.At >= farthestNews:
			return energy.StateOutcome{Result: energy.Conflict, Stored: all[place]}
		}
	}
}

func findState(all []energy.StateChange, at energy.Instant) (place int, found bool) {
	return slices.BinarySearchFunc(all, at, func(c energy.StateChange, at energy.Instant) int { return cmp.Compare(c.At, at) })
}

// StatesBetween returns a device's changes in [from, to), oldest first, from after an instant.
func (s *Store) StatesBetween(_ context.Context, device energy.DeviceID, from, to, after energy.Instant, limit int) ([]energy.StateChange, error) {
	changes := []energy.StateChange{}
	for _, c := range s.read().states.get(device) {
		if c.At >= from && c.At < to && c.At > after && len(changes) < limit {
			changes = append(changes, c)
		}
	}
	return changes, nil
}

// StateBefore returns a device's last change before an instant.
func (s *Store) StateBefore(_ context.Context, device energy.DeviceID, at energy.Instant) (energy.StateChange, bool, error) {
	all := s.read().states.get(device)
	place, _ := findState(all, at)
	if place == 0 {
		return energy.StateChange{}, false, nil
	}
	return all[place-1], true, nil
}
