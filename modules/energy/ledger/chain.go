package ledger

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// Link is a reading of a chain (registers or samples), with its booking and the base after it.
type Link struct {
	energy.Reading
	Booking Booking
	Base    Base
	// Ruling is a person's decision about it; 0 if there is none.
	Ruling Ruling
	// BreaksChain is true for a reading that was withdrawn or Rejected: the powers before and after it are not joined.
	BreaksChain bool
	// Booked is true once the books include it.
	Booked bool
}

// Rechain decodes links again, oldest first, from the base before the first of them. It calls changed with the old and the new link
// for each whose booking or base changed. earlier are the instants of the links before them: PaceReach of them, or all if there are
// fewer. The first must links are always decoded. After them it stops at the first unchanged link, because no later link can
// change. Then settled is true. If settled is false, more links must follow: the next call begins with link done, from the base
// after. A link depends on the links after it, so if more is true, the last links are left to the next call. With more false, no
// links follow. covered are the times that readings of another kind measured: no energy is counted over them.
func Rechain(
	t Traits, base Base, earlier []energy.Instant, links []Link, must int, more bool, covered energy.Spans, changed func(old, updated Link),
) (settled bool, done int, after Base) {
	instants := instantsOf(earlier, links)
	for i, old := range links {
		if more && i >= len(links)-lookAhead(t, old.Kind) {
			return false, i, base
		}
		if old.BreaksChain {
			if i >= must {
				return true, i, base
			}
			base = Base{}
			continue
		}
		updated := old
		if t.LearnsPace(old.Kind) {
			t.Pace = PaceAt(instants, len(earlier)+i)
		}
		updated.Booking, updated.Base = decode(t, base, old, links[i+1:])
		updated.dropOverlap(covered)
		updated.Booked = true
		burst := burstAfter(t, base, updated)
		if updated.Base.Burst = burst; burst == impliedBurst(t, updated) {
			updated.Base.Burst = Burst{}
		}
		switch {
		case updated != old:
			changed(old, updated)
		case i >= must:
			return true, i, updated.NextBase(t)
		}
		base = updated.NextBase(t)
	}
	return true, len(links), base
}

// lookAhead is the number of later links that a link's booking may depend on.
func lookAhead(t Traits, k energy.Kind) int {
	if t.LearnsPace(k) {
		return PaceReach
	}
	return 1
}

// dropOverlap removes a link's booking if its time is covered already. A register's step then waits for a person, because a part of
// it may belong to another time. Power between two samples is dropped, because it is the less exact measurement.
func (l *Link) dropOverlap(covered energy.Spans) {
	if _, overlaps := covered.FirstOverlapping(energy.Span{From: l.Booking.From, To: l.At}); !overlaps {
		return
	}
	verdict := l.Booking.Verdict
	switch {
	case l.Kind == energy.Sample:
		verdict = Gap
	case l.Booking.Energy > 0:
		verdict = Quarantined
	}
	l.Booking = Booking{Verdict: verdict, From: l.At}
}

func decode(t Traits, base Base, r Link, following []Link) (Booking, Base) {
	if r.Kind == energy.Sample {
		return decodeSample(t, base, r.At, r.Power)
	}
	next := energy.Energy(-1)
	if len(following) > 0 {
		next = following[0].Energy
	}
	switch r.Ruling {
	case AcceptStep:
		t.Trusted = true
	case RestartCounter:
		return Booking{Verdict: Exchange, From: r.At}, Base{At: r.At, Value: int64(r.Energy), Known: true}
	}
	return decodeRegister(t, base, r.At, r.Energy, next)
}

// Book adds a booking to the entries; a negative sign subtracts it.
func (e Entries) Book(device energy.DeviceID, at energy.Instant, b Booking, sign int64) {
	if b.Energy == 0 && b.From == at {
		return
	}
	spread(b.From, at, b.Energy, func(s Share) {
		change := Quarter{Energy: s.Energy, Measured: s.Ms}
		switch {
		case b.Verdict == Infrequent:
			change.Estimated = s.Energy
		case b.Estimated:
			change = Quarter{Energy: s.Energy, Estimated: s.Energy, Filled: s.Ms}
		}
		if sign < 0 {
			change = change.negated()
		}
		e.Add(Entry{Device: device, Quarter: s.Quarter, Change: change})
	})
}

// BookInterval adds an interval's reading to the entries; a negative sign subtracts it.
func (e Entries) BookInterval(r energy.Reading, sign int64) {
	e.Book(r.Device, r.At, Booking{From: r.At.Add(-r.Span), Energy: r.Energy}, sign)
}
