package ledger

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// Link is a reading of a chain, a register's or a sampler's, with what it booked and where it left the chain.
type Link struct {
	energy.Reading
	Booking Booking
	Base    Base
	// Ruling is what a person said of it; 0 where nobody did.
	Ruling Ruling
	// Breaks is set of what was withdrawn or Refused: the powers before and after it are not joined.
	Breaks bool
	// Booked tells whether the books hold it yet.
	Booked bool
}

// Rechain decodes links again, oldest first, from the base before the first of them, and calls changed for each
// whose booking or base is another now, with the link as it was and as it is. Earlier are the instants of the links before them,
// PaceReach of them where there are as many. The first must links are decoded whatever they give; after them it stops at the
// first that did not change, for nothing beyond it can. It tells whether it came so far: if not, more links have to follow, from
// the first that is not done, decoded from the base that it gives: since a link looks at those after it, the last of links are left
// to them. With more false, nothing comes after. told are the times of which readings of another kind tell: nothing is counted
// over them.
func Rechain(
	t Traits, base Base, earlier []energy.Instant, links []Link, must int, more bool, told energy.Spans, changed func(was, is Link),
) (settled bool, done int, after Base) {
	instants := instantsOf(earlier, links)
	for i, was := range links {
		if more && i >= len(links)-lookAhead(t, was.Kind) {
			return false, i, base
		}
		if was.Breaks {
			if i >= must {
				return true, i, base
			}
			base = Base{}
			continue
		}
		is := was
		if t.Paced(was.Kind) {
			t.Pace = PaceAt(instants, len(earlier)+i)
		}
		is.Booking, is.Base = decode(t, base, was, links[i+1:])
		is.leaveOut(told)
		is.Booked = true
		burst := burstAfter(t, base, is)
		if is.Base.Burst = burst; burst == usualBurst(t, is) {
			is.Base.Burst = Burst{}
		}
		switch {
		case is != was:
			changed(was, is)
		case i >= must:
			return true, i, is.Standing(t)
		}
		base = is.Standing(t)
	}
	return true, len(links), base
}

// lookAhead is how many links after one its booking may rest on.
func lookAhead(t Traits, k energy.Kind) int {
	if t.Paced(k) {
		return PaceReach
	}
	return 1
}

// leaveOut lets a link count nothing whose time is told already. The step of a register waits for a person then: a part of it may be
// of another time. The power between two samples is the less exact way of telling.
func (l *Link) leaveOut(told energy.Spans) {
	if _, is := told.FirstOverlapping(energy.Span{From: l.Booking.From, To: l.At}); !is {
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
	case CountStep:
		t.Trusted = true
	case BeginAgain:
		return Booking{Verdict: Exchange, From: r.At}, Base{At: r.At, Value: int64(r.Energy), Known: true}
	}
	return decodeRegister(t, base, r.At, r.Energy, next)
}

// Book notes what a booking adds to the books; a negative sign takes it back.
func (e Entries) Book(device energy.DeviceID, at energy.Instant, b Booking, sign int64) {
	if b.Energy == 0 && b.From == at {
		return
	}
	spread(b.From, at, b.Energy, func(s Share) {
		change := Quarter{Energy: s.Energy, Measured: s.Ms}
		switch {
		case b.Verdict == Seldom:
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

// BookInterval notes what an interval's reading adds to the books; a negative sign takes it back.
func (e Entries) BookInterval(r energy.Reading, sign int64) {
	e.Book(r.Device, r.At, Booking{From: r.At.Add(-r.Span), Energy: r.Energy}, sign)
}
