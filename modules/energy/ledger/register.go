package ledger

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Verdict is what the decoder made of one reading of a chain.
type Verdict uint8

// The verdicts.
const (
	// First is a reading with nothing before it to subtract from: it books nothing.
	First Verdict = iota + 1
	// Counted is a usual step forward.
	Counted
	// Jitter is a step back smaller than the meter's own resolution warrants.
	Jitter
	// TransientZero is a fall that the next reading takes back: the device woke up before its memory did.
	TransientZero
	// Reset is a counter that began again at 0.
	Reset
	// Rollover is a counter that passed its modulus.
	Rollover
	// StepBack is what earlier versions noted of a counter that went on from an older saved value; now it is Quarantined.
	StepBack
	// Exchange is another counter than before, as a person said: a new meter, or one set to a new value.
	Exchange
	// Quarantined is a step that the device cannot have made, a silence too long to fill, or a fall that may be another
	// meter, an older saved value or a counter that begins again: it books nothing until a person settles it.
	Quarantined
	// Gap is a power sample too long after the one before to say what happened between.
	Gap
	// Seldom is a usual step of a counter that is read less than hourly: all of it is measured, and in which hours it was is
	// estimated.
	Seldom
)

// Traits are what the books know of a device.
type Traits struct {
	// Measures is what its readings are of.
	Measures energy.Quantity
	Limit    energy.Power
	// Usual is how often the device reports, ms; Untold is set where nobody said it, and it is a guess.
	Usual  int64
	Untold bool
	// Pace is how often it does by its own readings; 0 where that is not known.
	Pace int64
	// Modulus is where the register rolls over; 0 where it is not known.
	Modulus energy.Energy
	// Trusted is set where a person said that the step was made.
	Trusted bool
}

// TraitsOf are a device's traits.
func TraitsOf(d campus.Device) Traits {
	return Traits{Measures: d.Measures, Limit: LimitOf(d), Usual: spanOf(d), Untold: d.IntervalS == 0, Modulus: d.RegisterModulus}
}

// Base is where a chain stands after a reading: what the next one is subtracted from.
type Base struct {
	At    energy.Instant
	Value int64 // mWh of a register, mW of a sample
	Known bool
	// Burst is what the next reading of a register may be of; zero where the link tells it (usualBurst).
	Burst Burst
}

// Booking is what one reading of a chain adds to the books.
type Booking struct {
	Verdict   Verdict
	From      energy.Instant // the span is From up to the reading's instant
	Energy    energy.Energy
	Estimated bool
}

// Bounds of decoding.
const (
	// longestFill is the longest silence over which a register's energy is spread.
	longestFill = 366 * energy.DayMs
	// longestHold is the longest that a power sample is believed to last, at least.
	longestHold = energy.QuarterMs
	// nearZero is how small, as a part of the value before, a counter that began again is taken to be.
	nearZero = 10
)

// decodeRegister says what a register reading books, from the base before it and, where there is one, the value
// of the reading after it (next < 0: none yet). It depends on nothing else, so that the books are the same in
// whatever order the readings came.
func decodeRegister(t Traits, base Base, at energy.Instant, value energy.Energy, next energy.Energy) (Booking, Base) {
	here := Base{At: at, Value: int64(value), Known: true}
	before := energy.Energy(base.Value)
	switch {
	case !base.Known:
		return Booking{Verdict: First, From: at}, here
	case value >= before:
		return stepForward(t, base, here, value-before, Counted, next)
	case next >= before && plausible(t, base, at, next-before):
		return Booking{Verdict: fallen(value, before), From: at}, base
	}
	return stepBack(t, base, here, next)
}

// fallen names a fall that the next reading takes back.
func fallen(value, before energy.Energy) Verdict {
	if isJitter(value, before) {
		return Jitter
	}
	return TransientZero
}

func stepBack(t Traits, base, here Base, next energy.Energy) (Booking, Base) {
	value, before := energy.Energy(here.Value), energy.Energy(base.Value)
	nothing := func(v Verdict) Booking { return Booking{Verdict: v, From: here.At} }
	if t.Trusted {
		return stepForward(t, base, here, value, Reset, next)
	}
	if t.Modulus > 0 && before < t.Modulus {
		if over := t.Modulus - before + value; over <= t.Modulus/nearZero && plausible(t, base, here.At, over) {
			return stepForward(t, base, here, over, Rollover, next)
		}
	}
	switch {
	case isJitter(value, before):
		return nothing(Jitter), base
	case value == 0 && next < 0:
		// A lone zero is as likely a device that has not woken up; the next reading tells.
		return nothing(TransientZero), base
	case value*nearZero <= before:
		return stepForward(t, base, here, value, Reset, next)
	}
	// A counter that begins each day at a fifth, an older saved value or another meter: only a person knows, and energy that
	// books nothing must be seen.
	return nothing(Quarantined), here
}

// stepForward books a step, unless the device cannot have made it.
func stepForward(t Traits, base, here Base, step energy.Energy, v Verdict, next energy.Energy) (Booking, Base) {
	since, _ := base.reach(here.At)
	span := int64(here.At - since)
	if span > longestFill && !t.Trusted {
		return Booking{Verdict: Quarantined, From: here.At}, here
	}
	if plausible(t, base, here.At, step) {
		return t.judgeSpan(Booking{Verdict: v, From: since, Energy: step}, span), here
	}
	if next >= 0 && next < energy.Energy(here.Value) {
		return Booking{Verdict: Quarantined, From: here.At}, base // a single wild value
	}
	return Booking{Verdict: Quarantined, From: here.At}, here
}

// judgeSpan says whether a step is of a span that tells when the energy was used: no longer than two of the device's usual ones.
func (t Traits) judgeSpan(b Booking, span int64) Booking {
	switch {
	case span <= max(2*t.Usual, 2*energy.QuarterMs):
	case span > 2*t.Pace:
		b.Estimated = true
	case span > 2*finePace:
		b.Estimated = true
		if b.Verdict == Counted {
			b.Verdict = Seldom
		}
	}
	return b
}

func plausible(t Traits, base Base, at energy.Instant, step energy.Energy) bool {
	since, counted := base.reach(at)
	return t.Trusted || counted+step <= t.Limit.During(int64(at-since))
}

// isJitter tells whether a fall is within two of the last digit's units that the values show, or 0.05 %.
func isJitter(value, before energy.Energy) bool {
	fall := before - value
	return value > 0 && (fall <= 2*unitOf(value, before) || fall <= before/2000)
}

// unitOf is the largest power of ten, up to 0.1 kWh, of which both values are whole multiples.
func unitOf(a, b energy.Energy) energy.Energy {
	unit := energy.Energy(1)
	for unit < energy.KilowattHour/10 && a%(unit*10) == 0 && b%(unit*10) == 0 {
		unit *= 10
	}
	return unit
}

// decodeSample books the mean of two power samples over the time between them, unless they are too far apart to
// say what happened between.
func decodeSample(t Traits, base Base, at energy.Instant, power energy.Power) (Booking, Base) {
	here := Base{At: at, Value: int64(power), Known: true}
	if !base.Known {
		return Booking{Verdict: First, From: at}, here
	}
	span := int64(at - base.At)
	if span > max(2*t.Usual, longestHold) {
		return Booking{Verdict: Gap, From: at}, here
	}
	mean := energy.DivideHalfEven(base.Value+int64(power), span, 2*energy.HourMs)
	return Booking{Verdict: Counted, From: base.At, Energy: energy.Energy(mean)}, here
}
