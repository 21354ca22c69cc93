package campus

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/holidays"
)

// SpaceEdit has the fields of a space to change; nil leaves a field as it is.
type SpaceEdit struct {
	Name                *string
	Kind                *SpaceKind
	Parent              *energy.SpaceID
	TimeZone            *string
	Holidays            *holidays.Set
	AreaM2              *float64
	Latitude, Longitude *float64
	// ClearLatitude and ClearLongitude make the place unknown.
	ClearLatitude, ClearLongitude bool
}

// Spaces lists the spaces that the caller sees, outer spaces first; an empty kind or parent selects all. Errors: ErrForbidden.
func (c *Catalog) Spaces(ctx context.Context, caller energy.Caller, kind SpaceKind, parent energy.SpaceID) ([]Space, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	campus, err := c.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	var list []Space
	for _, s := range campus.Spaces(caller.Space) {
		if (kind == "" || s.Kind == kind) && (parent == "" || s.Parent == parent) {
			list = append(list, s)
		}
	}
	return list, nil
}

// Space returns a space that the caller sees. Errors: ErrForbidden, ErrNotFound.
func (c *Catalog) Space(ctx context.Context, caller energy.Caller, id energy.SpaceID) (Space, error) {
	if !caller.MayRead() {
		return Space{}, energy.ErrForbidden{}
	}
	campus, err := c.Fresh(ctx)
	if err != nil {
		return Space{}, err
	}
	return VisibleSpace(campus, caller, id)
}

// VisibleSpace returns a space that the caller sees. Errors: ErrNotFound.
func VisibleSpace(campus *Campus, caller energy.Caller, id energy.SpaceID) (Space, error) {
	if !campus.Sees(caller, id) {
		return Space{}, energy.ErrNotFound{Kind: "space", ID: string(id)}
	}
	s, _ := campus.Space(id)
	return s, nil
}

// CreateSpace adds a space. Errors: ErrForbidden, ErrInvalid.
func (c *Catalog) CreateSpace(ctx context.Context, caller energy.Caller, edit SpaceEdit) (Space, error) {
	if !caller.MayManage() {
		return Space{}, energy.ErrForbidden{}
	}
	s := Space{ID: energy.SpaceID(c.newID("sp")), Created: c.clock.Now()}
	err := c.change(ctx, func(campus *Campus) (Change, error) {
		flaws := edit.apply(&s)
		flaws = append(flaws, checkSpace(campus, caller, &s, c.zone)...)
		if len(flaws) > 0 {
			return Change{}, energy.ErrInvalid{Flaws: flaws}
		}
		return Change{PutSpace: &s}, nil
	})
	return s, err
}

// UpdateSpace changes a space. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (c *Catalog) UpdateSpace(ctx context.Context, caller energy.Caller, id energy.SpaceID, edit SpaceEdit) (Space, error) {
	if !caller.MayManage() {
		return Space{}, energy.ErrForbidden{}
	}
	var s Space
	err := c.change(ctx, func(campus *Campus) (Change, error) {
		var err error
		if s, err = VisibleSpace(campus, caller, id); err != nil {
			return Change{}, err
		}
		flaws := edit.apply(&s)
		flaws = append(flaws, checkSpace(campus, caller, &s, c.zone)...)
		if len(flaws) > 0 {
			return Change{}, energy.ErrInvalid{Flaws: flaws}
		}
		return Change{PutSpace: &s}, nil
	})
	return s, err
}

func (e SpaceEdit) apply(s *Space) []energy.Flaw {
	setIfGiven(&s.Name, e.Name)
	setIfGiven(&s.Kind, e.Kind)
	setIfGiven(&s.Parent, e.Parent)
	setIfGiven(&s.TimeZone, e.TimeZone)
	setIfGiven(&s.Holidays, e.Holidays)
	setIfGiven(&s.AreaM2, e.AreaM2)
	if (e.Latitude == nil) != (e.Longitude == nil) || e.ClearLatitude != e.ClearLongitude {
		return []energy.Flaw{{Field: "latitude", Rule: "together", Args: map[string]any{"with": "longitude"}}}
	}
	if e.Latitude != nil || e.ClearLatitude {
		s.Latitude, s.Longitude = e.Latitude, e.Longitude
	}
	return nil
}

func setIfGiven[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// checkSpace returns the errors of a space at its place in the campus, and sets a site's default zone and holidays.
func checkSpace(campus *Campus, caller energy.Caller, s *Space, fallback *time.Location) []energy.Flaw {
	var c energy.Flaws
	energy.CheckName(&c, s.Name)
	if _, known := depthOf[s.Kind]; !known {
		c.Add("kind", "one_of", "values", "site, building, floor, room")
	} else if s.Kind == KindSite {
		checkSite(&c, caller, s, fallback)
	} else {
		checkInner(&c, campus, caller, s)
	}
	if s.AreaM2 < 0 {
		c.Add("area_m2", "negative")
	}
	return c
}

func checkSite(c *energy.Flaws, caller energy.Caller, s *Space, fallback *time.Location) {
	if s.Parent != "" {
		c.Add("parent_id", "unknown")
	}
	if caller.Space != "" && caller.Space != s.ID {
		c.Add("kind", "one_of", "values", "building, floor, room")
	}
	if s.TimeZone == "" {
		s.TimeZone = fallback.String()
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "Local" {
		c.Add("time_zone", "pattern", "pattern", "America/Bogota")
	}
	if s.Holidays == "" {
		s.Holidays = holidays.Colombian
	}
	if !s.Holidays.Known() {
		c.Add("holidays", "one_of", "values", "CO, none")
	}
}

func checkInner(c *energy.Flaws, campus *Campus, caller energy.Caller, s *Space) {
	if s.TimeZone != "" {
		c.Add("time_zone", "together", "with", "kind=site")
	}
	if s.Holidays != "" {
		c.Add("holidays", "together", "with", "kind=site")
	}
	if s.Parent == "" {
		c.Add("parent_id", "required")
		return
	}
	outer, known := campus.Space(s.Parent)
	before, _ := campus.Space(s.ID)
	moves := s.Parent != before.Parent // a caller limited to a space changes it, and does not see what it is in
	switch {
	case !known, moves && !campus.Sees(caller, s.Parent):
		c.Add("parent_id", "no_such")
	case campus.Contains(s.ID, s.Parent):
		c.Add("parent_id", "cycle")
	case !outer.Kind.Holds(s.Kind):
		c.Add("kind", "one_of", "values", innerKinds(outer.Kind))
	}
	for _, inside := range campus.Children(s.ID) {
		if !s.Kind.Holds(inside.Kind) {
			c.Add("kind", "one_of", "values", "site, building, floor")
			return
		}
	}
}

func innerKinds(k SpaceKind) string {
	switch k {
	case KindSite:
		return "building, floor, room"
	case KindBuilding:
		return "floor, room"
	}
	return "room"
}
