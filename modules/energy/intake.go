package energy

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Intake takes what devices say in words of their own: it knows them by their addresses, books what they measure, notes their
// states and what they sense, and remembers those that nobody has registered until somebody does (inbox.go).
type Intake struct {
	ledger     *Ledger
	conditions *Conditions
	catalog    *Catalog
	moments    Moments
	inbox      Inbox
	clock      Clock
	counter    Counter

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
	Clock      Clock
	Counter    Counter
}

// NewIntake makes an intake.
func NewIntake(n IntakeNeeds) *Intake {
	return &Intake{
		ledger: n.Ledger, conditions: n.Conditions, catalog: n.Catalog, moments: n.Moments, inbox: n.Inbox, clock: n.Clock, counter: n.Counter,
		registers: make(map[DeviceID]Energy), states: make(map[DeviceID]State),
	}
}

// The outcomes that are counted, beside the reasons for which something was rejected.
const (
	outcomeBooked   = "booked"
	outcomeNews     = "news"
	outcomeRepeated = "repeated"
	outcomeNewcomer = "newcomer"
)

// Take takes observations on behalf of whoever sent them. When it returns nil all of them are on the disk, or were found to be
// nothing for the books: what is rejected is kept as a letter (Letters). An error says that they must be sent again, which is safe
// for those that say when they were.
func (i *Intake) Take(ctx context.Context, caller Caller, said []Observation) error {
	if !caller.MayReport() {
		return ErrForbidden{}
	}
	campus, err := i.catalog.Campus(ctx)
	if err != nil {
		return err
	}
	t := taking{intake: i, campus: campus, caller: caller, now: i.clock.Now(), registers: make(map[DeviceID]Energy), states: make(map[DeviceID]State)}
	if err := t.recall(ctx, said); err != nil {
		return err
	}
	for _, o := range said {
		t.take(o)
	}
	return t.finish(ctx)
}

// taking is the taking of some observations.
type taking struct {
	intake *Intake
	campus *Campus
	caller Caller
	now    Instant

	rows []Row
	// of are the observations behind the rows.
	of        []Observation
	changes   []StateChange
	ambient   []AmbientRow
	ambientOf []Observation
	sightings []Sighting
	letters   []Letter
	// registers and states are what becomes known once all this is on the disk.
	registers map[DeviceID]Energy
	states    map[DeviceID]State
}

// deviceOf is the device that an observation is of.
func (t *taking) deviceOf(o Observation) (Device, bool) {
	if o.Device != "" {
		return t.campus.Device(o.Device)
	}
	return t.campus.DeviceAt(o.Address)
}

// recall reads what the devices said last, where it is not known.
func (t *taking) recall(ctx context.Context, said []Observation) error {
	var unknown []DeviceID
	t.intake.mu.Lock()
	for _, o := range said {
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

func (t *taking) take(o Observation) {
	o = o.sensed()
	device, known := t.deviceOf(o)
	switch {
	case !known && o.Device != "":
		t.reject(o, "unknown_device")
		return
	case !known:
		t.remember(o)
		return
	case !t.campus.MayReport(t.caller, device.ID):
		t.reject(o, "not_allowed")
		return
	}
	at, source := t.when(o, device)
	if !o.Retained {
		t.intake.ledger.heard(device.ID, at, source)
	}
	t.takeMeasure(o, device, at, source)
	t.takeState(o, device, at)
	t.takeAmbient(o, device, at)
}

// sensed takes a plain number that measures no electricity for what it measures.
func (o Observation) sensed() Observation {
	n, ok := ReadThousandths(o.Plain)
	if !ok {
		return o
	}
	switch o.Unit {
	case UnitCelsius:
		o.Temperature = &n
	case UnitFahrenheit:
		celsius := divideHalfEven(n-32_000, 5, 9)
		o.Temperature = &celsius
	case UnitPercent:
		o.Humidity = &n
	case UnitPPM:
		ppm := divideHalfEven(n, 1, 1000)
		o.CO2 = &ppm
	default:
		return o
	}
	o.Plain, o.Unit = "", ""
	return o
}

// when is the instant of an observation, and whose clock it is of.
func (t *taking) when(o Observation, device Device) (Instant, TimeSource) {
	if o.LocalTime != "" {
		if at, err := nearestInstant(o.LocalTime, t.campus.Zone(device.Space), t.now); err == nil {
			return at, ByDeviceLocal
		}
	}
	if o.At != 0 {
		return o.At, o.Source
	}
	return t.now, ByArrival
}

// takeMeasure books what was measured. What was kept by the broker, and does not say when it was, is of another time; a counter
// that stands where it stood, and was not told when by the device itself, was perhaps not read again: neither is a measurement.
func (t *taking) takeMeasure(o Observation, device Device, at Instant, source TimeSource) {
	r, any, err := measureOf(o, device)
	switch {
	case err != nil:
		t.reject(o, "no_unit")
		return
	case !any:
		return
	case o.Retained && source == ByArrival:
		t.count(o, outcomeRepeated)
		return
	case r.Kind == Register && source != ByDevice && source != ByDeviceLocal && t.register(device.ID) == r.Energy:
		t.count(o, outcomeRepeated)
		return
	}
	if r.Kind == Register {
		t.registers[device.ID] = r.Energy
	}
	t.rows, t.of = append(t.rows, Row{Line: len(t.rows), Report: reportOf(r, device, at, source)}), append(t.of, o)
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

// errNoUnit is a plain number of which nobody has said what it counts.
var errNoUnit = errors.New("a number without a unit")

// measureOf is what an observation measured; any is false where it measured nothing for the books.
func measureOf(o Observation, device Device) (r Reading, any bool, err error) {
	switch {
	case o.Register != nil:
		return Reading{Kind: Register, Energy: *o.Register}, true, nil
	case o.Interval != nil:
		return Reading{Kind: Interval, Energy: *o.Interval, Span: o.Span}, true, nil
	case o.Power != nil:
		return Reading{Kind: Sample, Power: *o.Power}, !o.Counts, nil
	case o.Plain != "":
		return plainMeasure(o, device)
	}
	return Reading{}, false, nil
}

func plainMeasure(o Observation, device Device) (r Reading, any bool, err error) {
	unit := device.Plain.Unit
	if unit == "" {
		unit = o.Unit
	}
	switch {
	case unit.IsPower():
		p, err := ReadPower(o.Plain, unit)
		return Reading{Kind: Sample, Power: p}, true, err
	case unit.IsEnergy() && device.Plain.Interval:
		e, err := ReadEnergy(o.Plain, unit)
		return Reading{Kind: Interval, Energy: e}, true, err
	case unit.IsEnergy():
		e, err := ReadEnergy(o.Plain, unit)
		return Reading{Kind: Register, Energy: e}, true, err
	case unit == "":
		return Reading{}, false, errNoUnit
	}
	return Reading{}, false, nil // a number of something that is not for the books
}

// reportOf says a measure as every other way in says it.
func reportOf(r Reading, device Device, at Instant, source TimeSource) Report {
	id, when, value := string(device.ID), at.String(), r.Energy.KWh()
	report := Report{Device: &id, At: &when, Source: source}
	reactive := device.IsReactive()
	switch {
	case r.Kind == Sample:
		watts := r.Power.Watts()
		report.PowerW = &watts
	case r.Kind == Register && reactive:
		report.RegisterKVArh = &value
	case r.Kind == Register:
		report.Register = &value
	case reactive:
		report.KVArh = &value
	default:
		report.KWh = &value
	}
	if r.Span > 0 {
		span := seconds(r.Span)
		report.Seconds = &span
	}
	return report
}

// takeState notes a state that is another than the last.
func (t *taking) takeState(o Observation, device Device, at Instant) {
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
	if at < EarliestInstant || at > t.now {
		at = t.now // the device's clock is not to be believed, but that it said so is
	}
	t.states[device.ID] = o.State
	t.changes = append(t.changes, StateChange{Device: device.ID, At: at, State: o.State})
	t.count(o, outcomeNews)
}

func (t *taking) takeAmbient(o Observation, device Device, at Instant) {
	if (o.Temperature == nil && o.Humidity == nil && o.CO2 == nil && o.Occupancy == nil) || (o.Retained && o.At == 0 && o.LocalTime == "") {
		return
	}
	space, when := string(device.Space), at.String()
	if o.Space != "" {
		space = string(o.Space)
	}
	t.ambient = append(t.ambient, AmbientRow{Line: len(t.ambient), Report: AmbientReport{
		Space: &space, At: &when, Temperature: thousandths(o.Temperature), Humidity: thousandths(o.Humidity), CO2: whole(o.CO2), Occupancy: whole(o.Occupancy),
	}})
	t.ambientOf = append(t.ambientOf, o)
}

func thousandths(n *int64) *string { return decimalText(n, 3) }

func whole(n *int64) *string { return decimalText(n, 0) }

func decimalText(n *int64, digits int) *string {
	if n == nil {
		return nil
	}
	text := string(AppendDecimal(nil, *n, digits))
	return &text
}

func (t *taking) count(o Observation, outcome string) { t.intake.counter.Count(o.Dialect, outcome) }

// reject keeps a letter of what was not taken.
func (t *taking) reject(o Observation, reason string) {
	t.count(o, reason)
	address := o.Address
	if address == "" {
		address = string(o.Device)
	}
	t.letters = append(t.letters, Letter{At: t.now, Dialect: o.Dialect, Topic: address, Text: o.summary(), Reason: reason})
}

// finish puts all on the disk.
func (t *taking) finish(ctx context.Context) error {
	if err := t.book(ctx); err != nil {
		return err
	}
	if len(t.changes) > 0 {
		if _, err := t.intake.conditions.states.AppendStates(ctx, t.changes); err != nil {
			return err
		}
	}
	if len(t.ambient) > 0 {
		summary, err := t.intake.conditions.RecordAmbientAll(ctx, t.caller, slices.Values(t.ambient))
		if err != nil {
			return err
		}
		for _, r := range summary.Rejections {
			t.reject(t.ambientOf[r.Line], r.reason())
		}
	}
	if len(t.sightings) > 0 {
		if err := t.intake.inbox.Remember(ctx, t.sightings); err != nil {
			return err
		}
	}
	if len(t.letters) > 0 {
		if err := t.intake.inbox.Bury(ctx, t.letters); err != nil {
			return err
		}
	}
	t.intake.mu.Lock()
	defer t.intake.mu.Unlock()
	for id, e := range t.registers {
		t.intake.registers[id] = e
	}
	for id, s := range t.states {
		t.intake.states[id] = s
	}
	return nil
}

// book records the measures; one alone shares its commit with others that come at the same time.
func (t *taking) book(ctx context.Context) error {
	var rejected []Rejection
	switch len(t.rows) {
	case 0:
		return nil
	case 1:
		_, err := t.intake.ledger.Record(ctx, t.caller, t.rows[0].Report)
		var invalid ErrInvalid
		var conflict ErrConflictingReading
		switch {
		case errors.As(err, &invalid):
			rejected = []Rejection{{Flaws: invalid.Flaws}}
		case errors.As(err, &conflict):
			rejected = []Rejection{{Conflicting: true}}
		case err != nil:
			return err
		}
	default:
		summary, err := t.intake.ledger.recordAll(ctx, t.caller, slices.Values(t.rows), false, len(t.rows))
		if err != nil {
			return err
		}
		rejected = summary.Rejections
	}
	bad := make(map[int]bool, len(rejected))
	for _, r := range rejected {
		bad[r.Line] = true
		t.reject(t.of[r.Line], r.reason())
	}
	for line, o := range t.of {
		if !bad[line] {
			t.count(o, outcomeBooked)
		}
	}
	return nil
}

// reason is why a row was rejected, in a word.
func (r Rejection) reason() string {
	if r.Conflicting || len(r.Flaws) == 0 {
		return "conflicting"
	}
	return r.Flaws[0].Rule
}
