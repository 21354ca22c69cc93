// Package intake takes the observations of devices, in whatever dialect they were sent, to the ledger and the conditions. What
// comes from an unknown address waits in the inbox; what cannot be stored is kept as a rejected message.
package intake

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Intake takes what devices say in words of their own: it knows them by their addresses, books what they measure, notes their
// states and what they sense, and remembers those that nobody has registered until somebody does (inbox.go). What becomes of it is
// in intake_store.go.
type Intake struct {
	ledger     *ledger.Ledger
	conditions *conditions.Recorder
	catalog    *campus.Catalog
	moments    conditions.LatestValues
	inbox      Inbox
	clock      energy.Clock
	counter    Counter
	wholes     *channelRegistry

	mu sync.Mutex
	// registers and states are what devices said last, as far as it was asked for.
	registers map[energy.DeviceID]energy.Energy
	states    map[energy.DeviceID]conditions.State
}

// Counter counts what became of messages, for the operator.
type Counter interface {
	// Count counts an outcome of a dialect: booked, news, repeated, newcomer, or why it was rejected.
	Count(dialect, outcome string)
}

// Needs are what an intake works with.
type Needs struct {
	Ledger     *ledger.Ledger
	Conditions *conditions.Recorder
	Catalog    *campus.Catalog
	Moments    conditions.LatestValues
	Inbox      Inbox
	Channels   Channels
	Clock      energy.Clock
	Counter    Counter
}

// NewIntake makes an intake.
func NewIntake(n Needs) *Intake {
	return &Intake{
		ledger: n.Ledger, conditions: n.Conditions, catalog: n.Catalog, moments: n.Moments, inbox: n.Inbox, clock: n.Clock, counter: n.Counter,
		wholes:    &channelRegistry{store: n.Channels, inbox: n.Inbox, known: make(channelSet)},
		registers: make(map[energy.DeviceID]energy.Energy), states: make(map[energy.DeviceID]conditions.State),
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

// Rejection is an observation that was not taken. A letter is kept of it.
type Rejection struct {
	// Observation is its place among those that were sent.
	Observation int
	// Reason is a word: unknown_device, not_allowed, no_unit, conflicting, inbox_full, or the rule of the first of Flaws.
	Reason string
	// Flaws are the fields that broke a rule; none for the other reasons.
	Flaws []energy.Flaw
}

// Ingest takes observations on behalf of whoever sent them. When it returns nil each of them is on the disk, was found to be nothing
// for the books, or is among the refusals. An error says that they must be sent again: with the same slice, which keeps the
// instants that its observations were given, nothing counts twice. Errors: ErrForbidden; ErrInboxFull, and nothing is stored.
func (i *Intake) Ingest(ctx context.Context, caller energy.Caller, said []Observation) ([]Rejection, error) {
	return i.ingestAs(ctx, caller, said, false)
}

// IngestForwarded is Take of what another broker holds and has acknowledged to its devices: it cannot be refused any more, so what
// the inbox has no room for is a refusal like any other, and the rest is taken.
func (i *Intake) IngestForwarded(ctx context.Context, caller energy.Caller, said []Observation) ([]Rejection, error) {
	return i.ingestAs(ctx, caller, said, true)
}

func (i *Intake) ingestAs(ctx context.Context, caller energy.Caller, said []Observation, forwarded bool) ([]Rejection, error) {
	if !caller.MayReport() {
		return nil, energy.ErrForbidden{}
	}
	campus, err := campus.FreshUnless(ctx, i.catalog, func(campus *campus.Campus) bool {
		return !slices.ContainsFunc(said, func(o Observation) bool { return !accepts(campus, caller, o) })
	})
	if err != nil {
		return nil, err
	}
	t := ingestion{
		intake: i, campus: campus, caller: caller, now: i.clock.Now(), observations: said, forwarded: forwarded,
		registers: make(map[energy.DeviceID]energy.Energy), states: make(map[energy.DeviceID]conditions.State),
	}
	if err := t.noteChannels(ctx); err != nil {
		return nil, err
	}
	if err := t.recall(ctx); err != nil {
		return nil, err
	}
	for place := range said {
		t.ingest(place)
	}
	err = t.finish(ctx)
	return t.refusals, err
}

// ingestion is the taking of some observations.
type ingestion struct {
	intake       *Intake
	campus       *campus.Campus
	caller       energy.Caller
	now          energy.Instant
	observations []Observation
	forwarded    bool

	measured  []measured
	changes   []conditions.StateChange
	changesOf []int // the places of the observations behind them
	ambient   []conditions.AmbientRow
	sightings []Discovery
	sighted   []int
	refusals  []Rejection
	letters   []RejectedMessage
	// registers and states are what becomes known once all this is on the disk.
	registers map[energy.DeviceID]energy.Energy
	states    map[energy.DeviceID]conditions.State
}

// measured is a measure that is to be booked.
type measured struct {
	place   int
	reading energy.Reading
	draft   ledger.Draft
	// tried is set where it was tried before, and nobody knows whether it is booked.
	tried bool
}

// deviceOf is the device that an observation is of. An address of a device of another part of the campus is, for who is limited to
// one, an address like any other.
func (t *ingestion) deviceOf(o Observation) (campus.Device, bool) {
	if o.Device != "" {
		return t.campus.Device(o.Device)
	}
	d, known := t.campus.DeviceAt(o.Address)
	if !known {
		d, known = t.wholeOf(o)
	}
	if known && t.caller.Space != "" && !t.campus.Sees(t.caller, d.Space) {
		return campus.Device{}, false
	}
	return d, known
}

// recall reads what the devices said last, where it is not known.
func (t *ingestion) recall(ctx context.Context) error {
	var unknown []energy.DeviceID
	t.intake.mu.Lock()
	for _, o := range t.observations {
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
		if last := readings[id]; len(last) > 0 && last[0].Kind == energy.Register {
			t.intake.registers[id] = last[0].Energy
		}
		t.intake.states[id] = states[id].State
	}
	return nil
}

// ingest sorts one observation.
func (t *ingestion) ingest(place int) {
	o := t.observations[place].sensed()
	tried := o.tried
	t.observations[place].tried = true
	device, known := t.deviceOf(o)
	switch {
	case !known && o.Device != "":
		t.reject(place, reasonUnknown)
		return
	case !known && !t.campus.MayDiscover(t.caller):
		t.reject(place, reasonNotAllowed)
		return
	case !known:
		t.remember(place, o, tried)
		return
	case !t.campus.MayReport(t.caller, device.ID):
		t.reject(place, reasonNotAllowed)
		return
	}
	when := t.timeOf(place, device)
	if !o.Retained {
		t.intake.ledger.DeviceSeen(device.ID, cmp.Or(when.unset, when.at), cmp.Or(when.clock, when.source))
	}
	if when.flaw != "" {
		t.reject(place, when.flaw, energy.Flaw{Field: "timestamp", Rule: when.flaw})
		return
	}
	t.ingestMeasurement(place, o, device, when, tried)
	t.ingestState(place, o, device, when.at, when.source)
	t.ingestAmbient(place, o, device, when)
}

// timeOf is the instant of an observation. One that tells none is given one, once.
func (t *ingestion) timeOf(place int, device campus.Device) timestamp {
	o := &t.observations[place]
	when := o.own(t.campus, device.Space, t.now)
	if when.at != 0 || when.flaw != "" {
		return when
	}
	if o.given == 0 {
		o.given = t.intake.ledger.AssignInstant(device.ID, cmp.Or(o.Arrived, t.now))
	}
	when.at, when.source = o.given, energy.ByArrival
	return when
}

// ingestMeasurement takes what was measured. What was kept by the broker, and does not say when it was, is of another time; a counter
// that stands where it stood, and was not told when by the device itself, was perhaps not read again: neither is a measurement.
func (t *ingestion) ingestMeasurement(place int, o Observation, device campus.Device, when timestamp, tried bool) {
	r, any, err := measureOf(o, device)
	switch {
	case err != nil:
		t.reject(place, reasonNoUnit)
		return
	case !any:
		return
	case o.Retained && when.source == energy.ByArrival:
		t.count(o, outcomeRepeated)
		return
	case r.Kind == energy.Register && !when.byDevice() && t.register(device.ID) == r.Energy:
		t.count(o, outcomeRepeated)
		return
	}
	if r.Kind == energy.Register {
		t.registers[device.ID] = r.Energy
	}
	r.Device, r.At, r.Source = device.ID, when.at, when.source
	t.measured = append(t.measured, measured{place: place, reading: r, draft: ledger.DraftOf(r, device), tried: tried})
}

// register is what a device's counter last showed; negative where that is not known.
func (t *ingestion) register(id energy.DeviceID) energy.Energy {
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

// ingestState takes a state that is another than the last.
func (t *ingestion) ingestState(place int, o Observation, device campus.Device, at energy.Instant, source energy.TimeSource) {
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
	if source != energy.ByArrival && at > t.now {
		at = cmp.Or(o.Arrived, t.now) // the device's clock is not to be believed, but that it said so is
	}
	t.states[device.ID] = o.State
	t.changes = append(t.changes, conditions.StateChange{Device: device.ID, At: at, State: o.State, Moves: true})
	t.changesOf = append(t.changesOf, place)
}

// ingestAmbient takes what was sensed. Several devices of a room may sense at one instant: a reading moves to one that is free.
func (t *ingestion) ingestAmbient(place int, o Observation, device campus.Device, when timestamp) {
	if (o.Temperature == nil && o.Humidity == nil && o.CO2 == nil && o.Occupancy == nil) || (o.Retained && when.source == energy.ByArrival) {
		return
	}
	space := device.Space
	if o.Space != "" {
		space = o.Space
	}
	t.ambient = append(t.ambient, conditions.AmbientRow{Line: place, Draft: conditions.AmbientDraft{
		Space: energy.Known(space), At: energy.Known(energy.WallTimeAt(when.at)), Temperature: energy.Optional(o.Temperature), Humidity: energy.Optional(o.Humidity), CO2: energy.Optional(o.CO2), Occupancy: energy.Optional(o.Occupancy),
		Moves: true,
	}})
}

func (t *ingestion) count(o Observation, outcome string) { t.intake.counter.Count(o.Dialect, outcome) }

// reject notes what is not taken, and keeps a letter of it.
func (t *ingestion) reject(place int, reason string, flaws ...energy.Flaw) {
	o := t.observations[place]
	t.count(o, reason)
	t.refusals = append(t.refusals, Rejection{Observation: place, Reason: reason, Flaws: flaws})
	t.letters = append(t.letters, rejectedMessageOf(t.caller, t.now, o, reason))
}

// deviceOf is the device that an observation is of.
func deviceOf(campus *campus.Campus, o Observation) (campus.Device, bool) {
	if o.Device != "" {
		return campus.Device(o.Device)
	}
	if whole, is := campus.DeviceOfChannel(o.Dialect, o.Address); is {
		return whole, true
	}
	return campus.DeviceAt(o.Address)
}

// accepts tells whether an observation is of a device that its sender may report.
func accepts(campus *campus.Campus, caller energy.Caller, o Observation) bool {
	device, known := deviceOf(campus, o)
	return known && campus.MayReport(caller, device.ID)
}
