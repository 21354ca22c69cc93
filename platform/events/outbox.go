package events

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
)

// Outbox takes events in the transactions that make them true.
type Outbox struct {
	db  *database.Database
	now func() time.Time

	mu    sync.Mutex
	feeds []chan<- struct{}
	// onCommit is told of commits, for the processes that share the database; nil where nobody carries it to them.
	onCommit func()
}

// NewOutbox makes an outbox; now is the clock.
func NewOutbox(db *database.Database, now func() time.Time) *Outbox {
	return &Outbox{db: db, now: now}
}

// Put tells events if tx is committed.
func (o *Outbox) Put(tx *gorm.DB, all []Event) error {
	if len(all) == 0 {
		return nil
	}
	if err := tx.Exec("INSERT INTO events_outbox (made_at, body) VALUES (?, ?)", o.Now(), strings.Join(Lines(all), "\n")).Error; err != nil {
		return fmt.Errorf("tell %d events: %w", len(all), err)
	}
	return nil
}

// Lines are events as a statement of an adapter's own puts them into the outbox: its body is lines, a line an event.
func Lines(all []Event) []string {
	lines := make([]string, len(all))
	for i, e := range all {
		lines[i] = e.line()
	}
	return lines
}

// Now is what made_at is of an event that is put now, ms since 1970.
func (o *Outbox) Now() int64 { return o.now().UnixMilli() }

// OnCommit lets somebody carry the word that something was committed to the other processes, who call Elsewhere.
func (o *Outbox) OnCommit(tell func()) { o.onCommit = tell }

// SharesCommits tells whether other processes are told of commits, and this one of theirs.
func (o *Outbox) SharesCommits() bool { return o.onCommit != nil }

// Committed wakes this process's readers. Those of others are told, or look by themselves.
func (o *Outbox) Committed() {
	o.CommittedElsewhere()
	if o.onCommit != nil {
		o.onCommit()
	}
}

// CommittedElsewhere wakes this process's readers: another process committed something.
func (o *Outbox) CommittedElsewhere() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, wake := range o.feeds {
		select {
		case wake <- struct{}{}:
		default: // it is awake
		}
	}
}

func (o *Outbox) subscribe(readers chan<- struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.feeds = append(o.feeds, readers)
}

// retentionMargin is how much longer than Kept events stay, so that a reader who is told that he may go on can.
const retentionMargin = 5 * time.Minute

// DeleteOld drops what is older than Kept.
func (o *Outbox) DeleteOld(ctx context.Context) error {
	return o.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec("DELETE FROM events_outbox WHERE made_at < ?", o.now().Add(-Retention-retentionMargin).UnixMilli()).Error
	})
}

// head is the place after all that readers can see.
func (o *Outbox) head(ctx context.Context) (Position, error) {
	p := Position{MadeAt: o.Now()}
	query := "SELECT 0, coalesce(max(number), 0) FROM events_outbox"
	if o.db.Dialect == database.Postgres {
		query = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 0"
	}
	const wholeRow = 1 << 30
	err := o.db.Read.WithContext(ctx).Raw(query).Row().Scan(&p.Transaction, &p.Number)
	if o.db.Dialect == database.SQLite {
		p.Index = wholeRow
	}
	return p, err
}

// after gives the events of up to rows rows that come after a place, of those that nothing can come before any more.
func (o *Outbox) after(ctx context.Context, p Position, rows int) (all []Event, err error) {
	read := o.db.Read.WithContext(ctx)
	query := read.Raw(`SELECT 0, number, made_at, body FROM events_outbox WHERE number >= ? ORDER BY number LIMIT ?`, p.Number, rows)
	if o.db.Dialect == database.Postgres {
		query = read.Raw(`SELECT transaction::text::bigint, number, made_at, body FROM events_outbox
			WHERE (transaction, number) >= (?::text::xid8, ?) AND transaction < pg_snapshot_xmin(pg_current_snapshot())
			ORDER BY transaction, number LIMIT ?`, fmt.Sprint(p.Transaction), p.Number, rows)
	}
	found, err := query.Rows()
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
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
