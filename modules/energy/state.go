package energy

import (
	"context"
	"slices"
	"time"
)

// State is what a device says of itself.
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
	Device DeviceID
	At     Instant
	State  State
	// Moves is set where the change moves to the next free instant if another has its own. It is not kept.
	Moves bool
}

// States keeps state changes.
type States interface {
	// AppendStates stores changes in one transaction, on the disk when it returns; what is under a key already is
	// Duplicate or Conflict, but what Moves goes to the next free instant within a second.
	AppendStates(ctx context.Context, changes []StateChange) ([]StateOutcome, error)
	// StatesBetween gives a device's changes in [from, to), oldest first, from after an instant, up to limit.
	StatesBetween(ctx context.Context, device DeviceID, from, to, after Instant, limit int) ([]StateChange, error)
	// StateBefore is a device's last change before an instant; found is false where there is none.
	StateBefore(ctx context.Context, device DeviceID, at Instant) (change StateChange, found bool, err error)
}

// StateOutcome is what became of a state change.
type StateOutcome struct {
	Result Result
	Stored StateChange
}

// ErrConflictingState is a state change whose device and instant already hold another state.
type ErrConflictingState struct {
	Stored, Sent StateChange
	// Unseen tells that who sent it may not see what is stored.
	Unseen bool
}

func (e ErrConflictingState) Error() string {
	return "conflicting state of " + string(e.Sent.Device) + " at " + e.Sent.At.String()
}

// Conditions takes what surrounds consumption: device states and ambient readings.
type Conditions struct {
	states    States
	ambient   AmbientReadings
	weather   WeatherRecords
	directory Directory
	clock     Clock
	zone      *time.Location

	stateArrivals   *arrivals[DeviceID]
	ambientArrivals *arrivals[SpaceID]
}

// NewConditions makes the conditions of a campus; zone is that of instants without one.
func NewConditions(states States, ambient AmbientReadings, weather WeatherRecords, directory Directory, clock Clock, zone *time.Location) *Conditions {
	return &Conditions{
		states: states, ambient: ambient, weather: weather, directory: directory, clock: clock, zone: zone,
		stateArrivals: newArrivals[DeviceID](), ambientArrivals: newArrivals[SpaceID](),
	}
}

// RecordState stores a state change; without an instant it is of now. Errors: ErrForbidden, ErrNotFound,
// ErrInvalid, ErrConflictingState.
func (c *Conditions) RecordState(ctx context.Context, caller Caller, id DeviceID, state State, at Field[WallTime]) (StateOutcome, error) {
	if !caller.MayReport() {
		return StateOutcome{}, ErrForbidden{}
	}
	campus, err := CampusHolding(ctx, c.directory, func(campus *Campus) bool { return campus.MayReport(caller, id) })
	if err != nil {
		return StateOutcome{}, err
	}
	if !campus.MayReport(caller, id) {
		return StateOutcome{}, ErrNotFound{Kind: "device", ID: string(id)}
	}
	device, _ := campus.Device(id)
	var k Flaws
	change := StateChange{Device: id, State: state, At: readInstant(&k, at, c.clock.Now(), func(at WallTime) (Instant, error) { return at.In(campus.Zone(device.Space)) })}
	if !at.Given() {
		change.At, change.Moves = c.stateArrivals.next(id, change.At), true
	}
	checkState(&k, state)
	if len(k) == 0 && caller.MayManage() && !campus.SeesState(caller, device, change.At) {
		k.Add("timestamp", "out_of_reach")
	}
	if len(k) > 0 {
		return StateOutcome{}, ErrInvalid{k}
	}
	outcomes, err := c.states.AppendStates(ctx, []StateChange{change})
	if err != nil {
		return StateOutcome{}, err
	}
	if outcomes[0].Result == Conflict {
		return outcomes[0], ErrConflictingState{Stored: outcomes[0].Stored, Sent: change, Unseen: !campus.SeesState(caller, device, change.At)}
	}
	return outcomes[0], nil
}

// RecordStates stores many changes, of devices that the caller may report, all or none; what is there already
// stays. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (c *Conditions) RecordStates(ctx context.Context, caller Caller, changes []StateChange) error {
	campus, err := CampusHolding(ctx, c.directory, func(campus *Campus) bool {
		return !slices.ContainsFunc(changes, func(s StateChange) bool { return !campus.MayReport(caller, s.Device) })
	})
	if err != nil {
		return err
	}
	var k Flaws
	for _, change := range changes {
		if !campus.MayReport(caller, change.Device) {
			return ErrNotFound{Kind: "device", ID: string(change.Device)}
		}
		checkState(&k, change.State)
	}
	if len(k) > 0 {
		return ErrInvalid{k}
	}
	_, err = c.states.AppendStates(ctx, changes)
	return err
}

func checkState(c *Flaws, s State) {
	switch s {
	case On, Off, Standby, Fault:
	default:
		c.Add("state", "one_of", "values", "on, off, standby, fault")
	}
}

// readInstant is an instant that may be absent, within the bounds of what is believed.
func readInstant(c *Flaws, field Field[WallTime], now Instant, in func(WallTime) (Instant, error)) Instant {
	if !field.Given() {
		return now
	}
	at, err := InstantFrom(field, in)
	switch {
	case err != nil:
		c.Add("timestamp", InstantRule(err))
	case at > now.Add(maxAhead):
		c.Add("timestamp", "future")
	case at < EarliestInstant:
		c.Add("timestamp", "too_old")
	}
	return at
}

// StatesOf lists a device's state changes in [from, to), oldest first, from after an instant: to who is limited to a space, those
// since it moved into it. Errors: ErrForbidden, ErrNotFound.
func (c *Conditions) StatesOf(ctx context.Context, caller Caller, id DeviceID, from, to, after Instant, limit int) ([]StateChange, error) {
	if !caller.MayRead() {
		return nil, ErrForbidden{}
	}
	campus, err := c.directory.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	device, err := seenDevice(campus, caller, id)
	if err != nil {
		return nil, err
	}
	var all []StateChange
	for _, span := range campus.placesWithin(caller, device, from, to) {
		changes, err := c.states.StatesBetween(ctx, id, span.from, span.to, after, limit-len(all))
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
	From, To Instant
	State    State
}

// SpansOf gives a device's states over [from, to), cut to it, oldest first, for who may see all of them. What came before its first
// change is not known.
func (c *Conditions) SpansOf(ctx context.Context, id DeviceID, from, to Instant) ([]StateSpan, error) {
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

// StoreStates stores changes as they are; those of one device and instant are compared with what is there.
func (c *Conditions) StoreStates(ctx context.Context, changes []StateChange) ([]StateOutcome, error) {
	return c.states.AppendStates(ctx, changes)
}
