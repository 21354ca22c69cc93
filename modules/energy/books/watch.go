package books

import (
	"context"
	"fmt"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// State is what the last checks found, of all devices together.
type State struct {
	// Checked is the number of devices that were checked, Oldest when the one was checked that waits the longest; 0 if none was.
	Checked int
	Oldest  energy.Instant
	// Differing is the number of devices whose last check found a difference, Differences how many it found.
	Differing, Differences int
}

// The pace of the checks in the background.
const (
	// checkEvery is how often a device is checked.
	checkEvery = energy.DayMs
	// runsPerDay is how often CheckSome is called in a day, at least.
	runsPerDay = 24 * 60
)

// CheckSome checks the devices that waited the longest: so few that all of them are checked in a day if it is called every minute. If
// another process is checking, it does nothing.
func (c *Checker) CheckSome(ctx context.Context) error {
	release, mine, err := c.store.TryLockBooks(ctx)
	if err != nil || !mine {
		return err
	}
	defer release()
	now := c.clock.Now()
	due, all, err := c.store.DueForCheck(ctx, now.Add(-checkEvery), 1)
	if err == nil && all > runsPerDay {
		due, _, err = c.store.DueForCheck(ctx, now.Add(-checkEvery), (all+runsPerDay-1)/runsPerDay)
	}
	if err != nil || len(due) == 0 {
		return err
	}
	tree, err := c.directory.Campus(ctx)
	if err != nil {
		return err
	}
	traits := ledger.TraitsIn(tree)
	for _, device := range due {
		proof, err := c.prove(ctx, device, traits(device))
		if err != nil {
			return fmt.Errorf("books of %s: %w", device, err)
		}
		if err := c.store.StoreCheck(ctx, device, c.clock.Now(), len(proof.Differences)); err != nil {
			return err
		}
	}
	return nil
}

// State returns what the last checks in the background found.
func (c *Checker) State(ctx context.Context) (State, error) { return c.store.CheckState(ctx) }
