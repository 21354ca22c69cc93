package conditions

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// State is the state that a device reports.
type State string

// The states.
const (
	On      State = "on"
	Off     State = "off"
	Standby State = "standby"
	Fault   State = "fault"
)

// StateChange is a device in a state from an instant on.
type StateChange struct {
	Device energy.DeviceID
	At     energy.Instant
	State  State
	// Moves is true if the change moves to the next free instant when its own is taken. It is not stored.
	Moves bool
}

// States stores state changes.
type States interface {
	// AppendStates stores changes in one transaction, durably before it returns. A change whose key is taken is a Duplicate or a
	// Conflict; one with Moves goes to the next free instant within a second.
	AppendStates(ctx context.Context, changes []StateChange) ([]StateOutcome, error)
	// StatesBetween returns a device's changes in [from, to), oldest first, from after an instant, up to limit.
	StatesBetween(ctx context.Context, device energy.DeviceID, from, to, after energy.Instant, limit int) ([]StateChange, error)
	// StateBefore returns a device's last change before an instant; found is false if there is none.
	StateBefore(ctx context.Context, device energy.DeviceID, at energy.Instant) (change StateChange, found bool, err error)
}

// StateOutcome is the result of storing a state change, with the change that is now stored.
type StateOutcome struct {
	Result energy.Result
	Stored StateChange
}

// ErrConflictingState reports a state change whose device and instant already have another state.
type ErrConflictingState struct {
	Stored, Sent StateChange
	// Hidden is true if the sender may not see the stored change.
	Hidden bool
}

func (e ErrConflictingState) Error() string {
	return "conflicting state of " + string(e.Sent.Device) + " at " + e.Sent.At.String()
}

// Recorder records device states and ambient readings.
type Recorder struct {
	states    States
	ambient   AmbientReadings
	weather   WeatherRecords
	directory campus.Directory
	clock     energy.Clock
	zone      *time.Location

	stateArrivals   *ledger.Arrivals[energy.DeviceID]
	ambientArrivals *ledger.Arrivals[energy.SpaceID]
}

// NewRecorder makes the recorder of a campus; zone is for local times whose space is not known.
func NewRecorder(states States, ambient AmbientReadings, weather WeatherRecords, directory campus.Directory, clock energy.Clock, zone *time.Location) *Recorder {
	return &Recorder{
		states: states, ambient: ambient, weather: weather, directory: directory, clock: clock, zone: zone,
		stateArrivals: ledger.NewArrivals[energy.DeviceID](), ambientArrivals: ledger.NewArrivals[energy.SpaceID](),
	}
}

// RecordState stores a state change; without an instant, the instant is now. Errors: ErrForbidden, ErrNotFound,
// ErrInvalid, ErrConflictingState.
func (c *Recorder) RecordState(ctx context.Context, caller energy.Caller, id energy.DeviceID, state State, at energy.Field[energy.WallTime]) (StateOutcome, error) {
	if !caller.MayReport() {
		return StateOutcome{}, energy.ErrForbidden{}
	}
	campus, err := campus.FreshUnless(ctx, c.directory, func(campus *campus.Campus) bool { return campus.MayReport(caller, id) })
	if err != nil {
		return StateOutcome{}, err
	}
	if !campus.MayReport(caller, id) {
		return StateOutcome{}, energy.ErrNotFound{Kind: "device", ID: string(id)}
	}
	device, _ := campus.Device(id)
	var k energy.Flaws
	change := StateChange{Device: id, State: state, At: readInstant(&k, at, c.clock.Now(), func(at energy.WallTime) (energy.Instant, error) { return at.In(campus.Zone(device.Space)) })}
	if !at.Given() {
		change.At, change.Moves = c.stateArrivals.Next(id, change.At), true
	}
	checkState(&k, state)
	if len(k) == 0 && caller.MayManage() && !campus.SeesState(caller, device, change.At) {
		k.Add("timestamp", "out_of_reach")
	}
	if len(k) > 0 {
		return StateOutcome{}, energy.ErrInvalid{Flaws: k}
	}
	outcomes, err := c.states.AppendStates(ctx, []StateChange{change})
	if err != nil {
		return StateOutcome{}, err
	}
	if outcomes[0].Result == energy.Conflict {
		return outcomes[0], ErrConflictingState{Stored: outcomes[0].Stored, Sent: change, Hidden: !campus.SeesState(caller, device, change.At)}
	}
	return outcomes[0], nil
}

// RecordStates stores many changes, all or none, of devices that the caller may report. Changes stored before stay as they are.
// Errors: ErrNotFound, ErrInvalid.
func (c *Recorder) RecordStates(ctx context.Context, caller energy.Caller, changes []StateChange) error {
	campus, err := campus.FreshUnless(ctx, c.directory, func(campus *campus.Campus) bool {
		return !slices.ContainsFunc(changes, func(s StateChange) bool { return !campus.MayReport(caller, s.Device) })
	})
	if err != nil {
		return err
	}
	var k energy.Flaws
	for _, change := range changes {
		if !campus.MayReport(caller, change.Device) {
			return energy.ErrNotFound{Kind: "device", ID: string(change.Device)}
		}
		checkState(&k, change.State)
	}
	if len(k) > 0 {
		return energy.ErrInvalid{Flaws: k}
	}
	_, err = c.states.AppendStates(ctx, changes)
	return err
}

func checkState(c *energy.Flaws, s State) {
	switch s {
	case On, Off, Standby, Fault:
	default:
		c.Add("state", "one_of", "values", "on, off, standby, fault")
	}
}

// readInstant reads an optional instant: now if it is absent. An instant before EarliestInstant or too far ahead is an error.
func readInstant(c *energy.Flaws, field energy.Field[energy.WallTime], now energy.Instant, in func(energy.WallTime) (energy.Instant, error)) energy.Instant {
	if !field.Given() {
		return now
	}
	at, err := energy.InstantFrom(field, in)
	switch {
	case err != nil:
		c.Add("timestamp", energy.InstantRule(err))
	case at > now.Add(energy.MaxAhead):
		c.Add("timestamp", "future")
	case at < energy.EarliestInstant:
		c.Add("timestamp", "too_old")
	}
	return at
}

// StatesOf lists a device's state changes in [from, to), oldest first, from after an instant, up to limit. A caller that is limited
// to a space gets only changes while the device was inside it. Errors: ErrForbidden, ErrNotFound.
func (c *Recorder) StatesOf(ctx context.Context, caller energy.Caller, id energy.DeviceID, from, to, after energy.Instant, limit int) ([]StateChange, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	tree, err := c.directory.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	device, err := campus.VisibleDevice(tree, caller, id)
	if err != nil {
		return nil, err
	}
	var all []StateChange
	for _, span := range tree.VisibleStays(caller, device, from, to) {
		changes, err := c.states.StatesBetween(ctx, id, span.From, span.To, after, limit-len(all))
		if err != nil {
			return nil, err
		}
		if all = append(all, changes...); len(all) >= limit {
			break
		}
	}
	return all, nil
}

// StateSpan is a device in a state over a span of time.
type StateSpan struct {
	From, To energy.Instant
	State    State
}

// SpansOf returns a device's states over [from, to), cut to it, oldest first. It does not check rights. The time before the first
// change is not in any span.
func (c *Recorder) SpansOf(ctx context.Context, id energy.DeviceID, from, to energy.Instant) ([]StateSpan, error) {
	const all = 1 << 20
	changes, err := c.states.StatesBetween(ctx, id, from, to, from-1, all)
	if err != nil {
		return nil, err
	}
	var spans []StateSpan
	before, found, err := c.states.StateBefore(ctx, id, from)
	if err != nil {
		return nil, err
	}
	if found {
		spans = append(spans, StateSpan{From: from, To: to, State: before.State})
	}
	for _, change := range changes {
		if n := len(spans); n > 0 {
			spans[n-1].To = change.At
		}
		spans = append(spans, StateSpan{From: change.At, To: to, State: change.State})
	}
	return spans, nil
}

// StoreStates stores changes without checks. A change whose device and instant are stored already is a Duplicate or a Conflict.
func (c *Recorder) StoreStates(ctx context.Context, changes []StateChange) ([]StateOutcome, error) {
	return c.states.AppendStates(ctx, changes)
}
