package energy

import "context"

// Grants tells who is limited to a part of the campus. Users and keys are kept elsewhere.
type Grants interface {
	// LimitedTo gives the users and keys that are limited to one of some spaces or devices, limit at most.
	LimitedTo(ctx context.Context, spaces []SpaceID, devices []DeviceID, limit int) ([]Grant, error)
}

// GrantKind tells a user's grant from an API key's.
type GrantKind string

// The kinds.
const (
	UserGrant GrantKind = "user"
	KeyGrant  GrantKind = "key"
)

// Grant is a user or an API key that is limited to a part of the campus. ID and Name are empty where who asks may not know them.
type Grant struct {
	Kind     GrantKind
	ID, Name string
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
func (c *Catalog) ungranted(ctx context.Context, caller Caller, inUse ErrInUse, spaces []SpaceID, devices []DeviceID) error {
	if c.grants == nil {
		return nil
	}
	found, err := c.grants.LimitedTo(ctx, spaces, devices, mostGrants)
	if err != nil || len(found) == 0 {
		return err
	}
	inUse.By = "grants"
	for _, g := range found {
		if !caller.mayKnow(g) {
			g.ID, g.Name = "", ""
		}
		inUse.Grants = append(inUse.Grants, g)
	}
	return inUse
}

// mayKnow tells whether a caller manages who holds a grant of what he removes. A key may be good for devices elsewhere too.
func (c Caller) mayKnow(g Grant) bool {
	return c.Role == Admin && (c.Space == "" || g.Kind == UserGrant)
}
