package memoryauth

import (
	"context"
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/auth"
)

// LimitedTo returns the users and keys that are limited to at least one of some spaces or devices.
func (s *Store) LimitedTo(_ context.Context, spaces, devices []string, limit int) ([]auth.Limited, error) {
	t := s.read()
	limited := []auth.Limited{}
	within := func(space string) bool { return space != "" && slices.Contains(spaces, space) }
	for _, user := range pageOf(t.users, "", math.MaxInt) {
		if within(user.Space) {
			limited = append(limited, auth.Limited{User: user.ID, Name: user.Email})
		}
	}
	for _, key := range pageOf(t.keys, "", math.MaxInt) {
		one := func(device string) bool { return slices.Contains(devices, device) }
		if within(key.Space) || slices.ContainsFunc(key.Devices, one) {
			limited = append(limited, auth.Limited{Key: key.ID, Name: key.Name})
		}
	}
	return limited[:min(limit, len(limited))], nil
}
