package ledger

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
)

// Row is one draft of a batch, or its flaws if it could not be read.
type Row struct {
	Line  int // counted from 1
	Draft Draft
	Flaws []energy.Flaw
}

// Rejection is a row that was not stored.
type Rejection struct {
	Line  int
	Flaws []energy.Flaw
	// Conflicting is true if another value is stored under the row's device and instant.
	Conflicting bool
}

// Summary counts the outcomes of a batch.
type Summary struct {
	Received, Inserted, Duplicates, Rejected int
	// Rejections are the first MaxRejections rejections.
	Rejections []Rejection
	// Faults are the rejected rows by field and rule, at most MaxFaults faults.
	Faults []Fault
	// Unknown are the unknown devices that rows name, in the order of their first row; at most MaxUnknown devices.
	Unknown []UnknownDevice
}

// MaxRejections is the maximum number of rejections that are listed.
const MaxRejections = 100

// BatchSize is the number of ambient readings, or of buffered measurements, in one transaction. It is large enough that the commit is not the main cost, and
// small enough that other commits wait little.
const BatchSize = 5000

// runSize is the number of readings of a lane in one transaction. Most files are ordered by time. A long run has many readings of
// each device, so that what is adjacent in the database is written once for all of them.
const runSize = 10_000

// RecordAll stores a batch as it arrives, in transactions of runSize, in bounded memory. It stores the valid rows and lists the bad
// ones. With atomic, it stores all rows or none, and keeps them in memory until the last has arrived. Errors: ErrForbidden, or the
// error that stopped the storing; the summary then counts what is stored already.
func (l *Ledger) RecordAll(ctx context.Context, caller energy.Caller, rows iter.Seq[Row], atomic bool) (Summary, error) {
	if !caller.MayReport() {
		return Summary{}, energy.ErrForbidden{}
	}
	return l.RecordAllListing(ctx, caller, rows, atomic, MaxRejections)
}

// ReviewAll reports the flaws of a batch and stores nothing. Conflicts with stored values or with other rows show only when the
// batch is recorded. Errors: ErrForbidden.
func (l *Ledger) ReviewAll(ctx context.Context, caller energy.Caller, rows iter.Seq[Row]) (Summary, error) {
	if !caller.MayReport() {
		return Summary{}, energy.ErrForbidden{}
	}
	reader, err := l.Reader(ctx, caller)
	if err != nil {
		return Summary{}, err
	}
	reader.order = make(energy.LocalOrder)
	reader.arrived = func(_ energy.DeviceID, at energy.Instant) energy.Instant { return at } // nothing is stored, so no instant is reserved
	b := &batch{ledger: l, reader: reader, maxListed: MaxRejections}
	for row := range rows {
		if b.read(ctx, row); b.failure != nil {
			break
		}
	}
	return b.summary, b.failure
}

// RecordAllListing is RecordAll with a maximum number of listed rejections.
func (l *Ledger) RecordAllListing(ctx context.Context, caller energy.Caller, rows iter.Seq[Row], atomic bool, named int) (Summary, error) {
	reader, err := l.Reader(ctx, caller)
	if err != nil {
		return Summary{}, err
	}
	reader.order = make(energy.LocalOrder)
	b := &batch{ledger: l, reader: reader, atomic: atomic, maxListed: named}
	if atomic {
		return b.recordAtomic(ctx, rows)
	}
	return b.record(ctx, rows)
}

// batch is a batch while it is stored.
type batch struct {
	ledger    *Ledger
	reader    Reader
	atomic    bool
	maxListed int // maximum number of rejections that are listed

	unknown unknownDevices // only the reader of rows uses it

	mu      sync.Mutex // guards what the lanes report
	summary Summary
	failure error // the first failure, which stops the batch
}

// lanes is the number of transactions that store a batch at the same time. All readings of a device use one lane, so that their
// order stays and no two lanes write the same page. While one lane waits for the database, the others are prepared.
const lanes = 3

// part is some readings of a batch, with their lines.
type part struct {
	readings []energy.Reading
	lines    []int
}

func (p *part) add(r energy.Reading, line int) {
	p.readings, p.lines = append(p.readings, r), append(p.lines, line)
}

func (b *batch) record(ctx context.Context, rows iter.Seq[Row]) (Summary, error) {
	var pending [lanes]*part
	var full [lanes]chan *part
	var running sync.WaitGroup
	for i := range lanes {
		pending[i], full[i] = &part{}, make(chan *part)
		running.Go(func() { b.store(ctx, full[i]) })
	}
	for row := range rows {
		reading, ok := b.read(ctx, row)
		if !ok && reading.Kind != energy.Rejected {
			if b.failed() {
				break
			}
			continue
		}
		lane := laneOf(reading.Device)
		pending[lane].add(reading, row.Line)
		if len(pending[lane].readings) < runSize {
			continue
		}
		full[lane] <- pending[lane]
		pending[lane] = &part{}
		if b.failed() {
			break
		}
	}
	for i := range lanes {
		full[i] <- pending[i]
		close(full[i])
	}
	running.Wait()
	slices.SortStableFunc(b.summary.Rejections, func(a, b Rejection) int { return cmp.Compare(a.Line, b.Line) })
	return b.summary, b.failure
}

// laneOf distributes devices over lanes (FNV-1a).
func laneOf(id energy.DeviceID) int {
	hash := uint32(2166136261)
	for i := range len(id) {
		hash = (hash ^ uint32(id[i])) * 16777619
	}
	return int(hash % lanes)
}

// store runs one lane: it stores parts as they arrive, and skips them after a failure.
func (b *batch) store(ctx context.Context, parts <-chan *part) {
	for p := range parts {
		if len(p.readings) == 0 || b.failed() {
			continue
		}
		outcomes, err := b.append(ctx, p.readings)
		b.mu.Lock()
		if err != nil && b.failure == nil {
			b.failure = err
		}
		if err == nil {
			b.countOutcomes(p, outcomes)
		}
		b.mu.Unlock()
	}
}

// append turns a panic into an error, so that it ends the batch and not the program.
func (b *batch) append(ctx context.Context, readings []energy.Reading) (outcomes []energy.Outcome, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("storing a batch panicked: %v", fault)
		}
	}()
	return b.ledger.appendBatch(ctx, readings, b.atomic)
}

func (b *batch) failed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failure != nil
}

// recordAtomic keeps all readings in memory until every row is checked.
func (b *batch) recordAtomic(ctx context.Context, rows iter.Seq[Row]) (Summary, error) {
	all := &part{}
	for row := range rows {
		reading, ok := b.read(ctx, row)
		if b.failure != nil {
			return b.summary, b.failure
		}
		if ok && b.summary.Rejected == 0 { // otherwise nothing will be stored; the rest is read for its flaws
			all.add(reading, row.Line)
		}
	}
	if b.summary.Rejected > 0 || len(all.readings) == 0 {
		return b.summary, nil
	}
	outcomes, err := b.append(ctx, all.readings)
	if err != nil {
		return b.summary, err
	}
	b.countOutcomes(all, outcomes)
	return b.summary, nil
}

// read makes a reading of a row, or rejects the row. A reading that is Rejected is rejected and stored. If the campus cannot be
// read, the batch fails.
func (b *batch) read(ctx context.Context, row Row) (energy.Reading, bool) {
	reading, flaws, err := energy.Reading{}, row.Flaws, error(nil)
	if len(flaws) == 0 {
		reading, flaws, err = b.ledger.read(ctx, &b.reader, row.Draft)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		if b.failure == nil {
			b.failure = err
		}
		return energy.Reading{}, false
	}
	b.summary.Received++
	if len(flaws) > 0 {
		b.reject(Rejection{Line: row.Line, Flaws: flaws})
		b.unknown.add(row.Draft, flaws)
		b.summary.Unknown = b.unknown.list
	}
	return reading, len(flaws) == 0
}

// reject counts a rejection. The caller holds b.mu while lanes run.
func (b *batch) reject(r Rejection) {
	b.summary.Refuse(r, b.maxListed)
}

// countOutcomes counts outcomes. The caller holds b.mu while lanes run.
func (b *batch) countOutcomes(p *part, outcomes []energy.Outcome) {
	inserted, duplicates := 0, 0
	for i, o := range outcomes {
		if p.readings[i].Kind == energy.Rejected {
			continue // already counted as rejected
		}
		switch o.Result {
		case energy.Inserted:
			inserted++
		case energy.Duplicate:
			duplicates++
		case energy.Conflict:
			b.reject(Rejection{Line: p.lines[i], Conflicting: true})
		case energy.Overlapping:
			b.reject(Rejection{Line: p.lines[i], Flaws: []energy.Flaw{energy.OverlappingFlaw()}})
		}
	}
	if b.atomic && b.summary.Rejected > 0 {
		return // nothing was stored
	}
	b.summary.Inserted += inserted
	b.summary.Duplicates += duplicates
}
