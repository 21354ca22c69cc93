package books

import (
	"context"
	"errors"
	"iter"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Store shows the books as they are stored, and repairs them.
type Store interface {
	// BookedDevices returns every device that has readings or pages, or may have some, by id.
	BookedDevices(ctx context.Context) ([]energy.DeviceID, error)
	// ViewBooks calls view with the records of a device, all of one snapshot of the primary database.
	ViewBooks(ctx context.Context, device energy.DeviceID, view func(Records) error) error
	// RepairBooks applies a proof's corrections in one transaction, with an audit entry for each page and link that it changes: the
	// earlier and the new value. Writers may have continued since: what they added stays. Errors: ErrChanged, and nothing is changed,
	// if they changed one of the links to be corrected.
	RepairBooks(ctx context.Context, proof Proof, traits ledger.Traits, by string) error
	// TryLockBooks takes the lock of checks and repairs if no process holds it; otherwise mine is false. release unlocks it.
	TryLockBooks(ctx context.Context) (release func(), mine bool, err error)
	// DueForCheck returns up to limit devices whose books were not checked since an instant, those that waited the longest first, and
	// how many there are in all.
	DueForCheck(ctx context.Context, since energy.Instant, limit int) (due []energy.DeviceID, all int, err error)
	// StoreCheck stores when a device was checked, and how many differences were found.
	StoreCheck(ctx context.Context, device energy.DeviceID, at energy.Instant, differences int) error
	// CheckState returns what the last checks of all devices found.
	CheckState(ctx context.Context) (State, error)
}

// ErrChanged is the error of a repair whose links were changed since the proof.
var ErrChanged = errors.New("the readings changed during the repair")

// Records are the books of one device, all of one snapshot.
type Records interface {
	// Links yields all readings, oldest first. One that counts nothing BreaksChain.
	Links() iter.Seq2[ledger.Link, error]
	// KeptBase is the base of a chain after its last deleted link; unknown if none was deleted.
	KeptBase(kind energy.Kind) (ledger.Base, error)
	// Pages yields the pages, by day.
	Pages() iter.Seq2[StoredPage, error]
	// Journalled are the readings that are stored and not posted to the pages.
	Journalled() (ledger.Entries, error)
	// FirstDay is the stored day of the first page.
	FirstDay() (day int32, known bool, err error)
	// ProvenFrom is the first day whose readings and totals are all kept.
	ProvenFrom() (day int32, err error)
}

// StoredPage is a page and the sums that are stored beside its quarters.
type StoredPage struct {
	Page *ledger.Page
	// Energy and Estimated are the stored sums.
	Energy, Estimated energy.Energy
	// Unreadable is true if the quarters cannot be decoded; then they are empty.
	Unreadable bool
}
