package local

import (
	"context"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Grants reports to the energy module which users and keys are limited to a part of the campus.
type Grants struct{ Scopes auth.Scopes }

var _ campus.Grants = Grants{}

// LimitedTo returns up to limit users and keys that are limited to one of the spaces or devices.
func (g Grants) LimitedTo(ctx context.Context, spaces []energy.SpaceID, devices []energy.DeviceID, limit int) ([]energy.Grant, error) {
	limited, err := g.Scopes.LimitedTo(ctx, textsOf(spaces), textsOf(devices), limit)
	if err != nil {
		return nil, err
	}
	grants := make([]energy.Grant, len(limited))
	for i, l := range limited {
		grants[i] = energy.Grant{Kind: energy.UserGrant, ID: l.User, Name: l.Name}
		if l.Key != "" {
			grants[i] = energy.Grant{Kind: energy.KeyGrant, ID: l.Key, Name: l.Name}
		}
	}
	return grants, nil
}

func textsOf[T ~string](ids []T) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return texts
}
