package campus

import (
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/holidays"
)

// SpaceKind is a level of the campus: site › building › floor › room.
type SpaceKind string

// The kinds, from the outside in.
const (
	KindSite     SpaceKind = "site"
	KindBuilding SpaceKind = "building"
	KindFloor    SpaceKind = "floor"
	KindRoom     SpaceKind = "room"
)

var depthOf = map[SpaceKind]int{KindSite: 0, KindBuilding: 1, KindFloor: 2, KindRoom: 3}

// Holds reports whether a space of this kind may contain one of the other kind: levels may be skipped, not reversed.
func (k SpaceKind) Holds(inner SpaceKind) bool { return depthOf[k] < depthOf[inner] }

// Space is a part of the campus.
type Space struct {
	ID     energy.SpaceID
	Name   string
	Kind   SpaceKind
	Parent energy.SpaceID // empty for a site
	// TimeZone is an IANA name; only sites have one, and the spaces inside use it.
	TimeZone string
	// Holidays are the public holidays of a site; only sites have them, and the spaces inside use them.
	Holidays holidays.Set
	AreaM2   float64 // 0 if unknown
	// Latitude and Longitude, degrees, are the place for the weather; both nil if unknown.
	Latitude, Longitude *float64
	Created             energy.Instant
}

// Coordinates are a place on earth in degrees: latitude −90 to 90, longitude −180 to 180.
type Coordinates struct{ Latitude, Longitude float64 }

// Coordinates is the place of a site; known is false if it is not set.
func (s Space) Coordinates() (at Coordinates, known bool) {
	if s.Latitude == nil || s.Longitude == nil {
		return Coordinates{}, false
	}
	return Coordinates{*s.Latitude, *s.Longitude}, true
}
