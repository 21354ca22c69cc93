package memoryenergy

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Correct replaces or withdraws a reading, books the difference and stores the earlier value.
func (s *Store) Correct(_ context.Context, c ledger.Correction, traits func(energy.DeviceID) ledger.Traits) (ledger.Correction, error) {
	err := s.transact(func(t *tables) error {
		own, entries := t.editable(c.Key.Device), ledger.Entries{}
		place, found := own.find(c.Key.At)
		if !found {
			return energy.ErrNotFound{Kind: "reading", ID: string(c.Key.Device) + "/" + c.Key.At.String()}
		}
		c = completed(c, own.links[place])
		if !c.Changes() {
			return nil
		}
		if err := own.requireFree(c, traits(c.Key.Device)); err != nil {
			return err
		}
		own.corrections[c.Key.At] = append(slices.Clip(own.corrections[c.Key.At]), c)
		own.correct(place, c, traits(c.Key.Device), entries)
		if err := own.requireCounted(c, traits(c.Key.Device)); err != nil {
			return err
		}
		t.book(own, entries, s.clock.Now())
		for key := range entries {
			t.restate(key, s.clock.Now())
		}
		return nil
	})
	if err != nil {
		return ledger.Correction{}, err
	}
	return c, nil
}

// completed returns a correction with the earlier reading, and with what the correction leaves unchanged of it.
func completed(c ledger.Correction, was ledger.Link) ledger.Correction {
	if !was.BreaksChain {
		c.Before = &was.Reading
	}
	if c.After != nil {
		after := *c.After
		if c.KeepsSpan {
			after.Guessed = was.Guessed
		}
		c.After = &after
	}
	if c.Ruling != 0 {
		c.After = c.Before
	}
	return c
}

// requireFree returns an error if a correction covers time that another reading covers.
func (s *deviceBook) requireFree(c ledger.Correction, traits ledger.Traits) error {
	if c.After == nil || !c.After.HasStatedSpan() || c.Before != nil && c.Before.HasStatedSpan() && c.Before.Span >= c.After.Span {
		return nil
	}
	told := append(s.claims(c.Key.At), slices.DeleteFunc(s.counted(), func(one energy.Span) bool { return one.To == c.Key.At })...)
	sortSpans(told)
	if covered, is := told.FirstOverlapping(c.After.CoveredSpan()); is {
		return energy.ErrOverlapping{Covered: covered, Sent: *c.After, Measures: traits.Measures}
	}
	return nil
}

// correct stores a correction in place of a link, and updates the books.
func (s *deviceBook) correct(place int, c ledger.Correction, traits ledger.Traits, entries ledger.Entries) {
	touched, was := untouched(), s.links[place]
	for sign, r := range map[int64]*energy.Reading{-1: c.Before, +1: c.After} {
		switch {
		case r == nil:
		case r.Kind != energy.Interval:
			touched.touch(r.Kind, r.At)
		default:
			entries.BookInterval(*r, sign)
			if r.HasStatedSpan() {
				touched.touch(energy.Register, r.CoveredSpan().From+1)
				touched.touch(energy.Sample, r.CoveredSpan().From+1)
			}
		}
	}
	if was.BreaksChain {
		touched.touch(energy.Sample, was.At)
	}
	if was.Booked {
		entries.Book(was.Device, was.At, was.Booking, -1)
		touched.touch(energy.Sample, min(was.Booking.From+1, was.At))
	}
	s.links[place] = ledger.Link{Reading: was.Reading, BreaksChain: true}
	if c.After != nil {
		s.links[place] = ledger.Link{Reading: *c.After, Ruling: c.Ruling}
		s.links[place].Source = was.Source
	}
	s.rechain(touched, traits, entries)
}

// requireCounted returns an error if a ruling confirms the step of a register whose time an interval covers.
func (s *deviceBook) requireCounted(c ledger.Correction, traits ledger.Traits) error {
	if c.Ruling != ledger.AcceptStep {
		return nil
	}
	var before ledger.Base
	for _, l := range s.chain(energy.Register) {
		if l.At < c.Key.At {
			before = l.NextBase(traits)
			continue
		}
		if l.At > c.Key.At || l.Booking.Verdict != ledger.Quarantined || !before.Known {
			return nil
		}
		if covered, is := s.claims(-1).FirstOverlapping(energy.Span{From: before.CountsFrom(), To: l.At}); is {
			return energy.ErrOverlapping{Covered: covered, Sent: l.Reading, Measures: traits.Measures}
		}
	}
	return nil
}

// Corrections returns the corrections of a reading, oldest first.
func (s *Store) Corrections(_ context.Context, key energy.Key) ([]ledger.Correction, error) {
	of := s.read().series.get(key.Device)
	if of == nil {
		return nil, nil
	}
	return slices.Clone(of.corrections[key.At]), nil
}
