package ledger

import (
	"context"
	"errors"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Correction is a person's change of a stored reading. It keeps what it replaced.
type Correction struct {
	Key energy.Key
	// Before is the reading before the correction; nil if it was withdrawn. After is the reading after it; nil if the correction
	// withdrew it.
	Before, After *energy.Reading
	// KeepsSpan is true if After has the span of Before: then the span is as certain as it was.
	KeepsSpan bool
	// Ruling decides how a quarantined register is decoded; 0 if the correction does not decide that.
	Ruling Ruling
	Reason string
	By     string // the person's subject
	Made   energy.Instant
}

// Changes reports whether the correction changes anything.
func (c Correction) Changes() bool {
	if c.Ruling != 0 {
		return true
	}
	if c.Before == nil || c.After == nil {
		return c.Before != c.After
	}
	return !c.Before.SameValue(*c.After)
}

// Replaced reports whether a correction replaced the value that was sent: its device only sends it again.
func Replaced(sent energy.Reading, made []Correction) bool {
	return slices.ContainsFunc(made, func(c Correction) bool { return c.Before != nil && c.Before.SameValue(sent) })
}

// JudgeResent returns the outcome of a reading whose key is stored already. It is a Duplicate if the value is equal, or if a
// correction replaced that value. corrections returns the corrections of a key; it is called only if the values differ. A reading
// with a server time that found no free key is another reading: always a Conflict.
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

// Correct replaces the reading under the draft's device and instant, or restores a withdrawn one. Fields that the draft omits stay:
// an interval keeps its length. The totals change in the same transaction. A correction that changes nothing is not stored. Errors:
// ErrForbidden, ErrNotFound, ErrInvalid, ErrOverlapping.
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

// keepInterval sets the length of a draft of an interval's energy to that of the corrected interval, unless the draft states one.
func (l *Ledger) keepInterval(ctx context.Context, key energy.Key, draft Draft) (Draft, error) {
	if draft.Span.Given() || !draft.KWh.Given() && !draft.KVArh.Given() {
		return draft, nil
	}
	was, err := l.lastOf(ctx, key)
	if errors.As(err, new(energy.ErrNotFound)) {
		return draft, nil // other flaws of the draft are reported first
	}
	if err == nil && was.Kind == energy.Interval && was.Span > 0 {
		draft.Span = energy.Known(was.Span)
	}
	return draft, err
}

// lastOf returns the reading under a key, or the last one before it was withdrawn. Errors: ErrNotFound.
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

// Withdraw removes a reading from the totals. If the device sends it again, it stays withdrawn. Errors: ErrForbidden, ErrNotFound,
// ErrInvalid.
func (l *Ledger) Withdraw(ctx context.Context, caller energy.Caller, device, at, reason string) (Correction, error) {
	key, err := l.correctable(ctx, caller, energy.Known(energy.DeviceID(device)), energy.Read(at, energy.ParseWallTime))
	if err != nil {
		return Correction{}, err
	}
	return l.correct(ctx, Correction{Key: key, Reason: reason, By: caller.Subject, Made: l.clock.Now()})
}

// Withdrawal returns what Withdraw would do, and changes nothing. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (l *Ledger) Withdrawal(ctx context.Context, caller energy.Caller, device, at string) (energy.Removal, error) {
	key, err := l.correctable(ctx, caller, energy.Known(energy.DeviceID(device)), energy.Read(at, energy.ParseWallTime))
	if err != nil {
		return energy.Removal{}, err
	}
	current, _, err := l.current(ctx, key)
	if err != nil || current == nil { // it is withdrawn already
		return energy.Removal{}, err
	}
	return energy.Removal{Deletes: map[string]int{"reading": 1}}, nil
}

// correctable returns the key of a reading, if the caller manages its device.
func (l *Ledger) correctable(ctx context.Context, caller energy.Caller, device energy.Field[energy.DeviceID], at energy.Field[energy.WallTime]) (energy.Key, error) {
	if !caller.MayManage() {
		return energy.Key{}, energy.ErrForbidden{}
	}
	id, _ := device.Value()
	return l.visibleKey(ctx, caller, id, at)
}

// visibleKey returns the key of a reading, if the caller may see its device, and might when it measured.
func (l *Ledger) visibleKey(ctx context.Context, caller energy.Caller, id energy.DeviceID, at energy.Field[energy.WallTime]) (energy.Key, error) {
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

// History returns a reading and its corrections, oldest first; the reading is nil if it is withdrawn. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid.
func (l *Ledger) History(ctx context.Context, caller energy.Caller, device, at string) (*energy.Reading, []Correction, error) {
	if !caller.MayRead() {
		return nil, nil, energy.ErrForbidden{}
	}
	key, err := l.visibleKey(ctx, caller, energy.DeviceID(device), energy.Read(at, energy.ParseWallTime))
	if err != nil {
		return nil, nil, err
	}
	return l.current(ctx, key)
}

// current returns the reading under a key and its corrections, oldest first; the reading is nil if it is withdrawn. Errors:
// ErrNotFound.
func (l *Ledger) current(ctx context.Context, key energy.Key) (*energy.Reading, []Correction, error) {
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
