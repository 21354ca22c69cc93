package ledger

import (
	"context"
	"errors"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Correction is a person's change of a stored reading. What it replaced is kept with it.
type Correction struct {
	Key energy.Key
	// Before is what stood there; nil where it was withdrawn. After is what stands there now; nil where the
	// correction withdrew it.
	Before, After *energy.Reading
	// KeepsSpan is set where After has the span of what stood there: it is as sure as it was.
	KeepsSpan bool
	// Ruling is how a register that was held back is to be decoded; 0 where the correction is none of that.
	Ruling Ruling
	Reason string
	By     string // the subject who made it
	Made   energy.Instant
}

// Changes tells whether the correction changes anything.
func (c Correction) Changes() bool {
	if c.Ruling != 0 {
		return true
	}
	if c.Before == nil || c.After == nil {
		return c.Before != c.After
	}
	return !c.Before.SameValue(*c.After)
}

// Replaced tells whether a correction replaced what a reading says: its device only sends it again.
func Replaced(sent energy.Reading, made []Correction) bool {
	return slices.ContainsFunc(made, func(c Correction) bool { return c.Before != nil && c.Before.SameValue(sent) })
}

// JudgeResent is the outcome of a reading under whose key another was stored before. It is a Duplicate where it says the same, or what
// a correction replaced; corrections returns those of a key and is called only where the two differ. A reading that was stamped here
// and found no free key is another one: a Conflict, whatever it says.
func JudgeResent(sent, stored energy.Reading, corrections func(energy.Key) ([]Correction, error)) (energy.Outcome, error) {
	if sent.HasServerTime() {
		return energy.Outcome{Result: energy.Conflict, Stored: stored}, nil
	}
	outcome := energy.OutcomeOf(sent, stored)
	if outcome.Result != energy.Conflict {
		return outcome, nil
	}
	made, err := corrections(sent.Key())
	if Replaced(sent, made) {
		outcome.Result = energy.Duplicate
	}
	return outcome, err
}

// Correct puts what the draft says in the place of the reading under its device and instant, or brings a withdrawn
// one back. What the draft leaves out stays: an interval keeps its length. The totals follow in the same transaction. A
// correction that changes nothing is not kept.
// Errors: ErrForbidden, ErrNotFound, ErrInvalid, ErrOverlapping.
func (l *Ledger) Correct(ctx context.Context, caller energy.Caller, draft Draft, reason string) (Correction, error) {
	key, err := l.correctable(ctx, caller, draft.Device, draft.At)
	if err != nil {
		return Correction{}, err
	}
	reader, err := l.Reader(ctx, caller)
	if err != nil {
		return Correction{}, err
	}
	stated := draft.Span.Given()
	if draft, err = l.keepInterval(ctx, key, draft); err != nil {
		return Correction{}, err
	}
	reading, flaws := reader.Read(draft)
	if len(flaws) > 0 {
		return Correction{}, energy.ErrInvalid{Flaws: flaws}
	}
	keeps := !stated && draft.Span.Given()
	return l.correct(ctx, Correction{Key: key, After: &reading, KeepsSpan: keeps, Reason: reason, By: caller.Subject, Made: reader.Now})
}

// keepInterval gives a draft of an interval's energy the length of the interval that it corrects, unless it states one.
func (l *Ledger) keepInterval(ctx context.Context, key energy.Key, draft Draft) (Draft, error) {
	if draft.Span.Given() || !draft.KWh.Given() && !draft.KVArh.Given() {
		return draft, nil
	}
	was, err := l.lastOf(ctx, key)
	if errors.As(err, new(energy.ErrNotFound)) {
		return draft, nil // what else is wrong with it is said first
	}
	if err == nil && was.Kind == energy.Interval && was.Span > 0 {
		draft.Span = energy.Known(was.Span)
	}
	return draft, err
}

// lastOf is the reading under a key, or what last stood there where it was withdrawn. Errors: ErrNotFound.
func (l *Ledger) lastOf(ctx context.Context, key energy.Key) (energy.Reading, error) {
	made, err := l.readings.Corrections(ctx, key)
	if err != nil {
		return energy.Reading{}, err
	}
	for _, c := range slices.Backward(made) {
		if c.After != nil {
			return *c.After, nil
		}
		if c.Before != nil {
			return *c.Before, nil
		}
	}
	return l.readings.Reading(ctx, key)
}

// Withdraw takes a reading out of the totals. A device that sends it again does not bring it back.
// Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (l *Ledger) Withdraw(ctx context.Context, caller energy.Caller, device, at, reason string) (Correction, error) {
	key, err := l.correctable(ctx, caller, energy.Known(energy.DeviceID(device)), energy.Read(at, energy.ParseWallTime))
	if err != nil {
		return Correction{}, err
	}
	return l.correct(ctx, Correction{Key: key, Reason: reason, By: caller.Subject, Made: l.clock.Now()})
}

// correctable is the key of a device's reading, of a device that the caller manages.
func (l *Ledger) correctable(ctx context.Context, caller energy.Caller, device energy.Field[energy.DeviceID], at energy.Field[energy.WallTime]) (energy.Key, error) {
	if !caller.MayManage() {
		return energy.Key{}, energy.ErrForbidden{}
	}
	id, _ := device.Value()
	return l.seenKey(ctx, caller, id, at)
}

// seenKey is the key of a reading of a device that the caller sees, and saw when it measured.
func (l *Ledger) seenKey(ctx context.Context, caller energy.Caller, id energy.DeviceID, at energy.Field[energy.WallTime]) (energy.Key, error) {
	tree, err := l.directory.Fresh(ctx)
	if err != nil {
		return energy.Key{}, err
	}
	device, err := campus.VisibleDevice(tree, caller, id)
	if err != nil {
		return energy.Key{}, err
	}
	instant, err := energy.InstantFrom(at, func(at energy.WallTime) (energy.Instant, error) { return at.In(tree.Zone(device.Space)) })
	if err != nil {
		return energy.Key{}, energy.ErrInvalid{Flaws: []energy.Flaw{{Field: "timestamp", Rule: energy.InstantRule(err)}}}
	}
	if !tree.SeesReading(caller, device, instant) {
		return energy.Key{}, energy.ErrNotFound{Kind: "reading", ID: string(id) + "/" + instant.String()}
	}
	return energy.Key{Device: device.ID, At: instant}, nil
}

func (l *Ledger) correct(ctx context.Context, c Correction) (Correction, error) {
	campus, err := l.directory.Campus(ctx)
	if err != nil {
		return Correction{}, err
	}
	return l.readings.Correct(ctx, c, TraitsIn(campus))
}

// History gives a reading and what people changed of it, oldest first; the reading is nil where it is withdrawn.
// Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (l *Ledger) History(ctx context.Context, caller energy.Caller, device, at string) (*energy.Reading, []Correction, error) {
	if !caller.MayRead() {
		return nil, nil, energy.ErrForbidden{}
	}
	key, err := l.seenKey(ctx, caller, energy.DeviceID(device), energy.Read(at, energy.ParseWallTime))
	if err != nil {
		return nil, nil, err
	}
	made, err := l.readings.Corrections(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	if len(made) > 0 {
		return made[len(made)-1].After, made, nil
	}
	reading, err := l.readings.Reading(ctx, key)
	return &reading, nil, err
}
