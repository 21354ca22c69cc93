package intake

import (
	"context"
	"errors"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// finish stores everything. Discovered devices come first: if there is no room for one, nothing is stored.
func (t *ingestion) finish(ctx context.Context) error {
	if err := t.storeDiscoveries(ctx); err != nil {
		return err
	}
	if err := t.book(ctx); err != nil {
		return err
	}
	if err := t.storeStates(ctx); err != nil {
		return err
	}
	if err := t.storeAmbient(ctx); err != nil {
		return err
	}
	if len(t.rejected) > 0 {
		if err := t.intake.inbox.StoreRejected(ctx, t.rejected); err != nil {
			return err
		}
	}
	t.intake.mu.Lock()
	for id, e := range t.registers {
		t.intake.registers[id] = e
	}
	for id, s := range t.states {
		t.intake.states[id] = s
	}
	t.intake.mu.Unlock()
	t.settleAdopted(ctx)
	return nil
}

func (t *ingestion) storeDiscoveries(ctx context.Context) error {
	if len(t.discoveries) == 0 {
		return nil
	}
	refused, err := t.intake.inbox.StoreDiscoveries(ctx, t.discoveries, t.forwarded)
	var full ErrInboxFull
	if errors.As(err, &full) {
		t.intake.counter.Count(t.discoveries[0].Dialect, reasonInboxFull)
	}
	if err != nil {
		return err
	}
	for n, place := range t.discoveriesOf {
		if slices.Contains(refused, n) {
			t.reject(place, reasonInboxFull)
			continue
		}
		t.count(t.observations[place], outcomeDiscovered)
	}
	return nil
}

// settleAdopted stores the buffer of devices that were adopted in the meantime. SettleAll stores what fails here.
func (t *ingestion) settleAdopted(ctx context.Context) {
	if len(t.discoveries) == 0 {
		return
	}
	campus, err := t.intake.catalog.Campus(ctx)
	if err != nil || campus == t.campus {
		return
	}
	done := make(map[DiscoveredKey]bool)
	for _, s := range t.discoveries {
		d, adopted := s.deviceIn(campus)
		if !adopted || done[s.Key()] {
			continue
		}
		done[s.Key()] = true
		if _, err := t.intake.settle(ctx, s.Key(), d); err != nil {
			return
		}
	}
}

// book stores the measurements. A single one shares its commit with others that arrive at the same time.
func (t *ingestion) book(ctx context.Context) error {
	if err := t.dropBooked(ctx); err != nil {
		return err
	}
	var rejected []ledger.Rejection
	switch len(t.measured) {
	case 0:
		return nil
	case 1:
		_, err := t.intake.ledger.Record(ctx, t.caller, t.measured[0].draft)
		var invalid energy.ErrInvalid
		var conflict energy.ErrConflictingReading
		var overlapping energy.ErrOverlapping
		switch {
		case errors.As(err, &invalid):
			rejected = []ledger.Rejection{{Flaws: invalid.Flaws}}
		case errors.As(err, &conflict):
			rejected = []ledger.Rejection{{Conflicting: true}}
		case errors.As(err, &overlapping):
			rejected = []ledger.Rejection{{Flaws: []energy.Flaw{energy.OverlappingFlaw()}}}
		case err != nil:
			return err
		}
	default:
		rows := make([]ledger.Row, len(t.measured))
		for line, m := range t.measured {
			rows[line] = ledger.Row{Line: line, Draft: m.draft}
		}
		summary, err := t.intake.ledger.RecordAllListing(ctx, t.caller, slices.Values(rows), false, len(rows))
		if err != nil {
			return err
		}
		rejected = summary.Rejections
	}
	bad := make(map[int]bool, len(rejected))
	for _, r := range rejected {
		bad[r.Line] = true
		t.reject(t.measured[r.Line].place, reasonOf(r), r.Flaws...)
	}
	for line, m := range t.measured {
		if !bad[line] {
			t.count(t.observations[m.place], outcomeBooked)
		}
	}
	return nil
}

// dropBooked removes what an earlier try stored.
func (t *ingestion) dropBooked(ctx context.Context) error {
	left := t.measured[:0]
	for _, m := range t.measured {
		if m.tried && m.reading.HasServerTime() {
			booked, err := t.intake.ledger.IsStored(ctx, m.reading)
			if err != nil {
				return err
			}
			if booked {
				continue
			}
		}
		left = append(left, m)
	}
	t.measured = left
	return nil
}

// reasonOf returns the reason for a rejection in one word.
func reasonOf(r ledger.Rejection) string {
	if r.Conflicting || len(r.Flaws) == 0 {
		return reasonConflicting
	}
	return r.Flaws[0].Rule
}

func (t *ingestion) storeStates(ctx context.Context) error {
	if len(t.changes) == 0 {
		return nil
	}
	outcomes, err := t.intake.conditions.StoreStates(ctx, t.changes)
	if err != nil {
		return err
	}
	for n, outcome := range outcomes {
		if outcome.Result == energy.Conflict {
			t.reject(t.changesOf[n], reasonConflicting)
			delete(t.states, t.changes[n].Device)
			continue
		}
		t.count(t.observations[t.changesOf[n]], outcomeStateChange)
	}
	return nil
}

func (t *ingestion) storeAmbient(ctx context.Context) error {
	if len(t.ambient) == 0 {
		return nil
	}
	summary, err := t.intake.conditions.RecordAmbientListing(ctx, t.caller, slices.Values(t.ambient), len(t.ambient))
	if err != nil {
		return err
	}
	for _, r := range summary.Rejections {
		t.reject(r.Line, reasonOf(r), r.Flaws...)
	}
	return nil
}
