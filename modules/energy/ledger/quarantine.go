package ledger

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Ruling is a person's decision about a reading that the decoder could not decide.
type Ruling uint8

// The rulings.
const (
	// AcceptStep accepts the step: the energy since the reading before it is booked.
	AcceptStep Ruling = iota + 1
	// RestartCounter declares that the counter restarted here, as with another meter: nothing is booked, and the next reading is
	// subtracted from this one.
	RestartCounter
)

// QuarantinedReading is a reading that books nothing until a person settles it.
type QuarantinedReading struct {
	Reading energy.Reading
	// Before is the reading that it is subtracted from.
	Before Base
	Reason Doubt
	// MaxEnergy is the maximum energy that the device can have used and that is not counted yet.
	MaxEnergy energy.Energy
}

// Step is the energy that would be booked: the advance of the counter, or after a fall its whole value.
func (h QuarantinedReading) Step() energy.Energy {
	if h.fell() {
		return h.Reading.Energy
	}
	return h.Reading.Energy - energy.Energy(h.Before.Value)
}

func (h QuarantinedReading) fell() bool { return h.Reading.Energy < energy.Energy(h.Before.Value) }

// Doubt is the reason why a reading is quarantined.
type Doubt string

// The doubts.
const (
	// Impossible: more energy than the device can have used since the reading before.
	Impossible Doubt = "impossible_step"
	// LongSilence: the device did not report for so long that the time of use is unknown.
	LongSilence Doubt = "long_silence"
	// Fallen: the counter is lower than before. It may have restarted, continued from an older value, or be another counter.
	Fallen Doubt = "fallen"
	// TimeCovered: an interval already covers a part of the time since the reading before.
	TimeCovered Doubt = energy.RuleOverlapping
)

// setDoubt sets why a reading with a base before it was quarantined.
func (h *QuarantinedReading) setDoubt(t Traits) {
	since, counted := h.Before.countedSince(h.Reading.At)
	h.Reason, h.MaxEnergy = Impossible, max(0, t.Limit.During(int64(h.Reading.At-since))-counted)
	switch {
	case h.fell():
		h.Reason = Fallen
	case int64(h.Reading.At-since) > maxFill:
		h.Reason = LongSilence
	case h.Step() <= h.MaxEnergy:
		h.Reason = TimeCovered
	}
}

// Quarantined returns the quarantined readings, by device and instant. It uses only the device, space, after and limit of the
// query. Errors: ErrForbidden, ErrNotFound.
func (l *Ledger) Quarantined(ctx context.Context, caller energy.Caller, q ReadingsQuery) ([]QuarantinedReading, error) {
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
	held, err := campus.VisiblePage(tree, caller, q.After, q.Limit, func(h QuarantinedReading) energy.Key { return h.Reading.Key() }, func(after energy.Key, limit int) ([]QuarantinedReading, error) {
		return l.readings.Quarantined(ctx, devices, after, limit)
	})
	traits := TraitsIn(tree)
	for i := range held {
		held[i].setDoubt(traits(held[i].Reading.Device))
	}
	return held, err
}

// Settle decides about a quarantined reading and stores the decision as a correction. Errors: ErrForbidden, ErrNotFound,
// ErrInvalid, ErrOverlapping if an interval covers the time of the step.
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
