package energy

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// Intake takes what devices say in words of their own: it knows them by their addresses, books what they measure, notes their
// states and what they sense, and remembers those that nobody has registered until somebody does (inbox.go). What becomes of it is
// in intake_store.go.
type Intake struct {
	ledger     *Ledger
	conditions *Conditions
	catalog    *Catalog
	moments    Moments
	inbox      Inbox
	clock      Clock
	counter    Counter
	wholes     *wholes

	mu sync.Mutex
	// registers and states are what devices said last, as far as it was asked for.
	registers map[DeviceID]Energy
	states    map[DeviceID]State
}

// Counter counts what became of messages, for the operator.
type Counter interface {
	// Count counts an outcome of a dialect: booked, news, repeated, newcomer, or why it was rejected.
	Count(dialect, outcome string)
}

// IntakeNeeds are what an intake works with.
type IntakeNeeds struct {
	Ledger     *Ledger
	Conditions *Conditions
	Catalog    *Catalog
	Moments    Moments
	Inbox      Inbox
	Channels   Channels
	Clock      Clock
	Counter    Counter
}

// NewIntake makes an intake.
func NewIntake(n IntakeNeeds) *Intake {
	return &Intake{
		ledger: n.Ledger, conditions: n.Conditions, catalog: n.Catalog, moments: n.Moments, inbox: n.Inbox, clock: n.Clock, counter: n.Counter,
		wholes:    &wholes{store: n.Channels, inbox: n.Inbox, known: make(spoken)},
		registers: make(map[DeviceID]Energy), states: make(map[DeviceID]State),
	}
}

// The outcomes that are counted, beside the reasons for which something was rejected.
const (
	outcomeBooked   = "booked"
	outcomeNews     = "news"
	outcomeRepeated = "repeated"
	outcomeNewcomer = "newcomer"
	outcomePurged   = "purged"
)

// Why an observation was not taken, beside the rules of a field that it broke.
const (
	reasonUnknown     = "unknown_device"
	reasonNotAllowed  = "not_allowed"
	reasonNoUnit      = "no_unit"
	reasonConflicting = "conflicting"
	reasonInboxFull   = "inbox_full"
)

// Refusal is an observation that was not taken. A letter is kept of it.
type Refusal struct {
	// Observation is its place among those that were sent.
	Observation int
	// Reason is a word: unknown_device, not_allowed, no_unit, conflicting, inbox_full, or the rule of the first of Flaws.
	Reason string
	// Flaws are the fields that broke a rule; none for the other reasons.
	Flaws []Flaw
}

// Take takes observations on behalf of whoever sent them. When it returns nil each of them is on the disk, was found to be nothing
// for the books, or is among the refusals. An error says that they must be sent again: with the same slice, which keeps the
// instants that its observations were given, nothing counts twice. Errors: ErrForbidden; ErrInboxFull, and nothing is stored.
func (i *Intake) Take(ctx context.Context, caller Caller, said []Observation) ([]Refusal, error) {
	return i.takeAs(ctx, caller, said, false)
}

// TakeForwarded is Take of what another broker holds and has acknowledged to its devices: it cannot be refused any more, so what
// the inbox has no room for is a refusal like any other, and the rest is taken.
func (i *Intake) TakeForwarded(ctx context.Context, caller Caller, said []Observation) ([]Refusal, error) {
	return i.takeAs(ctx, caller, said, true)
}

func (i *Intake) takeAs(ctx context.Context, caller Caller, said []Observation, forwarded bool) ([]Refusal, error) {
	if !caller.MayReport() {
		return nil, ErrForbidden{}
	}
	campus, err := CampusHolding(ctx, i.catalog, func(campus *Campus) bool {
		return !slices.ContainsFunc(said, func(o Observation) bool { return !takes(campus, caller, o) })
	})
	if err != nil {
		return nil, err
	}
	t := taking{
		intake: i, campus: campus, caller: caller, now: i.clock.Now(), said: said, forwarded: forwarded,
		registers: make(map[DeviceID]Energy), states: make(map[DeviceID]State),
	}
	if err := t.noteChannels(ctx); err != nil {
		return nil, err
	}
	if err := t.recall(ctx); err != nil {
		return nil, err
	}
	for place := range said {
		t.take(place)
	}
	err = t.finish(ctx)
	return t.refusals, err
}

// taking is the taking of some observations.
type taking struct {
	intake    *Intake
	campus    *Campus
	caller    Caller
	now       Instant
	said      []Observation
	forwarded bool

	measured  []measured
	changes   []StateChange
	changesOf []int // the places of the observations behind them
	ambient   []AmbientRow
	sightings []Sighting
	sighted   []int
	refusals  []Refusal
	letters   []Letter
	// registers and states are what becomes known once all this is on the disk.
	registers map[DeviceID]Energy
	states    map[DeviceID]State
}

// measured is a measure that is to be booked.
type measured struct {
	place   int
	reading Reading
	draft   Draft
	// tried is set where it was tried before, and nobody knows whether it is booked.
	tried bool
}

// deviceOf is the device that an observation is of. An address of a device of another part of the campus is, for who is limited to
// one, an address like any other.
func (t *taking) deviceOf(o Observation) (Device, bool) {
	if o.Device != "" {
		return t.campus.Device(o.Device)
	}
	d, known := t.campus.DeviceAt(o.Address)
	if !known {
		d, known = t.wholeOf(o)
	}
	if known && t.caller.Space != "" && !t.campus.Sees(t.caller, d.Space) {
		return Device{}, false
	}
	return d, known
}

// recall reads what the devices said last, where it is not known.
func (t *taking) recall(ctx context.Context) error {
	var unknown []DeviceID
	t.intake.mu.Lock()
	for _, o := range t.said {
		if d, known := t.deviceOf(o); known {
			if _, seen := t.intake.registers[d.ID]; !seen && !slices.Contains(unknown, d.ID) {
				unknown = append(unknown, d.ID)
			}
		}
	}
	t.intake.mu.Unlock()
	if len(unknown) == 0 {
		return nil
	}
	readings, err := t.intake.moments.LastReadings(ctx, unknown, 1)
	if err != nil {
		return err
	}
	states, err := t.intake.moments.LatestStates(ctx, unknown, t.now)
	if err != nil {
		return err
	}
	t.intake.mu.Lock()
	defer t.intake.mu.Unlock()
	for _, id := range unknown {
		t.intake.registers[id] = -1
		if last := readings[id]; len(last) > 0 && last[0].Kind == Register {
			t.intake.registers[id] = last[0].Energy
		}
		t.intake.states[id] = states[id].State
	}
	return nil
}

// take sorts one observation.
func (t *taking) take(place int) {
	o := t.said[place].sensed()
	tried := o.tried
	t.said[place].tried = true
	device, known := t.deviceOf(o)
	switch {
	case !known && o.Device != "":
		t.reject(place, reasonUnknown)
		return
	case !known && !t.campus.MayIntroduce(t.caller):
		t.reject(place, reasonNotAllowed)
		return
	case !known:
		t.remember(place, o, tried)
		return
	case !t.campus.MayReport(t.caller, device.ID):
		t.reject(place, reasonNotAllowed)
		return
	}
	when := t.when(place, device)
	if !o.Retained {
		t.intake.ledger.NoteSeen(device.ID, cmp.Or(when.unset, when.at), cmp.Or(when.clock, when.source))
	}
	if when.flaw != "" {
		t.reject(place, when.flaw, Flaw{Field: "timestamp", Rule: when.flaw})
		return
	}
	t.takeMeasure(place, o, device, when, tried)
	t.takeState(place, o, device, when.at, when.source)
	t.takeAmbient(place, o, device, when)
}

// when is the instant of an observation. One that tells none is given one, once.
func (t *taking) when(place int, device Device) told {
	o := &t.said[place]
	when := o.own(t.campus, device.Space, t.now)
	if when.at != 0 || when.flaw != "" {
		return when
	}
	if o.given == 0 {
		o.given = t.intake.ledger.Arrive(device.ID, cmp.Or(o.Arrived, t.now))
	}
	when.at, when.source = o.given, ByArrival
	return when
}

// takeMeasure takes what was measured. What was kept by the broker, and does not say when it was, is of another time; a counter
// that stands where it stood, and was not told when by the device itself, was perhaps not read again: neither is a measurement.
func (t *taking) takeMeasure(place int, o Observation, device Device, when told, tried bool) {
	r, any, err := measureOf(o, device)
	switch {
	case err != nil:
		t.reject(place, reasonNoUnit)
		return
	case !any:
		return
	case o.Retained && when.source == ByArrival:
		t.count(o, outcomeRepeated)
		return
	case r.Kind == Register && !when.byDevice() && t.register(device.ID) == r.Energy:
		t.count(o, outcomeRepeated)
		return
	}
	if r.Kind == Register {
		t.registers[device.ID] = r.Energy
	}
	r.Device, r.At, r.Source = device.ID, when.at, when.source
	t.measured = append(t.measured, measured{place: place, reading: r, draft: DraftOf(r, device), tried: tried})
}

// register is what a device's counter last showed; negative where that is not known.
func (t *taking) register(id DeviceID) Energy {
	if e, known := t.registers[id]; known {
		return e
	}
	t.intake.mu.Lock()
	defer t.intake.mu.Unlock()
	if e, known := t.intake.registers[id]; known {
		return e
	}
	return -1
}

// takeState takes a state that is another than the last.
func (t *taking) takeState(place int, o Observation, device Device, at Instant, source TimeSource) {
	if o.State == "" {
		return
	}
	last, known := t.states[device.ID]
	if !known {
		t.intake.mu.Lock()
		last = t.intake.states[device.ID]
		t.intake.mu.Unlock()
	}
	if o.State == last {
		return
	}
	if source != ByArrival && at > t.now {
		at = cmp.Or(o.Arrived, t.now) // the device's clock is not to be believed, but that it said so is
	}
	t.states[device.ID] = o.State
	t.changes = append(t.changes, StateChange{Device: device.ID, At: at, State: o.State, Moves: true})
	t.changesOf = append(t.changesOf, place)
}

// takeAmbient takes what was sensed. Several devices of a room may sense at one instant: a reading moves to one that is free.
func (t *taking) takeAmbient(place int, o Observation, device Device, when told) {
	if (o.Temperature == nil && o.Humidity == nil && o.CO2 == nil && o.Occupancy == nil) || (o.Retained && when.source == ByArrival) {
		return
	}
	space := device.Space
	if o.Space != "" {
		space = o.Space
	}
	t.ambient = append(t.ambient, AmbientRow{Line: place, Draft: AmbientDraft{
		Space: Known(space), At: Known(WallTimeAt(when.at)), Temperature: Optional(o.Temperature), Humidity: Optional(o.Humidity), CO2: Optional(o.CO2), Occupancy: Optional(o.Occupancy),
		Moves: true,
	}})
}

func (t *taking) count(o Observation, outcome string) { t.intake.counter.Count(o.Dialect, outcome) }

// reject notes what is not taken, and keeps a letter of it.
func (t *taking) reject(place int, reason string, flaws ...Flaw) {
	o := t.said[place]
	t.count(o, reason)
	t.refusals = append(t.refusals, Refusal{Observation: place, Reason: reason, Flaws: flaws})
	t.letters = append(t.letters, letterOf(t.caller, t.now, o, reason))
}

// deviceOf is the device that an observation is of.
func deviceOf(campus *Campus, o Observation) (Device, bool) {
	if o.Device != "" {
		return campus.Device(o.Device)
	}
	if whole, is := campus.wholeAt(o.Dialect, o.Address); is {
		return whole, true
	}
	return campus.DeviceAt(o.Address)
}

// takes tells whether an observation is of a device that its sender may report.
func takes(campus *Campus, caller Caller, o Observation) bool {
	device, known := deviceOf(campus, o)
	return known && campus.MayReport(caller, device.ID)
}
