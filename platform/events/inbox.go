package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

const (
	// keepReceived is how long a received event is recognized. An event can come again for as long as its source and the stream
	// keep it, which is Retention each and some minutes.
	keepReceived = 3 * Retention
	// ignoreOlder is the age at which an event is not taken any more: later it might be one that is no longer recognized. The time
	// between the two is for clocks that differ.
	ignoreOlder = keepReceived - Retention/2
	// maxReceived is the maximum number of events that are received at once. It bounds the parameters of a statement.
	maxReceived = 1000
)

// ErrNotReceivable is the error for received events that cannot be stored, also later.
var ErrNotReceivable = errors.New("not events of a HoloTwin process")

// Receive stores events of another database in this outbox, in the order of their source, and returns how many of them were new.
// Each is stored once, however often it is received. When Receive returns nil, all of them are stored.
//
// Errors: ErrNotReceivable.
func (o *Outbox) Receive(ctx context.Context, source string, all []Event) (stored int, err error) {
	if err := receivable(source, all); err != nil {
		return 0, err
	}
	oldest := o.now().Add(-ignoreOlder).UnixMilli()
	all = slices.DeleteFunc(slices.Clone(all), func(e Event) bool { return e.Position.MadeAt < oldest })
	if len(all) == 0 {
		return 0, nil
	}
	err = o.db.Transact(ctx, func(tx *gorm.DB) error {
		if own, err := isOwn(tx, source); err != nil || own {
			return err
		}
		fresh, err := o.recognize(tx, source, all)
		if err != nil {
			return fmt.Errorf("recognize %d received events: %w", len(all), err)
		}
		if stored = len(fresh); stored == 0 {
			return nil
		}
		return o.putLines(tx, append([]string{receivedMark}, Lines(fresh)...))
	})
	if err != nil {
		return 0, err
	}
	if stored > 0 {
		o.Committed(nil)
	}
	return stored, nil
}

// isOwn reports whether a source is this outbox itself: processes that publish and receive may share one database.
func isOwn(tx *gorm.DB, source string) (own bool, err error) {
	err = tx.Raw("SELECT COUNT(*) > 0 FROM events_source WHERE source = ?", source).Scan(&own).Error
	return own, err
}

// recognize returns the events that were not received before, and marks them as received.
func (o *Outbox) recognize(tx *gorm.DB, source string, all []Event) (fresh []Event, err error) {
	var values []any
	for _, e := range all {
		values = append(values, source, e.Position.String(), o.Now())
	}
	rows := strings.TrimSuffix(strings.Repeat("(?, ?, ?), ", len(all)), ", ")
	var positions []string
	err = tx.Raw("INSERT INTO events_received (source, position, received_at) VALUES "+rows+
		" ON CONFLICT (source, position) DO NOTHING RETURNING position", values...).Scan(&positions).Error
	marked := make(map[string]bool, len(positions))
	for _, p := range positions {
		marked[p] = true
	}
	for _, e := range all {
		if p := e.Position.String(); marked[p] {
			fresh = append(fresh, e)
			delete(marked, p) // twice in one message
		}
	}
	return fresh, err
}

// receivable rejects what would damage the outbox.
func receivable(source string, all []Event) error {
	if source == "" || len(all) > maxReceived {
		return ErrNotReceivable
	}
	for _, e := range all {
		if e.Kind == "" || strings.ContainsAny(e.Kind+e.Device+e.Space, "\t\n") || strings.Contains(e.Data, "\n") || !json.Valid([]byte(e.Data)) {
			return ErrNotReceivable
		}
	}
	return nil
}

// Marshal returns events as text: a line for each, with its position.
func Marshal(all []Event) []byte {
	lines := make([]string, len(all))
	for i, e := range all {
		lines[i] = e.Position.String() + "\t" + e.line()
	}
	return []byte(strings.Join(lines, "\n"))
}

// Unmarshal reads a text that Marshal made.
//
// Errors: ErrNotReceivable.
func Unmarshal(text []byte) ([]Event, error) {
	var all []Event
	for line := range strings.SplitSeq(string(text), "\n") {
		const fields = 5
		parts := strings.SplitN(line, "\t", fields)
		if len(parts) != fields {
			return nil, ErrNotReceivable
		}
		position, err := ParsePosition(parts[0])
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotReceivable, err)
		}
		all = append(all, Event{Position: position, Kind: parts[1], Device: parts[2], Space: parts[3], Data: parts[4]})
	}
	return all, nil
}

// Size returns about how many bytes the event takes in a text of Marshal.
func (e Event) Size() int {
	const others = 100 // the position and the tabs, at most
	return len(e.line()) + others
}
