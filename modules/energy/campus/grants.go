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

// mostGrants is how many are told of something that cannot be removed.
const mostGrants = 100

// GuardedBy makes the catalog refuse to remove what users or keys are limited to: they would be left with nothing, and would get
// what is made later under the same id.
func (c *Catalog) GuardedBy(grants Grants) *Catalog {
	c.grants = grants
	return c
}

// ungranted refuses to remove what somebody is limited to. Errors: ErrInUse.
func (c *Catalog) ungranted(ctx context.Context, caller energy.Caller, inUse energy.ErrInUse, spaces []energy.SpaceID, devices []energy.DeviceID) error {
	if c.grants == nil {
		return nil
	}
	found, err := c.grants.LimitedTo(ctx, spaces, devices, mostGrants)
	if err != nil || len(found) == 0 {
		return err
	}
	inUse.By = "grants"
	for _, g := range found {
		if !caller.MayKnow(g) {
			g.ID, g.Name = "", ""
		}
		inUse.Grants = append(inUse.Grants, g)
	}
	return inUse
}
