package campus

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// Grants tells who is limited to a part of the campus. Users and keys are kept elsewhere.
type Grants interface {
	// LimitedTo gives the users and keys that are limited to one of some spaces or devices, limit at most.
	LimitedTo(ctx context.Context, spaces []energy.SpaceID, devices []energy.DeviceID, limit int) ([]energy.Grant, error)
}

// maxGrants is how many are told of something that cannot be removed.
const maxGrants = 100

// WithGrants makes the catalog refuse to remove what users or keys are limited to: they would be left with nothing, and would get
// what is made later under the same id.
func (c *Catalog) WithGrants(grants Grants) *Catalog {
	c.grants = grants
	return c
}

// checkNoGrants refuses to remove what somebody is limited to. Errors: ErrInUse.
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
