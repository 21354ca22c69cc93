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

// maxGrants is how many grants are read.
const maxGrants = 100

// WithGrants makes the catalog reject the removal of objects to which users or keys are limited. They would lose all rights, and
// would get rights to an object that is made later under the same id.
func (c *Catalog) WithGrants(grants Grants) *Catalog {
	c.grants = grants
	return c
}

// grantsOf returns the users and keys that are limited to one of the spaces or devices.
func (c *Catalog) grantsOf(ctx context.Context, caller energy.Caller, spaces []energy.SpaceID, devices []energy.DeviceID) ([]energy.Blocker, error) {
	if c.grants == nil {
		return nil, nil
	}
	found, err := c.grants.LimitedTo(ctx, spaces, devices, maxGrants)
	if err != nil {
		return nil, err
	}
	byKind := make(map[energy.GrantKind][]energy.Blocker)
	for _, g := range found {
		if !caller.MaySeeGrant(g) {
			g.ID, g.Name = "", ""
		}
		byKind[g.Kind] = append(byKind[g.Kind], energy.Blocker{ID: g.ID, Name: g.Name})
	}
	users := energy.BlockersOf(string(energy.UserGrant), byKind[energy.UserGrant])
	return append(users, energy.BlockersOf(string(energy.KeyGrant), byKind[energy.KeyGrant])...), nil
}
