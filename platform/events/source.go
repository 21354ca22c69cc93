package events

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/random"
)

// Source reads an outbox for a stream that takes its events to a process with another database. Each replica that shares the
// outbox has one. They share the progress, and none waits for another: if two put the same events into the stream, the receiver
// stores them once (inbox.go).
type Source struct {
	outbox *Outbox
	wakeUp chan struct{}
	quiet  int // polls in a row since the last commit
}

// NewSource returns a source.
func NewSource(outbox *Outbox) *Source {
	s := &Source{outbox: outbox, wakeUp: make(chan struct{}, 1)}
	outbox.subscribe(s.wakeUp)
	return s
}

// Progress is how far the events of a source are in a stream.
type Progress struct {
	// Source names the outbox among all.
	Source string
	// Position is the position of the last event in the stream.
	Position Position
	// Stream names the stream among all that ever had its name; Sequence is the number of the source's last message in it. They
	// show when a stream lost what it had.
	Stream   string
	Sequence uint64
}

// Wait waits until there may be new events. It returns false if ctx ended.
func (s *Source) Wait(ctx context.Context) bool {
	wait := pollEvery
	if s.outbox.SharesCommits() && s.quiet >= pollsAfterCommit {
		wait = slowPollEvery
	}
	select {
	case <-ctx.Done():
		return false
	case <-s.wakeUp:
		s.quiet = 0
	case <-time.After(wait):
		s.quiet++
	}
	return ctx.Err() == nil
}

// Progress returns the stored progress. The first call gives the outbox its name; its progress is before all events.
func (s *Source) Progress(ctx context.Context) (Progress, error) {
	p, known, err := s.stored(ctx)
	if err != nil || known {
		return p, err
	}
	err = s.outbox.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO events_source (only_row, source, position, stream, sequence) VALUES (1, ?, ?, '', 0) ON CONFLICT DO NOTHING`,
			random.ID("src"), Position{}.String()).Error
	})
	if err != nil {
		return Progress{}, fmt.Errorf("name the outbox: %w", err)
	}
	p, _, err = s.stored(ctx)
	return p, err
}

// stored reads the progress where replicas write it: a copy of the database may be behind.
func (s *Source) stored(ctx context.Context) (p Progress, known bool, err error) {
	var rows []struct {
		Source, Position, Stream string
		Sequence                 uint64
	}
	db := s.outbox.db.Read
	if s.outbox.db.Dialect == database.Postgres {
		db = s.outbox.db.Write
	}
	err = db.WithContext(ctx).Raw("SELECT source, position, stream, sequence FROM events_source WHERE only_row = 1").Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return Progress{}, false, err
	}
	p = Progress{Source: rows[0].Source, Stream: rows[0].Stream, Sequence: rows[0].Sequence}
	if p.Position, err = ParsePosition(rows[0].Position); err != nil {
		return Progress{}, false, fmt.Errorf("events_source: %w", err)
	}
	return p, true, nil
}

// Advance stores a progress in the place of one that was read. It returns false if another replica was quicker: read it again.
func (s *Source) Advance(ctx context.Context, from, to Progress) (advanced bool, err error) {
	err = s.outbox.db.Transact(ctx, func(tx *gorm.DB) error {
		stored := tx.Exec(`UPDATE events_source SET position = ?, stream = ?, sequence = ?
			WHERE only_row = 1 AND source = ? AND position = ? AND stream = ? AND sequence = ?`,
			to.Position.String(), to.Stream, to.Sequence, from.Source, from.Position.String(), from.Stream, from.Sequence)
		advanced = stored.RowsAffected == 1
		return stored.Error
	})
	return advanced, err
}

// After returns the next events after a position, and the position up to which it read; there are no more if that is the same.
// Events that came from another database are left out: they are published by their source.
func (s *Source) After(ctx context.Context, p Position) (own []Event, upTo Position, err error) {
	all, err := s.outbox.after(ctx, p, rowsAtOnce)
	if err != nil || len(all) == 0 {
		return nil, p, err
	}
	for _, e := range all {
		if !e.received {
			own = append(own, e)
		}
	}
	return own, all[len(all)-1].Position, nil
}

// Restored returns true if a position is not of this database's past: the database was restored from a copy on another server, so
// that its next events may come before the position. It is for the start of a process.
func (s *Source) Restored(ctx context.Context, p Position) (bool, error) {
	if s.outbox.db.Dialect == database.SQLite {
		return false, nil // the numbers of a copy go on from where it was
	}
	head, err := s.outbox.head(ctx)
	return err == nil && p.Transaction > 0 && p.Transaction >= head.Transaction, err
}
