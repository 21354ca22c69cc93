// Package intake takes the observations of devices, in any dialect, to the ledger and the conditions. Observations from an
// unknown address wait in the inbox. What cannot be stored is kept as a rejected message.
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

// Intake stores the observations of devices. It finds the device by its address, then stores measurements, states and ambient
// values. It buffers what unregistered devices send until a user adopts them (inbox.go). store.go writes the results.
type Intake struct {
	ledger     *ledger.Ledger
	conditions *conditions.Recorder
	catalog    *campus.Catalog
	moments    conditions.LatestValues
	inbox      Inbox
	clock      energy.Clock
	counter    Counter
	channels   *channelRegistry

	mu sync.Mutex
	// registers and states are the last values of each device that was needed so far.
	registers map[energy.DeviceID]energy.Energy
	states    map[energy.DeviceID]conditions.State
}

// Counter counts the outcomes of messages, for the operator.
type Counter interface {
	// Count counts one outcome of a dialect: booked, news, repeated, newcomer, or the reason for a rejection.
	Count(dialect, outcome string)
}

// Needs are the dependencies of an Intake.
type Needs struct {
	Ledger     *ledger.Ledger
	Conditions *conditions.Recorder
	Catalog    *campus.Catalog
	Latest     conditions.LatestValues
	Inbox      Inbox
	Channels   Channels
	Clock      energy.Clock
	Counter    Counter
}

// NewIntake returns an Intake.
func NewIntake(n Needs) *Intake {
	return &Intake{
		ledger: n.Ledger, conditions: n.Conditions, catalog: n.Catalog, moments: n.Latest, inbox: n.Inbox, clock: n.Clock, counter: n.Counter,
		channels:  &channelRegistry{store: n.Channels, inbox: n.Inbox, known: make(channelSet)},
		registers: make(map[energy.DeviceID]energy.Energy), states: make(map[energy.DeviceID]conditions.State),
	}
}

// The outcomes that are counted, besides the reasons for a rejection.
const (
	outcomeBooked      = "booked"
	outcomeStateChange = "news"
	outcomeRepeated    = "repeated"
	outcomeDiscovered  = "newcomer"
	outcomePurged      = "purged"
)

// Reasons for a rejection, besides broken rules of a field.
const (
	reasonUnknown     = "unknown_device"
	reasonNotAllowed  = "not_allowed"
	reasonNoUnit      = "no_unit"
	reasonConflicting = "conflicting"
	reasonInboxFull   = "inbox_full"
)

// Rejection is an observation that was not stored. It is kept as a rejected message.
type Rejection struct {
	// Observation is its position in the input.
	Observation int
	// Reason is one of unknown_device, not_allowed, no_unit, conflicting, inbox_full, or the rule of the first of Flaws.
	Reason string
	// Flaws are the fields that broke a rule; empty for the other reasons.
	Flaws []energy.Flaw
}

// Ingest stores observations on behalf of their sender. When it returns nil, each one is durable, needed no storage, or is among
// the rejections. After an error the caller must retry with the same slice: it holds the assigned instants, so nothing counts
// twice. Errors: ErrForbidden; ErrInboxFull, and nothing is stored.
func (i *Intake) Ingest(ctx context.Context, caller energy.Caller, observations []Observation) ([]Rejection, error) {
	return i.ingestAs(ctx, caller, observations, false)
}

// IngestForwarded is Ingest for messages that another broker has already acknowledged to its devices. They cannot be refused any
// more: if the inbox is full, it rejects that observation and stores the rest.
func (i *Intake) IngestForwarded(ctx context.Context, caller energy.Caller, observations []Observation) ([]Rejection, error) {
	return i.ingestAs(ctx, caller, observations, true)
}

func (i *Intake) ingestAs(ctx context.Context, caller energy.Caller, observations []Observation, forwarded bool) ([]Rejection, error) {
	if !caller.MayReport() {
		return nil, energy.ErrForbidden{}
	}
	campus, err := campus.FreshUnless(ctx, i.catalog, func(campus *campus.Campus) bool {
		return !slices.ContainsFunc(observations, func(o Observation) bool { return !accepts(campus, caller, o) })
	})
	if err != nil {
		return nil, err
	}
	t := ingestion{
		intake: i, campus: campus, caller: caller, now: i.clock.Now(), observations: observations, forwarded: forwarded,
		registers: make(map[energy.DeviceID]energy.Energy), states: make(map[energy.DeviceID]conditions.State),
	}
	if err := t.noteChannels(ctx); err != nil {
		return nil, err
	}
	if err := t.recall(ctx); err != nil {
		return nil, err
	}
	for place := range observations {
		t.ingest(place)
	}
	err = t.finish(ctx)
	return t.rejections, err
}

// ingestion is one call of Ingest.
type ingestion struct {
	intake       *Intake
	campus       *campus.Campus
	caller       energy.Caller
	now          energy.Instant
	observations []Observation
	forwarded    bool

	measured      []measured
	changes       []conditions.StateChange
	changesOf     []int // the positions of their observations
	ambient       []conditions.AmbientRow
	discoveries   []Discovery
	discoveriesOf []int
	rejections    []Rejection
	rejected      []RejectedMessage
	// registers and states are the last values once all this is durable.
	registers map[energy.DeviceID]energy.Energy
	states    map[energy.DeviceID]conditions.State
}

// measured is a measurement to store.
type measured struct {
	place   int
	reading energy.Reading
	draft   ledger.Draft
	// tried is true if an earlier try may have stored it.
	tried bool
}

// deviceOf returns the device of an observation. To a caller limited to a space, the address of a device elsewhere is an unknown
// address.
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

// recall reads the devices' last values that are not known yet.
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
	o := t.observations[place].withAmbientValue()
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
		t.discover(place, o, tried)
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

// timeOf returns the instant of an observation. It assigns one, once, if there is no timestamp.
func (t *ingestion) timeOf(place int, device campus.Device) timestamp {
	o := &t.observations[place]
	when := o.ownTime(t.campus, device.Space, t.now)
	if when.at != 0 || when.flaw != "" {
		return when
	}
	if o.assigned == 0 {
		o.assigned = t.intake.ledger.AssignInstant(device.ID, cmp.Or(o.Arrived, t.now))
	}
	when.at, when.source = o.assigned, energy.ByArrival
	return when
}

// ingestMeasurement handles the measurement. Two cases are not measurements: a retained message without a timestamp is of another
// time; a register that did not change, without the device's own timestamp, may not have been read again.
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

// register returns the last value of a device's register; negative if unknown.
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

// ingestState handles a state that differs from the last.
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
		at = cmp.Or(o.Arrived, t.now) // the device's clock is wrong, but the state is believed
	}
	t.states[device.ID] = o.State
	t.changes = append(t.changes, conditions.StateChange{Device: device.ID, At: at, State: o.State, Moves: true})
	t.changesOf = append(t.changesOf, place)
}

// ingestAmbient handles ambient values. Several devices of a room may measure at one instant: a reading then moves to a free
// instant.
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

// reject records that an observation is not stored, and why.
func (t *ingestion) reject(place int, reason string, flaws ...energy.Flaw) {
	o := t.observations[place]
	t.count(o, reason)
	t.rejections = append(t.rejections, Rejection{Observation: place, Reason: reason, Flaws: flaws})
	t.rejected = append(t.rejected, rejectedMessageOf(t.caller, t.now, o, reason))
}

// candidateOf returns the device of an observation.
func candidateOf(campus *campus.Campus, o Observation) (campus.Device, bool) {
	if o.Device != "" {
		return campus.Device(o.Device)
	}
	if whole, is := campus.DeviceOfChannel(o.Dialect, o.Address); is {
		return whole, true
	}
	return campus.DeviceAt(o.Address)
}

// accepts reports whether the sender of an observation may report for its device.
func accepts(campus *campus.Campus, caller energy.Caller, o Observation) bool {
	device, known := candidateOf(campus, o)
	return known && campus.MayReport(caller, device.ID)
}
