package campus

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// Grants finds the users and keys that are limited to a part of the campus. Another module stores them.
type Grants interface {
	// LimitedTo returns up to limit users and keys that are limited to one of the spaces or devices.
	LimitedTo(ctx context.Context, spaces []energy.SpaceID, devices []energy.DeviceID, limit int) ([]energy.Grant, error)
}

// maxGrants is how many grants ErrInUse lists.
const maxGrants = 100

// WithGrants makes the catalog reject the removal of objects to which users or keys are limited. They would lose all rights, and
// would get rights to an object that is made later under the same id.
func (c *Catalog) WithGrants(grants Grants) *Catalog {
	c.grants = grants
	return c
}

// checkNoGrants rejects the removal of objects to which users or keys are limited. Errors: ErrInUse.
func (c *Catalog) checkNoGrants(ctx context.Context, caller energy.Caller, inUse energy.ErrInUse, spaces []energy.SpaceID, devices []energy.DeviceID) error {
	if c.grants == nil {
		return nil
	}
	found, err := c.grants.LimitedTo(ctx, spaces, devices, maxGrants)
	if err != nil || len(found) == 0 {
		return err
	}
	inUse.By = "grants"
	for _, g := range found {
		if !caller.MaySeeGrant(g) {
			g.ID, g.Name = "", ""
		}
		inUse.Grants = append(inUse.Grants, g)
	}
	return inUse
}
