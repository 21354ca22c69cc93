// Package ledger stores readings and books them exactly: a register is decoded along its chain, energy is spread over quarter
// hours, and every total equals its readings to the milliwatt-hour, in whatever order they come.
package ledger

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Holds tells whether a reading that was stamped here is stored, at its instant or where it moved.
func (l *Ledger) Holds(ctx context.Context, r energy.Reading) (bool, error) {
	const most = 1000
	stored, err := l.readings.List(ctx, []energy.DeviceID{r.Device}, r.At, r.At.Add(most), energy.Key{}, most)
	for place, s := range stored {
		if s.At != r.At.Add(int64(place)) {
			break // an instant that was free: it did not move beyond
		}
		if s.Kind == r.Kind && s.Energy == r.Energy && s.Power == r.Power && (r.Span == 0 || s.Span == r.Span) {
			return true, nil
		}
	}
	return false, err
}

// Ledger takes readings and books them. What it acknowledges is on the disk, and sending it again is safe; one that tells no time is a
// reading of its own each time.
type Ledger struct {
	readings  Readings
	directory campus.Directory
	clock     energy.Clock
	zone      *time.Location
	retention Retention
	commits   *groupCommit
	arrivals  *Arrivals[energy.DeviceID]
	// deviceSeen is told whenever a device speaks.
	deviceSeen func(device energy.DeviceID, at energy.Instant, source energy.TimeSource)
}

// OnDeviceSeen lets somebody know whenever a device speaks, and of which instant.
func (l *Ledger) OnDeviceSeen(heard func(device energy.DeviceID, at energy.Instant, source energy.TimeSource)) *Ledger {
	l.deviceSeen = heard
	return l
}

// NewLedger makes a ledger; zone is that of instants without one where the device is unknown. What is older than
// retention keeps is not taken: nobody could tell any more whether it was there before.
func NewLedger(readings Readings, directory campus.Directory, clock energy.Clock, zone *time.Location, retention Retention) *Ledger {
	l := &Ledger{readings: readings, directory: directory, clock: clock, zone: zone, retention: retention, arrivals: NewArrivals[energy.DeviceID](), deviceSeen: func(energy.DeviceID, energy.Instant, energy.TimeSource) {}}
	l.commits = newGroupCommit(func(ctx context.Context, batch []energy.Reading) ([]energy.Outcome, error) {
		return l.appendBatch(ctx, batch, false)
	})
	return l
}

// Record stores one draft. It returns when the reading is committed and synced, sharing its commit with others
// that come at the same time. Errors: ErrInvalid, ErrForbidden, ErrConflictingReading, ErrOverlapping.
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

// Reader makes a reader of what a caller reports, with the campus as it is now.
func (l *Ledger) Reader(ctx context.Context, caller energy.Caller) (Reader, error) {
	campus, err := l.directory.Campus(ctx)
	now := l.clock.Now()
	return Reader{looked: now, Campus: campus, caller: caller, Now: now, arrived: l.arrivals.Next, zone: l.zone, keptFrom: l.retention.ReadingsFrom(now)}, err
}

// read refuses nothing before it has looked a second time: another process may have made or changed the device a moment ago. Of
// a long upload, whose rows may all be bad, it looks again only every freshFor.
func (l *Ledger) read(ctx context.Context, r *Reader, draft Draft) (energy.Reading, []energy.Flaw, error) {
	id, _ := draft.Device.Value()
	series := string(id)
	place, begun := r.order[series]
	reading, flaws := r.Read(draft)
	if !slices.ContainsFunc(flaws, restsOnCampus) || (r.fresh && int64(l.clock.Now()-r.looked) < campus.FreshFor) {
		return reading, flaws, nil
	}
	campus, err := l.directory.Fresh(ctx)
	if err != nil {
		return energy.Reading{}, nil, err
	}
	r.fresh, r.looked = true, l.clock.Now()
	if campus == r.Campus {
		return reading, flaws, nil
	}
	r.Campus = campus
	if begun {
		r.order[series] = place // the row is read once, as far as the order of the file goes
	} else {
		delete(r.order, series)
	}
	reading, flaws = r.Read(draft)
	return reading, flaws, nil
}

// restsOnCampus tells whether a draft has the flaw by what the campus says of its device.
func restsOnCampus(f energy.Flaw) bool {
	return f.Rule == "no_such" || f.Rule == "out_of_reach" || f.Rule == ruleImpossible || f.Rule == "exactly_one"
}

// appendBatch stores a batch in which keys may repeat: the first of a key is sent to the store, the others are
// compared with what then stands under it. With atomic, a conflict anywhere leaves nothing stored.
func (l *Ledger) appendBatch(ctx context.Context, batch []energy.Reading, atomic bool) ([]energy.Outcome, error) {
	campus, err := l.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	some, places, clash := Distinct(batch)
	stored, err := l.store(ctx, some, campus, atomic, clash)
	if err != nil {
		return nil, err
	}
	outcomes := make([]energy.Outcome, len(batch))
	answered := make([]bool, len(some))
	for i, r := range batch {
		at := places[i]
		outcomes[i] = stored[at]
		if answered[at] && stored[at].Result != energy.Overlapping {
			outcomes[i] = energy.OutcomeOf(r, stored[at].Stored)
		}
		answered[at] = true
	}
	return outcomes, nil
}

// store appends distinct readings. An atomic batch that contradicts itself is not even tried.
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

// TraitsIn gives what the books know of the devices of a campus; of one that is not there, what holds for any.
func TraitsIn(campus *campus.Campus) func(energy.DeviceID) Traits {
	return func(id energy.DeviceID) Traits {
		device, _ := campus.Device(id)
		return TraitsOf(device)
	}
}

// KeptFrom is the first instant of which readings are kept; 0 where all are.
func (l *Ledger) KeptFrom(now energy.Instant) energy.Instant { return l.retention.ReadingsFrom(now) }

// Arrive gives an instant of its own to a reading of a device that names none and came at one.
func (l *Ledger) Arrive(device energy.DeviceID, at energy.Instant) energy.Instant {
	return l.arrivals.Next(device, at)
}

// DeviceSeen reports that a device spoke, and of which instant.
func (l *Ledger) DeviceSeen(device energy.DeviceID, at energy.Instant, source energy.TimeSource) {
	l.deviceSeen(device, at, source)
}
