package ledger

import "github.com/holotwin/holotwin/modules/energy"

// Recounter computes again what the links of a chain book, oldest first. It takes each verdict as it is stored, because a verdict may
// rest on traits that were changed since, or on a person's decision. Given the verdict, the energy follows from the readings alone.
type Recounter struct {
	traits Traits
	base   Base
	// vague is true if the burst of the base is not known exactly.
	vague bool
}

// NewRecounter starts at the base before the first link: that of the last deleted link, or none.
func NewRecounter(t Traits, before Base) *Recounter {
	return &Recounter{traits: t, base: before, vague: true}
}

// Next returns a link with the booking and the base that it must have. A link that counts nothing is returned unchanged.
func (c *Recounter) Next(l Link) Link {
	if l.BreaksChain {
		c.base = Base{}
		return l
	}
	updated := l
	updated.Booking, updated.Base = c.recount(l)
	updated.Base.Burst = c.burst(updated)
	c.vague = l.Source == energy.ByArrival && updated.Booking.Verdict == First
	c.base = updated.NextBase(c.traits)
	return updated
}

// recount returns what follows from the verdict of a link.
func (c *Recounter) recount(l Link) (Booking, Base) {
	here := Base{At: l.At, Value: int64(l.Energy), Known: true, Burst: l.Base.Burst}
	if l.Kind == energy.Sample {
		here.Value = int64(l.Power)
	}
	nothing := Booking{Verdict: l.Booking.Verdict, From: l.At}
	switch l.Booking.Verdict {
	case First, Exchange, Gap:
		return nothing, here
	case Jitter, TransientZero:
		return nothing, c.keptBase(l, l.Base)
	case Quarantined:
		if l.Base.At == c.base.At {
			return nothing, c.keptBase(l, here)
		}
		return nothing, here
	case Counted, Infrequent, Reset, Rollover:
		if c.base.Known {
			return c.step(l), here
		}
	}
	return l.Booking, l.Base // an earlier version's verdict, or the base is not known
}

// keptBase is the base before a link that left it as it was.
func (c *Recounter) keptBase(l Link, unknown Base) Base {
	if !c.base.Known {
		return unknown
	}
	return Base{At: c.base.At, Value: c.base.Value, Known: true, Burst: l.Base.Burst}
}

// step is the booking of a link that counted.
func (c *Recounter) step(l Link) Booking {
	b := l.Booking
	b.Energy = c.stepEnergy(l)
	since, _ := c.base.countedSince(l.At)
	switch {
	case b.Energy == 0 && b.From == l.At: // its time is covered by others
		b.Estimated = false
	case b.From == since, b.From == c.base.At, c.vague && b.From <= c.base.At:
	default:
		b.From = since
	}
	return b
}

func (c *Recounter) stepEnergy(l Link) energy.Energy {
	if l.Kind == energy.Sample {
		b, _ := decodeSample(Traits{Usual: int64(l.At - c.base.At)}, c.base, l.At, l.Power)
		return b.Energy
	}
	before := energy.Energy(c.base.Value)
	switch l.Booking.Verdict {
	case Reset:
		return l.Energy
	case Rollover:
		return c.rolledOver(l, before)
	}
	return max(0, l.Energy-before)
}

// rolledOver is the step of a counter that passed its modulus. The modulus may have been changed since: then it is the one that the
// booking shows, which is a whole number of watt-hours.
func (c *Recounter) rolledOver(l Link, before energy.Energy) energy.Energy {
	const wattHour = energy.KilowattHour / 1000
	shown := l.Booking.Energy + before - l.Energy
	if shown != c.traits.Modulus && shown%wattHour == 0 && shown > before {
		return l.Booking.Energy
	}
	modulus := c.traits.Modulus
	if modulus <= before {
		modulus = (shown + wattHour/2) / wattHour * wattHour
	}
	return modulus - before + l.Energy
}

// burst is the burst to be stored with a link. Only one that does not follow from the link is stored.
func (c *Recounter) burst(l Link) Burst {
	burst, before := l.Base.Burst, c.base.Burst
	switch {
	case burst == (Burst{}) || c.vague || burst.Start != before.Start:
	case l.Base.At != l.At:
		burst.Energy = before.Energy
	default:
		burst.Energy = before.Energy + l.Booking.Energy
	}
	return burst
}
