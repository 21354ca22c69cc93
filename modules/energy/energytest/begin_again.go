package energytest

import (
	"context"
	"errors"
	"iter"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// BeginAgain returns readings whose every snapshot is given up after some pages, and at its end, before it is shown to the end. What is
// computed from it counts nothing twice.
func BeginAgain(readings ledger.Readings) ledger.Readings { return beginsAgain{readings} }

type beginsAgain struct{ ledger.Readings }

// Snapshot calls view three times.
func (b beginsAgain) Snapshot(ctx context.Context, devices []energy.DeviceID, view func(ledger.Books) error) error {
	return b.Readings.Snapshot(ctx, devices, func(books ledger.Books) error {
		_ = view(givenUp{books})
		_ = view(books)
		return view(books)
	})
}

// givenUp are books whose pages end early.
type givenUp struct{ ledger.Books }

var errGivenUp = errors.New("the snapshot was given up")

// Pages yields three pages and an error.
func (g givenUp) Pages(from, to int32) iter.Seq2[*ledger.Page, error] {
	return func(yield func(*ledger.Page, error) bool) {
		left := 3
		for page, err := range g.Books.Pages(from, to) {
			if left == 0 {
				yield(nil, errGivenUp)
				return
			}
			if left--; !yield(page, err) {
				return
			}
		}
	}
}
