package energy

import (
	"context"
	"iter"
)

// Readings keeps what devices reported and the pages that it adds up to; the two never disagree, in any snapshot.
type Readings interface {
	// Append stores and books a batch, in one transaction that is on the disk when it returns. Keys within a batch
	// are distinct. It is safe to repeat: a reading that is already there is Duplicate or Conflict, never an error.
	Append(ctx context.Context, batch []Reading, traits func(DeviceID) Traits) ([]Outcome, error)
	// AppendAll is Append of all or none: where one conflicts, the outcomes tell which and nothing is stored.
	AppendAll(ctx context.Context, batch []Reading, traits func(DeviceID) Traits) ([]Outcome, error)
	// Reading is the one under a key; ErrNotFound where there is none.
	Reading(ctx context.Context, key Key) (Reading, error)
	// List gives up to limit readings of the devices in [from, to), by device and instant, from after the key.
	List(ctx context.Context, devices []DeviceID, from, to Instant, after Key, limit int) ([]Reading, error)
	// Pages yields the devices' pages of the days [from, to), by device and day, all of one snapshot.
	Pages(ctx context.Context, devices []DeviceID, from, to int32) iter.Seq2[*Page, error]
	// PastChanges tells which devices had a day before yesterday changed since an instant, and when last.
	PastChanges(ctx context.Context, since Instant) (map[DeviceID]Instant, error)
}

// Directory is the campus as it is now.
type Directory interface {
	Campus(ctx context.Context) (*Campus, error)
	// Fresh is Campus after a look at whether another process changed it.
	Fresh(ctx context.Context) (*Campus, error)
}

// Clock tells the time.
type Clock interface{ Now() Instant }
