package events

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
)

// Outbox stores events in the transactions of their changes. A nil Outbox stores and wakes nothing.
type Outbox struct {
	db  *database.Database
	now func() time.Time

	mu    sync.Mutex
	feeds []chan<- struct{}
	// onCommit is called after each commit, for the other processes that share the database; nil if nothing informs them.
	onCommit func()
}

// NewOutbox returns an outbox; now is the clock.
func NewOutbox(db *database.Database, now func() time.Time) *Outbox {
	return &Outbox{db: db, now: now}
}

// Put stores events in tx. They are published when tx is committed.
func (o *Outbox) Put(tx *gorm.DB, all []Event) error {
	if o == nil || len(all) == 0 {
		return nil
	}
	return o.putLines(tx, Lines(all))
}

func (o *Outbox) putLines(tx *gorm.DB, lines []string) error {
	if err := tx.Exec("INSERT INTO events_outbox (made_at, body) VALUES (?, ?)", o.Now(), strings.Join(lines, "\n")).Error; err != nil {
		return fmt.Errorf("store %d events: %w", len(lines), err)
	}
	return nil
}

// Lines returns events as lines of an outbox row's body, one line for each event. It is for an adapter that inserts the row in
// a statement of its own.
func Lines(all []Event) []string {
	lines := make([]string, len(all))
	for i, e := range all {
		lines[i] = e.line()
	}
	return lines
}

// Now returns the made_at of an event that is stored now, in ms since 1970.
func (o *Outbox) Now() int64 { return o.now().UnixMilli() }

// OnCommit sets a function that informs the other processes of a commit. They then call CommittedElsewhere.
func (o *Outbox) OnCommit(inform func()) { o.onCommit = inform }

// SharesCommits returns true if the processes inform each other of commits.
func (o *Outbox) SharesCommits() bool { return o.onCommit != nil }

// Committed wakes the feeds of this process after a transaction, unless err says that it failed. Other processes are informed if
// OnCommit was called; else they poll.
func (o *Outbox) Committed(err error) {
	if o == nil || err != nil {
		return
	}
	o.CommittedElsewhere()
	if o.onCommit != nil {
		o.onCommit()
	}
}

// CommittedElsewhere wakes the feeds of this process after another process committed something.
func (o *Outbox) CommittedElsewhere() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, wake := range o.feeds {
		select {
		case wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

func (o *Outbox) subscribe(readers chan<- struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.feeds = append(o.feeds, readers)
}

// retentionMargin is how much longer than Retention events stay stored, so that a reader whose position was accepted can read
// on.
const retentionMargin = 5 * time.Minute

// DeleteOld deletes events that are older than Retention, and what was kept to recognize the received ones.
func (o *Outbox) DeleteOld(ctx context.Context) error {
	return o.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM events_received WHERE received_at < ?", o.now().Add(-keepReceived).UnixMilli()).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM events_outbox WHERE made_at < ?", o.now().Add(-Retention-retentionMargin).UnixMilli()).Error
	})
}

// head returns the position after all events that readers can see.
func (o *Outbox) head(ctx context.Context) (p Position, err error) {
	p.MadeAt = o.Now()
	if o.db.Dialect == database.Postgres {
		p.Transaction, err = oldestOpen(o.db.Read.WithContext(ctx))
		return p, err
	}
	const wholeRow = 1 << 30
	p.Index = wholeRow
	err = o.db.Read.WithContext(ctx).Raw("SELECT coalesce(max(number), 0) FROM events_outbox").Row().Scan(&p.Number)
	return p, err
}

// oldestOpen returns the number of the oldest transaction that is open: all before it have ended, and the next statement sees what they
// stored. On Citus, rows have the numbers of the node that the program is connected to, whichever node they are stored on or moved to. So
// this is a statement of its own: one that reads a table is answered by the table's node, which counts by itself.
func oldestOpen(on *gorm.DB) (transaction uint64, err error) {
	err = on.Raw("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").Row().Scan(&transaction)
	return transaction, err
}

// after returns the events of up to rows rows that follow a position. It returns only events before which no other event can
// still be committed.
func (o *Outbox) after(ctx context.Context, p Position, rows int) (all []Event, err error) {
	// One connection: another one may be to another copy of the database.
	err = o.db.Read.WithContext(ctx).Connection(func(read *gorm.DB) error {
		read = read.Session(&gorm.Session{NewDB: true}) // each statement is a new one
		query := read.Raw(`SELECT 0, number, made_at, body FROM events_outbox WHERE number >= ? ORDER BY number LIMIT ?`, p.Number, rows)
		if o.db.Dialect == database.Postgres {
			open, err := oldestOpen(read)
			if err != nil {
				return err
			}
			query = read.Raw(`SELECT transaction::text::bigint, number, made_at, body FROM events_outbox
				WHERE (transaction, number) >= (?::text::xid8, ?) AND transaction < ?::text::xid8
				ORDER BY transaction, number LIMIT ?`, fmt.Sprint(p.Transaction), p.Number, fmt.Sprint(open), rows)
		}
		found, err := query.Rows()
		if err != nil {
			return err
		}
		all, err = eventsAfter(p, found)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return all, nil
}

// Unpublished returns for how long the oldest event waits to be put into the stream to other processes; 0 if none waits.
func (o *Outbox) Unpublished(ctx context.Context) (time.Duration, error) {
	p, known, err := (&Source{outbox: o}).stored(ctx)
	if err != nil || !known {
		return 0, err
	}
	return o.waitingSince(ctx, p.Position)
}

// waitingSince returns how long ago the first event after a position was made; 0 if there is none.
func (o *Outbox) waitingSince(ctx context.Context, p Position) (time.Duration, error) {
	next, err := o.after(ctx, p, 1)
	if err != nil || len(next) == 0 {
		return 0, err
	}
	return max(0, time.Duration(o.Now()-next[0].Position.MadeAt)*time.Millisecond), nil
}

// eventsAfter returns the events of rows that follow a position, and closes the rows.
func eventsAfter(p Position, found *sql.Rows) (all []Event, err error) {
	defer func() { _ = found.Close() }()
	for found.Next() {
		var row Position
		var body string
		if err := found.Scan(&row.Transaction, &row.Number, &row.MadeAt, &body); err != nil {
			return nil, err
		}
		for _, e := range eventsOf(row, body) {
			if e.Position.compare(p) > 0 {
				all = append(all, e)
			}
		}
	}
	return all, found.Err()
}
