package ledger

import (
	"context"
	"iter"

	"github.com/holotwin/holotwin/modules/energy"
)

// Readings stores what devices reported and the pages of their totals. The two agree in every snapshot.
type Readings interface {
	// Append stores and books a batch, in one transaction that is on the disk when it returns. Keys within a batch are distinct. It
	// is safe to repeat: a reading that is stored already is Duplicate or Conflict, never an error. A reading that HasServerTime is
	// always a new reading: it moves to the next free instant, within five minutes, and its outcome has the instant where it is
	// stored. Such readings of one device keep their order. An interval with a stated span is Overlapping, and is not stored, if a
	// part of that time is covered already; within a batch, the first covers it. A Rejected reading is stored so that the powers
	// beside it are not joined.
	Append(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) Traits) ([]energy.Outcome, error)
	// AppendAll is Append of all or none: if one conflicts or overlaps, the outcomes show which, and nothing is stored.
	AppendAll(ctx context.Context, batch []energy.Reading, traits func(energy.DeviceID) Traits) ([]energy.Outcome, error)
	// Correct replaces the reading under c.Key by c.After, or withdraws it if After is nil. It changes the totals and stores the
	// correction. If c.Ruling is set, the reading stays and is decoded accordingly. It returns the correction with Before filled
	// in. A reading that a correction replaced or withdrew is a Duplicate when it is sent again. Errors: ErrNotFound if nothing was
	// ever reported under the key; ErrOverlapping if After covers a time that is covered already and that Before did not cover.
	Correct(ctx context.Context, c Correction, traits func(energy.DeviceID) Traits) (Correction, error)
	// Quarantined returns up to limit quarantined readings of the devices, by device and instant, after the key, each with the base
	// that it is subtracted from.
	Quarantined(ctx context.Context, devices []energy.DeviceID, after energy.Key, limit int) ([]QuarantinedReading, error)
	// Corrections returns the corrections of a reading, oldest first.
	Corrections(ctx context.Context, key energy.Key) ([]Correction, error)
	// Restated returns up to limit days of the devices whose totals changed at or after an instant, by late readings or
	// corrections. They are ordered by time of change, device and day, and begin after one.
	Restated(ctx context.Context, devices []energy.DeviceID, since energy.Instant, after Restatement, limit int) ([]Restatement, error)
	// Reading returns the reading under a key. Errors: ErrNotFound.
	Reading(ctx context.Context, key energy.Key) (energy.Reading, error)
	// Between returns the readings of a device in [from, to), oldest first.
	Between(ctx context.Context, device energy.DeviceID, from, to energy.Instant) ([]energy.Reading, error)
	// List returns up to limit readings of the devices in [from, to), by device and instant, after the key.
	List(ctx context.Context, devices []energy.DeviceID, from, to energy.Instant, after energy.Key, limit int) ([]energy.Reading, error)
	// Snapshot calls view with the books of devices, all as of one instant, at or after the call. It may give up in the middle and call view
	// again, from the beginning and with other books: view must count nothing twice.
	Snapshot(ctx context.Context, devices []energy.DeviceID, view func(Books) error) error
	// ForgetReadings deletes the readings before an instant, the first of a UTC month, and returns how many. Their totals stay, and
	// later readings of a register are still subtracted from them.
	ForgetReadings(ctx context.Context, before energy.Instant) (int64, error)
	// ForgetTotals deletes the totals of the days before one.
	ForgetTotals(ctx context.Context, before int32) error
	// PastChanges returns the devices and spaces whose past (the days before yesterday) changed at or after an instant, by
	// readings, states, ambient readings, weather, calendar or tariff.
	PastChanges(ctx context.Context, since energy.Instant) ([]Changed, error)
}

// Books are the pages of some devices, all of one snapshot.
type Books interface {
	// FirstDays returns the day of each device's first page; a device without pages is not in it.
	FirstDays() (map[energy.DeviceID]int32, error)
	// Versions returns, for the days of [from, to), a number that increases with every change of a page of that day. It omits days
	// whose pages may change without being counted, such as today's.
	Versions(from, to int32) (map[int32]int64, error)
	// DayRange returns the first and the last day that has a page; found is false if there is none.
	DayRange() (first, last int32, found bool, err error)
	// Pages yields the pages of the days [from, to), by day and device.
	Pages(from, to int32) iter.Seq2[*Page, error]
	// Revision returns a number that increases with changes of the days before one, once these days have been over for an hour. It
	// does not count changes to the days of the unposted devices.
	Revision(before int32) (revision int64, unposted map[energy.DeviceID]bool, err error)
	// Recent yields the last n pages before a day of each of the devices, one device after the other. The devices must be some of
	// the books' devices.
	Recent(devices []energy.DeviceID, before int32, n int) iter.Seq2[*Page, error]
}

// Changed is a device or a space whose past changed; a space includes all within it.
type Changed struct {
	Device energy.DeviceID
	Space  energy.SpaceID
	At     energy.Instant // the last change
}
