package ledger

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Verdict is the decoder's result for one reading of a chain.
type Verdict uint8

// The verdicts.
const (
	// First is a reading without a reading before it to subtract from: it books nothing.
	First Verdict = iota + 1
	// Counted is a usual step forward.
	Counted
	// Jitter is a step back within the meter's own resolution.
	Jitter
	// TransientZero is a fall that the next reading reverses: the device started before it restored its counter.
	TransientZero
	// Reset is a counter that restarted at 0.
	Reset
	// Rollover is a counter that passed its modulus.
	Rollover
	// StepBack was stored by earlier versions for a counter that continued from an older saved value; now it is Quarantined.
	StepBack
	// Exchange is another counter than before, as a person decided: a new meter, or one set to a new value.
	Exchange
	// Quarantined is a step that the device cannot have made, a silence too long to fill, or a fall that may be another meter, an
	// older saved value or a counter that restarted: it books nothing until a person settles it.
	Quarantined
	// Gap is a power sample too long after the one before: the power between them is unknown.
	Gap
	// Infrequent is a usual step of a counter that is read less than hourly: all its energy is measured, but the hours of use are
	// estimated.
	Infrequent
)

// Traits are the properties of a device that booking depends on.
type Traits struct {
	// Measures is the quantity of its readings.
	Measures energy.Quantity
	Limit    energy.Power
	// Usual is the device's reporting interval, ms. UsualIsGuess is true if it is not set but assumed.
	Usual        int64
	UsualIsGuess bool
	// Pace is the reporting interval learnt from its own readings, ms; 0 if unknown.
	Pace int64
	// Modulus is the value at which the register rolls over; 0 if unknown.
	Modulus energy.Energy
	// Trusted is true if a person confirmed the step.
	Trusted bool
}

// TraitsOf returns a device's traits.
func TraitsOf(d campus.Device) Traits {
	return Traits{Measures: d.Measures, Limit: LimitOf(d), Usual: spanOf(d), UsualIsGuess: d.IntervalS == 0, Modulus: d.RegisterModulus}
}

// Base is the state of a chain after a reading: the next reading is subtracted from it.
type Base struct {
	At    energy.Instant
	Value int64 // mWh of a register, mW of a sample
	Known bool
	// Burst is the burst that the next reading of a register may belong to; zero if it follows from the link (impliedBurst).
	Burst Burst
}

// Booking is the change of the books by one reading of a chain.
type Booking struct {
	Verdict   Verdict
	From      energy.Instant // the span is [From, instant of the reading)
	Energy    energy.Energy
	Estimated bool
}

// Bounds of decoding.
const (
	// maxFill is the maximum silence over which a register's energy is divided.
	maxFill = 366 * energy.DayMs
	// minHoldLimit is the minimum of the time limit between two power samples that are joined.
	minHoldLimit = energy.QuarterMs
	// nearZero: a counter counts as restarted if it is at most the value before, divided by this.
	nearZero = 10
)

// decodeRegister decodes a register reading from the base before it and, if there is one, the value of the reading after it (next <
// 0: none yet). It depends on nothing else, so that the books do not depend on the order of arrival.
func decodeRegister(t Traits, base Base, at energy.Instant, value energy.Energy, next energy.Energy) (Booking, Base) {
	here := Base{At: at, Value: int64(value), Known: true}
	before := energy.Energy(base.Value)
	switch {
	case !base.Known:
		return Booking{Verdict: First, From: at}, here
	case value >= before:
		return stepForward(t, base, here, value-before, Counted, next)
	case next >= before && plausible(t, base, at, next-before):
		return Booking{Verdict: fallVerdict(value, before), From: at}, base
	}
	return stepBack(t, base, here, next)
}

// fallVerdict is the verdict of a fall that the next reading reverses.
func fallVerdict(value, before energy.Energy) Verdict {
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
		// A single zero may also be a device that has not restored its counter; the next reading decides.
		return nothing(TransientZero), base
	case value*nearZero <= before:
		return stepForward(t, base, here, value, Reset, next)
	}
	// It may be a counter that begins each day at a fifth, an older saved value or another meter. Only a person knows, and energy
	// that is not booked must be visible.
	return nothing(Quarantined), here
}

// stepForward books a step, unless it is more than the device can have used.
func stepForward(t Traits, base, here Base, step energy.Energy, v Verdict, next energy.Energy) (Booking, Base) {
	since, _ := base.countedSince(here.At)
	span := int64(here.At - since)
	if span > maxFill && !t.Trusted {
		return Booking{Verdict: Quarantined, From: here.At}, here
	}
	if plausible(t, base, here.At, step) {
		return t.judgeSpan(Booking{Verdict: v, From: since, Energy: step}, span), here
	}
	if next >= 0 && next < energy.Energy(here.Value) {
		return Booking{Verdict: Quarantined, From: here.At}, base // a single implausible value
	}
	return Booking{Verdict: Quarantined, From: here.At}, here
}

// judgeSpan marks a step whose span is too long to show when the energy was used: longer than two of the device's usual spans.
func (t Traits) judgeSpan(b Booking, span int64) Booking {
	switch {
	case span <= max(2*t.Usual, 2*energy.QuarterMs):
	case span > 2*t.Pace:
		b.Estimated = true
	case span > 2*maxHourlyPace:
		b.Estimated = true
		if b.Verdict == Counted {
			b.Verdict = Infrequent
		}
	}
	return b
}

func plausible(t Traits, base Base, at energy.Instant, step energy.Energy) bool {
	since, counted := base.countedSince(at)
	return t.Trusted || counted+step <= t.Limit.During(int64(at-since))
}

// isJitter reports whether a fall is within two units of the last digit that the values show, or 0.05 %.
func isJitter(value, before energy.Energy) bool {
	fall := before - value
	return value > 0 && (fall <= 2*unitOf(value, before) || fall <= before/2000)
}

// unitOf is the largest power of ten, up to 0.1 kWh, that divides both values.
func unitOf(a, b energy.Energy) energy.Energy {
	unit := energy.Energy(1)
	for unit < energy.KilowattHour/10 && a%(unit*10) == 0 && b%(unit*10) == 0 {
		unit *= 10
	}
	return unit
}

// decodeSample books the mean of two power samples over the time between them, unless they are too far apart.
func decodeSample(t Traits, base Base, at energy.Instant, power energy.Power) (Booking, Base) {
	here := Base{At: at, Value: int64(power), Known: true}
	if !base.Known {
		return Booking{Verdict: First, From: at}, here
	}
	span := int64(at - base.At)
	if span > max(2*t.Usual, minHoldLimit) {
		return Booking{Verdict: Gap, From: at}, here
	}
	mean := energy.DivideHalfEven(base.Value+int64(power), span, 2*energy.HourMs)
	return Booking{Verdict: Counted, From: base.At, Energy: energy.Energy(mean)}, here
}
