package ledger

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Ruling is what a person says of a reading that the decoder could not decide.
type Ruling uint8

// The rulings.
const (
	// CountStep says that the step was made: the energy since the reading before it is booked.
	CountStep Ruling = iota + 1
	// BeginAgain says that the counter began again here, as with another meter: nothing is booked, and the next reading
	// is subtracted from this one.
	BeginAgain
)

// Held is a reading that books nothing until a person settles it.
type Held struct {
	Reading energy.Reading
	// Before is the reading that it is subtracted from.
	Before Base
	Why    Doubt
	// Most is what the device can have used that is not counted yet.
	Most energy.Energy
}

// Step is what would be booked: what the counter advanced, or after a fall what it shows since it began again.
func (h Held) Step() energy.Energy {
	if h.fell() {
		return h.Reading.Energy
	}
	return h.Reading.Energy - energy.Energy(h.Before.Value)
}

func (h Held) fell() bool { return h.Reading.Energy < energy.Energy(h.Before.Value) }

// Doubt is why a reading is held back.
type Doubt string

// The doubts.
const (
	// Impossible: more than the device can have used since the reading before.
	Impossible Doubt = "impossible_step"
	// LongSilence: the device said nothing for so long that nobody can say when the energy was used.
	LongSilence Doubt = "long_silence"
	// Fallen: the counter shows less than before; it may have begun again, gone on from an older value, or be another.
	Fallen Doubt = "fallen"
	// TimeTold: a part of the time since the reading before is told already, by an interval.
	TimeTold Doubt = energy.RuleOverlapping
)

// doubt tells why a reading with a base before it was held back.
func (h *Held) doubt(t Traits) {
	since, counted := h.Before.reach(h.Reading.At)
	h.Why, h.Most = Impossible, max(0, t.Limit.During(int64(h.Reading.At-since))-counted)
	switch {
	case h.fell():
		h.Why = Fallen
	case int64(h.Reading.At-since) > longestFill:
		h.Why = LongSilence
	case h.Step() <= h.Most:
		h.Why = TimeTold
	}
}

// Quarantined gives the readings that are held back, by device and instant. Only the device, space, after and limit of
// the query count. Errors: ErrForbidden, ErrNotFound.
func (l *Ledger) Quarantined(ctx context.Context, caller energy.Caller, q ReadingsQuery) ([]Held, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	tree, err := l.directory.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	devices, err := devicesForQuery(tree, caller, q)
	if err != nil {
		return nil, err
	}
	held, err := campus.VisiblePage(tree, caller, q.After, q.Limit, func(h Held) energy.Key { return h.Reading.Key() }, func(after energy.Key, limit int) ([]Held, error) {
		return l.readings.Quarantined(ctx, devices, after, limit)
	})
	traits := TraitsIn(tree)
	for i := range held {
		held[i].doubt(traits(held[i].Reading.Device))
	}
	return held, err
}

// Settle rules on a reading that is held back; what it says is kept as a correction. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid, ErrOverlapping where the step is of a time that an interval tells.
func (l *Ledger) Settle(ctx context.Context, caller energy.Caller, device, at string, ruling Ruling, reason string) (Correction, error) {
	key, err := l.correctable(ctx, caller, energy.Known(energy.DeviceID(device)), energy.Read(at, energy.ParseWallTime))
	if err != nil {
		return Correction{}, err
	}
	held, err := l.Quarantined(ctx, caller, ReadingsQuery{Device: key.Device, After: energy.Key{Device: key.Device, At: key.At - 1}, Limit: 1})
	if err != nil {
		return Correction{}, err
	}
	if len(held) == 0 || held[0].Reading.At != key.At {
		return Correction{}, energy.ErrNotFound{Kind: "quarantined reading", ID: device + "/" + at}
	}
	return l.correct(ctx, Correction{Key: key, Ruling: ruling, Reason: reason, By: caller.Subject, Made: l.clock.Now()})
}
