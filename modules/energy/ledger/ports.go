package ledger

import (
	"context"
	"iter"

	"github.com/holotwin/holotwin/modules/energy"
)

// Readings keeps what devices reported and the pages that it adds up to; the two never disagree, in any snapshot.
type Readings interface {
	// Append stores and books a batch, in one transaction that is on the disk when it returns. Keys within a batch
	// are distinct. It is safe to repeat: a reading that is already there is Duplicate or Conflict, never an error. One that
	// was StampedHere is a reading of its own, whatever is there: it moves to the next free instant, within five minutes, and
	// its outcome says where it is stored. Those of one device keep their order. An interval that claims its time is Overlapping, and
	// is not stored, where a part of that time is told already; within a batch, the first tells it. What was Refused is kept so that
	// the powers beside it are not joined.
	Append(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) Traits) ([]energy.Outcome, error)
	// AppendAll is Append of all or none: where one conflicts or overlaps, the outcomes tell which and nothing is stored.
	AppendAll(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) Traits) ([]energy.Outcome, error)
	// Correct puts c.After in the place of the reading under c.Key, or withdraws it where After is nil, with all that
	// it changes of the totals, and keeps the correction; with c.Ruling, the reading stays and is decoded as it says. It gives it with what stood there; ErrNotFound where
	// nothing was ever reported under the key. A reading that a correction replaced or withdrew is a Duplicate when
	// it is sent again. ErrOverlapping where After tells of a time that is told already, and Before did not.
	Correct(ctx context.Context, c Correction, traits func(energy.DeviceID) Traits) (Correction, error)
	// Quarantined gives up to limit readings of the devices that are held back, by device and instant, from after the key,
	// with what each is subtracted from.
	Quarantined(ctx context.Context, devices []energy.DeviceID, after energy.Key, limit int) ([]Held, error)
	// Corrections gives those of a reading, oldest first.
	Corrections(ctx context.Context, key energy.Key) ([]Correction, error)
	// Restated gives up to limit of the devices' days whose totals changed at or after an instant, by late readings
	// or corrections, by time of change, device and day, from after one.
	Restated(ctx context.Context, devices []energy.DeviceID, since energy.Instant, after Restatement, limit int) ([]Restatement, error)
	// Reading is the one under a key; ErrNotFound where there is none.
	Reading(ctx context.Context, key energy.Key) (energy.Reading, error)
	// List gives up to limit readings of the devices in [from, to), by device and instant, from after the key.
	List(ctx context.Context, devices []energy.DeviceID, from, to energy.Instant, after energy.Key, limit int) ([]energy.Reading, error)
	// Snapshot shows the books of devices as they are at one instant.
	Snapshot(ctx context.Context, devices []energy.DeviceID, look func(Books) error) error
	// ForgetReadings drops the readings before an instant, the first of a month of UTC, and gives how many; what they add up
	// to stays, and later readings of a register are still subtracted from them.
	ForgetReadings(ctx context.Context, before energy.Instant) (int64, error)
	// ForgetTotals drops the totals of the days before one.
	ForgetTotals(ctx context.Context, before int32) error
	// PastChanges tells whose past (the days before yesterday) changed at or after an instant, by readings, states,
	// ambient readings, weather, calendar or tariff.
	PastChanges(ctx context.Context, since energy.Instant) ([]Changed, error)
}

// Books are the pages of some devices, all of one snapshot.
type Books interface {
	// Begun gives the day of each device's first page; a device without any is not in it.
	Begun() (map[energy.DeviceID]int32, error)
	// Versions gives, for the days of [from, to), a number that every change of a page of that day counts up. Days whose
	// pages may change without being counted, such as today's, are not in it.
	Versions(from, to int32) (map[int32]int64, error)
	// Days gives the first and last day of which there is a page; found is false where there is none.
	Days() (first, last int32, found bool, err error)
	// Pages yields the pages of the days [from, to), by day and device.
	Pages(from, to int32) iter.Seq2[*Page, error]
	// Revision is a number that changes of the days before one count up, where these days have passed for an hour. It does not
	// tell of changes to the days of the unposted devices.
	Revision(before int32) (revision int64, unposted map[energy.DeviceID]bool, err error)
	// Recent yields the last n pages before a day of each of the devices, which are of those that the books are of, a device after the other.
	Recent(devices []energy.DeviceID, before int32, n int) iter.Seq2[*Page, error]
}

// Changed is a device or a space whose past changed; a space stands for all within it.
type Changed struct {
	Device energy.DeviceID
	Space  energy.SpaceID
	At     energy.Instant // the last time
}
