// Package books proves that the stored totals equal their readings, to the milliwatt-hour, while readings are written, and repairs
// those that do not. Checker is the entry point. It looks at one device at a time, in a snapshot of its own, so the memory that it
// takes is that of one device's pages.
package books

import (
	"context"
	"errors"
	"fmt"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Checker checks and repairs the books of devices.
type Checker struct {
	store     Store
	directory campus.Directory
	clock     energy.Clock
}

// NewChecker returns a checker.
func NewChecker(store Store, directory campus.Directory, clock energy.Clock) *Checker {
	return &Checker{store: store, directory: directory, clock: clock}
}

// Result is what a check looked at and found.
type Result struct {
	Devices, Readings, Days int
	// Unproven are the days whose readings are deleted, as the retention says: only their totals are left.
	Unproven int
	// Differing is the number of devices with a difference.
	Differing, Differences int
	// Repaired is the number of differences that were repaired.
	Repaired int
}

// Check compares every stored sum with its readings and calls found for each that differs, by device and time. It changes nothing.
func (c *Checker) Check(ctx context.Context, found func(Difference) error) (Result, error) {
	return c.each(ctx, func(ctx context.Context, device energy.DeviceID, traits ledger.Traits, sum *Result) error {
		proof, err := c.prove(ctx, device, traits)
		if err != nil {
			return err
		}
		return sum.add(proof, found)
	})
}

// Repair does the same as Check, and sets each difference to what the readings say, with a line in the audit that has both values.
// Errors: ErrBusy if another process checks or repairs the books.
func (c *Checker) Repair(ctx context.Context, by string, found func(Difference) error) (sum Result, err error) {
	release, mine, err := c.store.TryLockBooks(ctx)
	if err != nil {
		return sum, err
	}
	if !mine {
		return sum, ErrBusy
	}
	defer release()
	return c.each(ctx, func(ctx context.Context, device energy.DeviceID, traits ledger.Traits, sum *Result) error {
		proof, err := c.repair(ctx, device, traits, by)
		if err != nil {
			return err
		}
		if len(proof.Differences) == 0 {
			return sum.add(proof, found)
		}
		sum.Repaired += len(proof.Differences) - proof.Irreparable
		return errors.Join(sum.add(proof, found), c.store.StoreCheck(ctx, device, c.clock.Now(), proof.Irreparable))
	})
}

// ErrBusy is the error of a repair while another process checks or repairs the books.
var ErrBusy = errors.New("another process is checking or repairing the books; try again in a minute")

func (c *Checker) each(ctx context.Context, do func(context.Context, energy.DeviceID, ledger.Traits, *Result) error) (sum Result, err error) {
	devices, err := c.store.BookedDevices(ctx)
	if err != nil {
		return sum, err
	}
	tree, err := c.directory.Fresh(ctx)
	if err != nil {
		return sum, err
	}
	traits := ledger.TraitsIn(tree)
	for _, device := range devices {
		if err := do(ctx, device, traits(device), &sum); err != nil {
			return sum, fmt.Errorf("books of %s: %w", device, err)
		}
	}
	return sum, nil
}

func (r *Result) add(proof Proof, found func(Difference) error) error {
	r.Devices++
	r.Readings, r.Days, r.Unproven = r.Readings+proof.Readings, r.Days+proof.Days, r.Unproven+proof.Unproven
	if len(proof.Differences) > 0 {
		r.Differing++
	}
	for _, d := range proof.Differences {
		r.Differences++
		if err := found(d); err != nil {
			return err
		}
	}
	return nil
}

func (c *Checker) prove(ctx context.Context, device energy.DeviceID, traits ledger.Traits) (proof Proof, err error) {
	err = c.store.ViewBooks(ctx, device, func(r Records) error {
		proof, err = Prove(device, traits, r)
		return err
	})
	return proof, err
}

// repairTries is how often a device is proved again because its readings changed before its repair.
const repairTries = 5

func (c *Checker) repair(ctx context.Context, device energy.DeviceID, traits ledger.Traits, by string) (proof Proof, err error) {
	for range repairTries {
		proof, err = c.prove(ctx, device, traits)
		if err != nil || len(proof.Differences) == 0 {
			return proof, err
		}
		if err = c.store.RepairBooks(ctx, proof, traits, by); !errors.Is(err, ErrChanged) {
			return proof, err
		}
	}
	return proof, err
}
