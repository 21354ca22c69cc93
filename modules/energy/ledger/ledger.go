// Package ledger stores readings and books them exactly: it decodes a register along its chain and divides energy over quarter
// hours. Every total equals its readings to the milliwatt-hour, in whatever order they arrive.
package ledger

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// IsStored reports whether a reading with a server time is stored, at its instant or at the one it moved to.
func (l *Ledger) IsStored(ctx context.Context, r energy.Reading) (bool, error) {
	const maxMoved = 1000
	stored, err := l.readings.Between(ctx, r.Device, r.At, r.At.Add(maxMoved))
	for place, s := range stored {
		if s.At != r.At.Add(int64(place)) {
			break // this instant was free: the reading did not move beyond it
		}
		if s.Kind == r.Kind && s.Energy == r.Energy && s.Power == r.Power && (r.Span == 0 || s.Span == r.Span) {
			return true, nil
		}
	}
	return false, err
}

// Ledger stores readings and books them. An acknowledged reading is on the disk, and it is safe to send it again. A reading without
// a time is a new reading each time.
type Ledger struct {
	readings  Readings
	directory campus.Directory
	clock     energy.Clock
	zone      *time.Location
	retention Retention
	commits   *groupCommit
	arrivals  *Arrivals[energy.DeviceID]
	// deviceSeen is called whenever a device reports.
	deviceSeen func(device energy.DeviceID, at energy.Instant, source energy.TimeSource)
	// counted is called with how many readings had a verdict.
	counted func(v Verdicts)
}

// OnDeviceSeen sets the function that is called with device, instant and clock whenever a device reports.
func (l *Ledger) OnDeviceSeen(notify func(device energy.DeviceID, at energy.Instant, source energy.TimeSource)) *Ledger {
	l.deviceSeen = notify
	return l
}

// OnCounted sets the function that is called with what became of readings. Any goroutine calls it.
func (l *Ledger) OnCounted(count func(Verdicts)) *Ledger {
	l.counted = count
	return l
}

// Verdicts count what became of readings.
type Verdicts struct {
	// Rejected readings have a flaw; the others are the results of energy.Result.
	Stored, Repeated, Conflicting, Overlapping, Rejected int
}

// verdictsOf counts the outcomes of a batch. Of an atomic batch that conflicts or overlaps nothing is stored.
func verdictsOf(batch []energy.Reading, outcomes []energy.Outcome, atomic bool) (v Verdicts) {
	for i, o := range outcomes {
		if batch[i].Kind == energy.Rejected {
			continue // counted when it was rejected
		}
		switch o.Result {
		case energy.Inserted:
			v.Stored++
		case energy.Duplicate:
			v.Repeated++
		case energy.Conflict:
			v.Conflicting++
		case energy.Overlapping:
			v.Overlapping++
		}
	}
	if atomic && v.Conflicting+v.Overlapping > 0 {
		v.Stored = 0
	}
	return v
}

// Waiting returns how many readings wait for a commit.
func (l *Ledger) Waiting() int { return l.commits.size() }

// NewLedger makes a ledger. zone is the zone of local times if the device is unknown. A reading older than retention is rejected:
// it would be unknown whether it was stored before.
func NewLedger(readings Readings, directory campus.Directory, clock energy.Clock, zone *time.Location, retention Retention) *Ledger {
	l := &Ledger{readings: readings, directory: directory, clock: clock, zone: zone, retention: retention, arrivals: NewArrivals[energy.DeviceID](), deviceSeen: func(energy.DeviceID, energy.Instant, energy.TimeSource) {}, counted: func(Verdicts) {}}
	l.commits = newGroupCommit(func(ctx context.Context, batch []energy.Reading) ([]energy.Outcome, error) {
		return l.appendBatch(ctx, batch, false)
	})
	return l
}

// Record stores one draft. It returns when the reading is committed and synced. Readings that arrive at the same time share a
// commit. Errors: ErrInvalid, ErrForbidden, ErrConflictingReading, ErrOverlapping.
func (l *Ledger) Record(ctx context.Context, caller energy.Caller, draft Draft) (energy.Outcome, error) {
	if !caller.MayReport() {
		return energy.Outcome{}, energy.ErrForbidden{}
	}
	reader, err := l.Reader(ctx, caller)
	if err != nil {
		return energy.Outcome{}, err
	}
	reading, flaws, err := l.read(ctx, &reader, draft)
	if err != nil {
		return energy.Outcome{}, err
	}
	if reading.Device != "" {
		l.deviceSeen(reading.Device, reading.At, reading.Source)
	}
	if len(flaws) > 0 && reading.Kind != energy.Rejected {
		return energy.Outcome{}, energy.ErrInvalid{Flaws: flaws}
	}
	outcome, err := l.commits.add(ctx, reading)
	if err == nil && len(flaws) > 0 {
		return energy.Outcome{}, energy.ErrInvalid{Flaws: flaws}
	}
	if err != nil {
		return energy.Outcome{}, err
	}
	device, _ := reader.Campus.Device(reading.Device)
	switch outcome.Result {
	case energy.Conflict:
		return outcome, energy.ErrConflictingReading{
			Stored: outcome.Stored, Sent: reading, Measures: device.Measures, Hidden: !reader.Campus.SeesReading(caller, device, reading.At),
		}
	case energy.Overlapping:
		return outcome, energy.ErrOverlapping{
			Covered: outcome.Covered, Sent: reading, Measures: device.Measures, Hidden: !reader.Campus.SeesReading(caller, device, reading.At),
		}
	}
	return outcome, nil
}

// Reader returns a reader of a caller's drafts, with the campus as it is now.
func (l *Ledger) Reader(ctx context.Context, caller energy.Caller) (Reader, error) {
	campus, err := l.directory.Campus(ctx)
	now := l.clock.Now()
	return Reader{campusReadAt: now, Campus: campus, caller: caller, Now: now, arrived: l.arrivals.Next, zone: l.zone, keptFrom: l.retention.ReadingsFrom(now)}, err
}

// read makes a reading of a draft, and counts those with flaws.
func (l *Ledger) read(ctx context.Context, r *Reader, draft Draft) (energy.Reading, []energy.Flaw, error) {
	reading, flaws, err := l.readFresh(ctx, r, draft)
	if err == nil && len(flaws) > 0 {
		l.counted(Verdicts{Rejected: 1})
	}
	return reading, flaws, err
}

// readFresh reads the campus again before it rejects a draft: another process may just have made or changed the device. A long upload,
// whose rows may all be bad, reads it again only every FreshFor.
func (l *Ledger) readFresh(ctx context.Context, r *Reader, draft Draft) (energy.Reading, []energy.Flaw, error) {
	id, _ := draft.Device.Value()
	series := string(id)
	place, begun := r.order[series]
	reading, flaws := r.Read(draft)
	if !slices.ContainsFunc(flaws, dependsOnCampus) || (r.campusFresh && int64(l.clock.Now()-r.campusReadAt) < campus.FreshFor) {
		return reading, flaws, nil
	}
	campus, err := l.directory.Fresh(ctx)
	if err != nil {
		return energy.Reading{}, nil, err
	}
	r.campusFresh, r.campusReadAt = true, l.clock.Now()
	if campus == r.Campus {
		return reading, flaws, nil
	}
	r.Campus = campus
	if begun {
		r.order[series] = place // as if the row was read only once
	} else {
		delete(r.order, series)
	}
	reading, flaws = r.Read(draft)
	return reading, flaws, nil
}

// dependsOnCampus reports whether the campus decides that a draft has the flaw.
func dependsOnCampus(f energy.Flaw) bool {
	return f.Rule == "no_such" || f.Rule == "out_of_reach" || f.Rule == ruleImpossible || f.Rule == "exactly_one"
}

// appendBatch stores a batch in which keys may repeat. The first reading of a key goes to the store. The others are compared with
// what is then stored. With atomic, one conflict anywhere leaves nothing stored.
func (l *Ledger) appendBatch(ctx context.Context, batch []energy.Reading, atomic bool) ([]energy.Outcome, error) {
	campus, err := l.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	distinct, places, clash := Distinct(batch)
	stored, err := l.store(ctx, distinct, campus, atomic, clash)
	if err != nil {
		return nil, err
	}
	outcomes := make([]energy.Outcome, len(batch))
	answered := make([]bool, len(distinct))
	for i, r := range batch {
		at := places[i]
		outcomes[i] = stored[at]
		if answered[at] && stored[at].Result != energy.Overlapping {
			outcomes[i] = energy.OutcomeOf(r, stored[at].Stored)
		}
		answered[at] = true
	}
	l.counted(verdictsOf(batch, outcomes, atomic))
	return outcomes, nil
}

// store appends distinct readings. It does not try an atomic batch that contradicts itself.
func (l *Ledger) store(ctx context.Context, distinct []energy.Reading, campus *campus.Campus, atomic, clash bool) ([]energy.Outcome, error) {
	switch {
	case atomic && clash:
		unstored := make([]energy.Outcome, len(distinct))
		for i, r := range distinct {
			unstored[i] = energy.Outcome{Result: energy.Inserted, Stored: r}
		}
		return unstored, nil
	case atomic:
		return l.readings.AppendAll(ctx, distinct, TraitsIn(campus))
	}
	return l.readings.Append(ctx, distinct, TraitsIn(campus))
}

// TraitsIn returns the traits of a campus's devices; for an unknown device, the traits that hold for any.
func TraitsIn(campus *campus.Campus) func(energy.DeviceID) Traits {
	return func(id energy.DeviceID) Traits {
		device, _ := campus.Device(id)
		return TraitsOf(device)
	}
}

// ReadingsFrom is the first instant whose readings are kept; 0 if all are.
func (l *Ledger) ReadingsFrom(now energy.Instant) energy.Instant {
	return l.retention.ReadingsFrom(now)
}

// AssignInstant returns an instant of its own for a reading of a device that has no time and arrived at one.
func (l *Ledger) AssignInstant(device energy.DeviceID, at energy.Instant) energy.Instant {
	return l.arrivals.Next(device, at)
}

// DeviceSeen records that a device reported, and for which instant.
func (l *Ledger) DeviceSeen(device energy.DeviceID, at energy.Instant, source energy.TimeSource) {
	l.deviceSeen(device, at, source)
}
