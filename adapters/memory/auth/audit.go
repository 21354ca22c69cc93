package memoryauth

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// note adds entries, in the transaction of the change that they describe.
func (t *tables) note(entries ...auth.Entry) {
	for _, e := range entries {
		t.numbered++
		// The array may be shared with committed entries, which end before the ones appended here.
		t.entries = append(t.entries, auth.NumberedEntry{Number: t.numbered, Entry: e.Storable()})
	}
}

// Note adds entries.
func (s *Store) Note(_ context.Context, entries ...auth.Entry) error {
	return s.transact(func(t *tables) error {
		t.note(entries...)
		return nil
	})
}

// Receive stores entries of other processes, each once.
func (s *Store) Receive(_ context.Context, entries []auth.RelayedEntry) error {
	if err := auth.RequireIDs(entries); err != nil {
		return err
	}
	return s.transact(func(t *tables) error {
		for _, e := range entries {
			if !t.received[e.ID] {
				t.received[e.ID] = true
				t.note(e.Entry)
			}
		}
		return nil
	})
}

// Entries returns entries, newest first.
func (s *Store) Entries(_ context.Context, q auth.AuditQuery) ([]auth.NumberedEntry, error) {
	found := []auth.NumberedEntry{}
	for _, e := range slices.Backward(s.read().entries) {
		if len(found) < q.Limit && matches(e, q) {
			found = append(found, e)
		}
	}
	return found, nil
}

func matches(e auth.NumberedEntry, q auth.AuditQuery) bool {
	is := func(asked, value string) bool { return asked == "" || asked == value }
	return is(q.Actor, e.Actor) && is(q.Action, e.Action) && is(q.Target, e.Target) &&
		(q.From.IsZero() || !e.At.Before(q.From)) && (q.To.IsZero() || e.At.Before(q.To)) &&
		(q.Before == 0 || e.Number < q.Before)
}

// ForgetStrangers deletes the entries of refused requests that have no actor and are older than an instant.
func (s *Store) ForgetStrangers(_ context.Context, before time.Time) error {
	return s.transact(func(t *tables) error {
		t.entries = slices.DeleteFunc(slices.Clone(t.entries), func(e auth.NumberedEntry) bool {
			return e.Refused && e.Actor == "" && e.At.Before(before)
		})
		return nil
	})
}
