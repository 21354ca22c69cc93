package energy

import (
	"context"
	"errors"
	"slices"
)

// finish puts all on the disk. Newcomers come first: where there is no room for one, nothing is stored.
func (t *taking) finish(ctx context.Context) error {
	if err := t.storeSightings(ctx); err != nil {
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
	if len(t.letters) > 0 {
		if err := t.intake.inbox.Bury(ctx, t.letters); err != nil {
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

func (t *taking) storeSightings(ctx context.Context) error {
	if len(t.sightings) == 0 {
		return nil
	}
	refused, err := t.intake.inbox.Remember(ctx, t.sightings, t.forwarded)
	var full ErrInboxFull
	if errors.As(err, &full) {
		t.intake.counter.Count(t.sightings[0].Dialect, reasonInboxFull)
	}
	if err != nil {
		return err
	}
	for n, place := range t.sighted {
		if slices.Contains(refused, n) {
			t.reject(place, reasonInboxFull)
			continue
		}
		t.count(t.said[place], outcomeNewcomer)
	}
	return nil
}

// settleAdopted books what was remembered of newcomers that were adopted in the meantime. What it cannot is left to SettleAll.
func (t *taking) settleAdopted(ctx context.Context) {
	if len(t.sightings) == 0 {
		return
	}
	campus, err := t.intake.catalog.Campus(ctx)
	if err != nil || campus == t.campus {
		return
	}
	done := make(map[NewcomerKey]bool)
	for _, s := range t.sightings {
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

// book records the measures; one alone shares its commit with others that come at the same time.
func (t *taking) book(ctx context.Context) error {
	if err := t.dropBooked(ctx); err != nil {
		return err
	}
	var rejected []Rejection
	switch len(t.measured) {
	case 0:
		return nil
	case 1:
		_, err := t.intake.ledger.Record(ctx, t.caller, t.measured[0].draft)
		var invalid ErrInvalid
		var conflict ErrConflictingReading
		var overlapping ErrOverlapping
		switch {
		case errors.As(err, &invalid):
			rejected = []Rejection{{Flaws: invalid.Flaws}}
		case errors.As(err, &conflict):
			rejected = []Rejection{{Conflicting: true}}
		case errors.As(err, &overlapping):
			rejected = []Rejection{{Flaws: []Flaw{overlappingFlaw()}}}
		case err != nil:
			return err
		}
	default:
		rows := make([]Row, len(t.measured))
		for line, m := range t.measured {
			rows[line] = Row{Line: line, Draft: m.draft}
		}
		summary, err := t.intake.ledger.recordAll(ctx, t.caller, slices.Values(rows), false, len(rows))
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
			t.count(t.said[m.place], outcomeBooked)
		}
	}
	return nil
}

// dropBooked leaves out what an earlier try booked after all.
func (t *taking) dropBooked(ctx context.Context) error {
	left := t.measured[:0]
	for _, m := range t.measured {
		if m.tried && m.reading.StampedHere() {
			booked, err := t.intake.ledger.holds(ctx, m.reading)
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

// holds tells whether a reading that was stamped here is stored, at its instant or where it moved.
func (l *Ledger) holds(ctx context.Context, r Reading) (bool, error) {
	const most = 1000
	stored, err := l.readings.List(ctx, []DeviceID{r.Device}, r.At, r.At.Add(most), Key{}, most)
	for place, s := range stored {
		if s.At != r.At.Add(int64(place)) {
			break // an instant that was free: it did not move beyond
		}
		if s.Kind == r.Kind && s.Energy == r.Energy && s.Power == r.Power && (r.Span == 0 || s.Span == r.Span) {
			return true, nil
		}
	}
	return false, err
}

// reason is why a row was rejected, in a word.
func reasonOf(r Rejection) string {
	if r.Conflicting || len(r.Flaws) == 0 {
		return reasonConflicting
	}
	return r.Flaws[0].Rule
}

func (t *taking) storeStates(ctx context.Context) error {
	if len(t.changes) == 0 {
		return nil
	}
	outcomes, err := t.intake.conditions.StoreStates(ctx, t.changes)
	if err != nil {
		return err
	}
	for n, outcome := range outcomes {
		if outcome.Result == Conflict {
			t.reject(t.changesOf[n], reasonConflicting)
			delete(t.states, t.changes[n].Device)
			continue
		}
		t.count(t.said[t.changesOf[n]], outcomeNews)
	}
	return nil
}

func (t *taking) storeAmbient(ctx context.Context) error {
	if len(t.ambient) == 0 {
		return nil
	}
	summary, err := t.intake.conditions.recordAmbientAll(ctx, t.caller, slices.Values(t.ambient), len(t.ambient))
	if err != nil {
		return err
	}
	for _, r := range summary.Rejections {
		t.reject(r.Line, reasonOf(r), r.Flaws...)
	}
	return nil
}
