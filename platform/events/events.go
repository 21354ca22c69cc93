// Package events publishes what happens in the modules. A module's adapter writes an event into the outbox in the transaction
// of the change, so every committed change is published, and nothing else (outbox.go). A feed reads the outbox in the order of
// the commits, in every process that shares the database. Any number of readers can continue from any position that is still
// stored (feed.go). A process with a database of its own hands its events to the one that has readers (source.go), which stores
// them in its own outbox, once (inbox.go).
package events

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/holotwin/holotwin/platform/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the schema of the outbox.
func Migrations() fs.FS { return database.MigrationsIn(migrations) }

// Event is one thing that happened.
type Event struct {
	// Position is the event's position in the order of all events; set by the feed.
	Position Position
	// Kind is, for example, reading or device_state.
	Kind string
	// Device and Space are the ids of what the event is about; either may be empty.
	Device, Space string
	// Data is a JSON object on one line.
	Data string
	// received is true if it came from another database.
	received bool
}

// Position is a position in the order of all events. The zero position is before all events.
type Position struct {
	// MadeAt is when the event was made, or the position taken, in ms since 1970. It shows whether the next events are still
	// stored.
	MadeAt int64
	// Transaction is the transaction id of PostgreSQL; 0 on SQLite. Number is the number of the row, Index of the event in the
	// row.
	Transaction, Number uint64
	Index               int
}

// String returns the position as text, for readers to keep.
func (p Position) String() string {
	return fmt.Sprintf("%d-%d-%d-%d", p.MadeAt, p.Transaction, p.Number, p.Index)
}

// ErrNotAPosition is the error for a text that String did not make.
var ErrNotAPosition = errors.New("not a position of the event stream")

// ParsePosition reads a text that String made.
func ParsePosition(s string) (Position, error) {
	parts := strings.Split(s, "-")
	const fields = 4
	if len(parts) != fields {
		return Position{}, ErrNotAPosition
	}
	var n [fields]uint64
	for i, part := range parts {
		var err error
		const bits = 63
		if n[i], err = strconv.ParseUint(part, 10, bits); err != nil {
			return Position{}, ErrNotAPosition
		}
	}
	const maxInRow = 1 << 30
	if n[3] > maxInRow {
		return Position{}, ErrNotAPosition
	}
	return Position{MadeAt: int64(n[0]), Transaction: n[1], Number: n[2], Index: int(n[3])}, nil
}

// compare orders positions.
func (p Position) compare(o Position) int {
	return cmp.Or(cmp.Compare(p.Transaction, o.Transaction), cmp.Compare(p.Number, o.Number), cmp.Compare(p.Index, o.Index))
}

// Retention is how long events stay stored for readers that reconnect.
const Retention = time.Hour

// line returns the event as a line of a row's body.
func (e Event) line() string {
	return e.Kind + "\t" + e.Device + "\t" + e.Space + "\t" + e.Data
}

// receivedMark is the first line of a row whose events came from another database. It is no event.
const receivedMark = "received"

// eventsOf returns the events of a row's body.
func eventsOf(row Position, body string) []Event {
	var all []Event
	received := false
	for line := range strings.SplitSeq(body, "\n") {
		received = received || line == receivedMark
		const fields = 4
		parts := strings.SplitN(line, "\t", fields)
		if len(parts) != fields {
			continue // written by a later version
		}
		row.Index++
		all = append(all, Event{Position: row, Kind: parts[0], Device: parts[1], Space: parts[2], Data: parts[3], received: received})
	}
	return all
}
