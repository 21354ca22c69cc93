package local

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Spaces implements the auth module's campus port with the energy module.
type Spaces struct{ Catalog *campus.Catalog }

var _ auth.Spaces = Spaces{}

// Within reports whether the inner space exists and is the outer space or inside it.
func (s Spaces) Within(ctx context.Context, outer, inner string) (bool, error) {
	campus, err := campus.FreshUnless(ctx, s.Catalog, func(campus *campus.Campus) bool {
		_, known := campus.Space(energy.SpaceID(inner))
		return known
	})
	if err != nil {
		return false, err
	}
	_, known := campus.Space(energy.SpaceID(inner))
	return known && campus.Contains(energy.SpaceID(outer), energy.SpaceID(inner)), nil
}

// Unknown returns the devices that do not exist or are not in a space.
func (s Spaces) Unknown(ctx context.Context, within string, devices []string) ([]string, error) {
	campus, err := campus.FreshUnless(ctx, s.Catalog, func(campus *campus.Campus) bool {
		for _, id := range devices {
			if _, known := campus.Device(energy.DeviceID(id)); !known {
				return false
			}
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	var unknown []string
	for _, id := range devices {
		device, known := campus.Device(energy.DeviceID(id))
		if !known || !campus.Contains(energy.SpaceID(within), device.Space) {
			unknown = append(unknown, id)
		}
	}
	return unknown, nil
}

// Zone returns the time zone of the site of some spaces or devices.
func (s Spaces) Zone(ctx context.Context, ids ...string) (*time.Location, error) {
	campus, err := s.Catalog.Campus(ctx)
	if err != nil {
		return nil, err
	}
	return campus.QuestionZone(ids...), nil
}
