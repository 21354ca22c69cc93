package energy

import (
	"context"
	"slices"
	"time"
)

// Ledger takes readings and books them. What it acknowledges is on the disk, and sending it again is safe; one that tells no time is a
// reading of its own each time.
type Ledger struct {
	readings  Readings
	directory Directory
	clock     Clock
	zone      *time.Location
	retention Retention
	commits   *groupCommit
	arrivals  *arrivals[DeviceID]
	// heard is told whenever a device speaks.
	heard func(device DeviceID, at Instant, source TimeSource)
}

// Tell lets somebody know whenever a device speaks, and of which instant.
func (l *Ledger) Tell(heard func(device DeviceID, at Instant, source TimeSource)) *Ledger {
	l.heard = heard
	return l
}

// NewLedger makes a ledger; zone is that of instants without one where the device is unknown. What is older than
// retention keeps is not taken: nobody could tell any more whether it was there before.
func NewLedger(readings Readings, directory Directory, clock Clock, zone *time.Location, retention Retention) *Ledger {
	l := &Ledger{readings: readings, directory: directory, clock: clock, zone: zone, retention: retention, arrivals: newArrivals[DeviceID](), heard: func(DeviceID, Instant, TimeSource) {}}
	l.commits = newGroupCommit(func(ctx context.Context, batch []Reading) ([]Outcome, error) {
		return l.appendBatch(ctx, batch, false)
	})
	return l
}

// Record stores one draft. It returns when the reading is committed and synced, sharing its commit with others
// that come at the same time. Errors: ErrInvalid, ErrForbidden, ErrConflictingReading, ErrOverlapping.
func (l *Ledger) Record(ctx context.Context, caller Caller, draft Draft) (Outcome, error) {
	if !caller.MayReport() {
		return Outcome{}, ErrForbidden{}
	}
	reader, err := l.reader(ctx, caller)
	if err != nil {
		return Outcome{}, err
	}
	reading, flaws, err := l.read(ctx, &reader, draft)
	if err != nil {
		return Outcome{}, err
	}
	if reading.Device != "" {
		l.heard(reading.Device, reading.At, reading.Source)
	}
	if len(flaws) > 0 && reading.Kind != Refused {
		return Outcome{}, ErrInvalid{flaws}
	}
	outcome, err := l.commits.add(ctx, reading)
	if err == nil && len(flaws) > 0 {
		return Outcome{}, ErrInvalid{flaws}
	}
	if err != nil {
		return Outcome{}, err
	}
	device, _ := reader.campus.Device(reading.Device)
	switch outcome.Result {
	case Conflict:
		return outcome, ErrConflictingReading{
			Stored: outcome.Stored, Sent: reading, Measures: device.Measures, Unseen: !reader.campus.SeesReading(caller, device, reading.At),
		}
	case Overlapping:
		return outcome, ErrOverlapping{
			Covered: outcome.Covered, Sent: reading, Measures: device.Measures, Unseen: !reader.campus.SeesReading(caller, device, reading.At),
		}
	}
	return outcome, nil
}

func (l *Ledger) reader(ctx context.Context, caller Caller) (reader, error) {
	campus, err := l.directory.Campus(ctx)
	now := l.clock.Now()
	return reader{looked: now, campus: campus, caller: caller, now: now, arrived: l.arrivals.next, zone: l.zone, keptFrom: l.retention.ReadingsFrom(now)}, err
}

// read refuses nothing before it has looked a second time: another process may have made or changed the device a moment ago. Of
// a long upload, whose rows may all be bad, it looks again only every freshFor.
func (l *Ledger) read(ctx context.Context, r *reader, draft Draft) (Reading, []Flaw, error) {
	id, _ := draft.Device.Value()
	series := string(id)
	place, begun := r.order[series]
	reading, flaws := r.read(draft)
	if !slices.ContainsFunc(flaws, restsOnCampus) || (r.fresh && int64(l.clock.Now()-r.looked) < freshFor) {
		return reading, flaws, nil
	}
	campus, err := l.directory.Fresh(ctx)
	if err != nil {
		return Reading{}, nil, err
	}
	r.fresh, r.looked = true, l.clock.Now()
	if campus == r.campus {
		return reading, flaws, nil
	}
	r.campus = campus
	if begun {
		r.order[series] = place // the row is read once, as far as the order of the file goes
	} else {
		delete(r.order, series)
	}
	reading, flaws = r.read(draft)
	return reading, flaws, nil
}

// restsOnCampus tells whether a draft has the flaw by what the campus says of its device.
func restsOnCampus(f Flaw) bool {
	return f.Rule == "no_such" || f.Rule == "out_of_reach" || f.Rule == ruleImpossible || f.Rule == "exactly_one"
}

// appendBatch stores a batch in which keys may repeat: the first of a key is sent to the store, the others are
// compared with what then stands under it. With atomic, a conflict anywhere leaves nothing stored.
func (l *Ledger) appendBatch(ctx context.Context, batch []Reading, atomic bool) ([]Outcome, error) {
	campus, err := l.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	some, places, clash := distinct(batch)
	stored, err := l.store(ctx, some, campus, atomic, clash)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(batch))
	answered := make([]bool, len(some))
	for i, r := range batch {
		at := places[i]
		outcomes[i] = stored[at]
		if answered[at] && stored[at].Result != Overlapping {
			outcomes[i] = OutcomeOf(r, stored[at].Stored)
		}
		answered[at] = true
	}
	return outcomes, nil
}

// store appends distinct readings. An atomic batch that contradicts itself is not even tried.
func (l *Ledger) store(ctx context.Context, distinct []Reading, campus *Campus, atomic, clash bool) ([]Outcome, error) {
	switch {
	case atomic && clash:
		unstored := make([]Outcome, len(distinct))
		for i, r := range distinct {
			unstored[i] = Outcome{Result: Inserted, Stored: r}
		}
		return unstored, nil
	case atomic:
		return l.readings.AppendAll(ctx, distinct, TraitsIn(campus))
	}
	return l.readings.Append(ctx, distinct, TraitsIn(campus))
}

// TraitsIn gives what the books know of the devices of a campus; of one that is not there, what holds for any.
func TraitsIn(campus *Campus) func(DeviceID) Traits {
	return func(id DeviceID) Traits {
		device, _ := campus.Device(id)
		return TraitsOf(device)
	}
}

// KeptFrom is the first instant of which readings are kept; 0 where all are.
func (l *Ledger) KeptFrom(now Instant) Instant { return l.retention.ReadingsFrom(now) }

// Arrive gives an instant of its own to a reading of a device that names none and came at one.
func (l *Ledger) Arrive(device DeviceID, at Instant) Instant { return l.arrivals.next(device, at) }

// NoteSeen reports that a device spoke, and of which instant.
func (l *Ledger) NoteSeen(device DeviceID, at Instant, source TimeSource) {
	l.heard(device, at, source)
}
