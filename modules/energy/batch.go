package energy

import (
	"context"
	"iter"
)

// Row is one report of a batch, or what is wrong with it already.
type Row struct {
	Line   int // as a person counts them, from 1
	Report Report
	Flaws  []Flaw
}

// Rejection is a row that was not stored.
type Rejection struct {
	Line  int
	Flaws []Flaw
	// Conflicting is set where what the row identifies already holds another value.
	Conflicting bool
}

// Summary is what became of a batch.
type Summary struct {
	Received, Inserted, Duplicates, Rejected int
	// Rejections are the first MaxRejections of them.
	Rejections []Rejection
}

// MaxRejections is how many rejections are told one by one.
const MaxRejections = 100

// batchSize is how many readings one transaction of a batch holds: large enough that the commit is not what
// costs, small enough that others' commits wait little.
const batchSize = 5000

// RecordAll stores a batch as it comes, in transactions of batchSize, in bounded memory. Good rows are kept, bad
// ones named. With atomic, all rows or none: they are all held until the last has come.
// Errors: ErrForbidden, or what stopped the storing; the summary then tells what is stored already.
func (l *Ledger) RecordAll(ctx context.Context, caller Caller, rows iter.Seq[Row], atomic bool) (Summary, error) {
	if !caller.MayReport() {
		return Summary{}, ErrForbidden{}
	}
	reader, err := l.reader(ctx, caller)
	if err != nil {
		return Summary{}, err
	}
	b := &batch{ledger: l, reader: reader, atomic: atomic}
	for row := range rows {
		if err := b.add(ctx, row); err != nil {
			return b.summary, err
		}
	}
	return b.summary, b.end(ctx)
}

// batch is a batch on its way into the books.
type batch struct {
	ledger  *Ledger
	reader  reader
	atomic  bool
	pending []Reading
	lines   []int
	summary Summary
}

func (b *batch) add(ctx context.Context, row Row) error {
	b.summary.Received++
	reading, flaws := Reading{}, row.Flaws
	if len(flaws) == 0 {
		reading, flaws = b.ledger.read(ctx, &b.reader, row.Report)
	}
	if len(flaws) > 0 {
		b.reject(Rejection{Line: row.Line, Flaws: flaws})
		return nil
	}
	if b.atomic && b.summary.Rejected > 0 {
		return nil // nothing will be stored; the rest is read for its flaws
	}
	b.pending, b.lines = append(b.pending, reading), append(b.lines, row.Line)
	if !b.atomic && len(b.pending) >= batchSize {
		return b.flush(ctx)
	}
	return nil
}

func (b *batch) reject(r Rejection) {
	b.summary.Rejected++
	if len(b.summary.Rejections) < MaxRejections {
		b.summary.Rejections = append(b.summary.Rejections, r)
	}
}

func (b *batch) end(ctx context.Context) error {
	if b.atomic && b.summary.Rejected > 0 {
		return nil
	}
	return b.flush(ctx)
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.pending) == 0 {
		return nil
	}
	outcomes, err := b.ledger.appendBatch(ctx, b.pending, b.atomic)
	if err != nil {
		return err
	}
	b.tell(outcomes)
	b.pending, b.lines = b.pending[:0], b.lines[:0]
	return nil
}

func (b *batch) tell(outcomes []Outcome) {
	inserted, duplicates := 0, 0
	for i, o := range outcomes {
		switch o.Result {
		case Inserted:
			inserted++
		case Duplicate:
			duplicates++
		case Conflict:
			b.reject(Rejection{Line: b.lines[i], Conflicting: true})
		}
	}
	if b.atomic && b.summary.Rejected > 0 {
		return // none was stored
	}
	b.summary.Inserted += inserted
	b.summary.Duplicates += duplicates
}
