package energy

import (
	"context"
	"errors"
	"slices"
)

// Correction is a person's change of a stored reading. What it replaced is kept with it.
type Correction struct {
	Key Key
	// Before is what stood there; nil where it was withdrawn. After is what stands there now; nil where the
	// correction withdrew it.
	Before, After *Reading
	// KeepsSpan is set where After has the span of what stood there: it is as sure as it was.
	KeepsSpan bool
	// Ruling is how a register that was held back is to be decoded; 0 where the correction is none of that.
	Ruling Ruling
	Reason string
	By     string // the subject who made it
	Made   Instant
}

// Changes tells whether the correction changes anything.
func (c Correction) Changes() bool {
	if c.Ruling != 0 {
		return true
	}
	if c.Before == nil || c.After == nil {
		return c.Before != c.After
	}
	return !c.Before.Same(*c.After)
}

// Replaced tells whether a correction replaced what a reading says: its device only sends it again.
func Replaced(sent Reading, made []Correction) bool {
	return slices.ContainsFunc(made, func(c Correction) bool { return c.Before != nil && c.Before.Same(sent) })
}

// JudgeResent is the outcome of a reading under whose key another was stored before. It is a Duplicate where it says the same, or what
// a correction replaced; corrections returns those of a key and is called only where the two differ. A reading that was stamped here
// and found no free key is another one: a Conflict, whatever it says.
func JudgeResent(sent, stored Reading, corrections func(Key) ([]Correction, error)) (Outcome, error) {
	if sent.StampedHere() {
		return Outcome{Result: Conflict, Stored: stored}, nil
	}
	outcome := OutcomeOf(sent, stored)
	if outcome.Result != Conflict {
		return outcome, nil
	}
	made, err := corrections(sent.Key())
	if Replaced(sent, made) {
		outcome.Result = Duplicate
	}
	return outcome, err
}

// Correct puts what the draft says in the place of the reading under its device and instant, or brings a withdrawn
// one back. What the draft leaves out stays: an interval keeps its length. The totals follow in the same transaction. A
// correction that changes nothing is not kept.
// Errors: ErrForbidden, ErrNotFound, ErrInvalid, ErrOverlapping.
func (l *Ledger) Correct(ctx context.Context, caller Caller, draft Draft, reason string) (Correction, error) {
	key, err := l.correctable(ctx, caller, draft.Device, draft.At)
	if err != nil {
		return Correction{}, err
	}
	reader, err := l.reader(ctx, caller)
	if err != nil {
		return Correction{}, err
	}
	stated := draft.Span.Given()
	if draft, err = l.keepInterval(ctx, key, draft); err != nil {
		return Correction{}, err
	}
	reading, flaws := reader.read(draft)
	if len(flaws) > 0 {
		return Correction{}, ErrInvalid{flaws}
	}
	keeps := !stated && draft.Span.Given()
	return l.correct(ctx, Correction{Key: key, After: &reading, KeepsSpan: keeps, Reason: reason, By: caller.Subject, Made: reader.now})
}

// keepInterval gives a draft of an interval's energy the length of the interval that it corrects, unless it states one.
func (l *Ledger) keepInterval(ctx context.Context, key Key, draft Draft) (Draft, error) {
	if draft.Span.Given() || !draft.KWh.Given() && !draft.KVArh.Given() {
		return draft, nil
	}
	was, err := l.lastOf(ctx, key)
	if errors.As(err, new(ErrNotFound)) {
		return draft, nil // what else is wrong with it is said first
	}
	if err == nil && was.Kind == Interval && was.Span > 0 {
		draft.Span = Known(was.Span)
	}
	return draft, err
}

// lastOf is the reading under a key, or what last stood there where it was withdrawn. Errors: ErrNotFound.
func (l *Ledger) lastOf(ctx context.Context, key Key) (Reading, error) {
	made, err := l.readings.Corrections(ctx, key)
	if err != nil {
		return Reading{}, err
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
func (l *Ledger) Withdraw(ctx context.Context, caller Caller, device, at, reason string) (Correction, error) {
	key, err := l.correctable(ctx, caller, Known(DeviceID(device)), Read(at, ParseWallTime))
	if err != nil {
		return Correction{}, err
	}
	return l.correct(ctx, Correction{Key: key, Reason: reason, By: caller.Subject, Made: l.clock.Now()})
}

// correctable is the key of a device's reading, of a device that the caller manages.
func (l *Ledger) correctable(ctx context.Context, caller Caller, device Field[DeviceID], at Field[WallTime]) (Key, error) {
	if !caller.MayManage() {
		return Key{}, ErrForbidden{}
	}
	id, _ := device.Value()
	return l.seenKey(ctx, caller, id, at)
}

// seenKey is the key of a reading of a device that the caller sees, and saw when it measured.
func (l *Ledger) seenKey(ctx context.Context, caller Caller, id DeviceID, at Field[WallTime]) (Key, error) {
	campus, err := l.directory.Fresh(ctx)
	if err != nil {
		return Key{}, err
	}
	device, err := seenDevice(campus, caller, id)
	if err != nil {
		return Key{}, err
	}
	instant, err := InstantFrom(at, func(at WallTime) (Instant, error) { return at.In(campus.Zone(device.Space)) })
	if err != nil {
		return Key{}, ErrInvalid{[]Flaw{{Field: "timestamp", Rule: InstantRule(err)}}}
	}
	if !campus.SeesReading(caller, device, instant) {
		return Key{}, ErrNotFound{Kind: "reading", ID: string(id) + "/" + instant.String()}
	}
	return Key{Device: device.ID, At: instant}, nil
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
func (l *Ledger) History(ctx context.Context, caller Caller, device, at string) (*Reading, []Correction, error) {
	if !caller.MayRead() {
		return nil, nil, ErrForbidden{}
	}
	key, err := l.seenKey(ctx, caller, DeviceID(device), Read(at, ParseWallTime))
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
