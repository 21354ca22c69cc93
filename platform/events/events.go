// Package events carries what the modules tell whoever listens. A module's adapter puts an event into the outbox in the
// transaction of the change, so that nothing is told that is not so and nothing that is so goes untold (outbox.go). A feed reads
// the outbox in the order of the commits, on every process that shares the database, and lets any number of readers go on from
// any place in it that is still kept (feed.go).
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
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the outbox's schema.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return files
}

// Event is one thing that happened.
type Event struct {
	// Position is where it stands in the order of all; set by the feed.
	Position Position
	// Kind is a word such as reading or device_state.
	Kind string
	// Device and Space are what it is about; either may be empty.
	Device, Space string
	// Data is a JSON object on one line.
	Data string
}

// Position is a place in the order of all events. The zero place is before all.
type Position struct {
	// MadeAt is when the event was made, or the place taken, ms since 1970: it tells whether what follows is still kept.
	MadeAt int64
	// Transaction is PostgreSQL's; 0 on SQLite. Number is the row's, Index the event's within it.
	Transaction, Number uint64
	Index               int
}

// String is the place as a reader keeps it.
func (p Position) String() string {
	return fmt.Sprintf("%d-%d-%d-%d", p.MadeAt, p.Transaction, p.Number, p.Index)
}

// ErrNotAPosition is a text that String never gave.
var ErrNotAPosition = errors.New("not a place in the order of events")

// ParsePosition reads what String gave.
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
	const mostInRow = 1 << 30
	if n[3] > mostInRow {
		return Position{}, ErrNotAPosition
	}
	return Position{MadeAt: int64(n[0]), Transaction: n[1], Number: n[2], Index: int(n[3])}, nil
}

// compare orders places.
func (p Position) compare(o Position) int {
	return cmp.Or(cmp.Compare(p.Transaction, o.Transaction), cmp.Compare(p.Number, o.Number), cmp.Compare(p.Index, o.Index))
}

// Retention is how long events are kept for readers that come back.
const Retention = time.Hour

// line writes an event as a line of a row's body.
func (e Event) line() string {
	return e.Kind + "\t" + e.Device + "\t" + e.Space + "\t" + e.Data
}

// eventsOf reads a row's body.
func eventsOf(row Position, body string) []Event {
	var all []Event
	for line := range strings.SplitSeq(body, "\n") {
		const fields = 4
		parts := strings.SplitN(line, "\t", fields)
		if len(parts) != fields {
			continue // of a later version
		}
		row.Index++
		all = append(all, Event{Position: row, Kind: parts[0], Device: parts[1], Space: parts[2], Data: parts[3]})
	}
	return all
}
