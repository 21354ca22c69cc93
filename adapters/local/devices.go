package local

import (
	"context"
	"errors"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
)

// Devices logs devices in by their API keys.
type Devices struct{ Credentials Credentials }

// Credentials checks keys: auth.Credentials where the module auth runs, and elsewhere standing.Verifier.
type Credentials interface {
	// KeyHolder returns the key of a secret; auth.ErrToken if it is not valid. Any other error means that it could not be checked now.
	KeyHolder(ctx context.Context, secret string) (auth.Key, error)
}

// Login returns the caller of an API key; ok is false if the key is not valid or is only for reading. An error means that the key could not be checked now.
func (d Devices) Login(ctx context.Context, secret string) (caller energy.Caller, ok bool, err error) {
	key, err := d.Credentials.KeyHolder(ctx, secret)
	switch {
	case errors.Is(err, auth.ErrToken):
		return energy.Caller{}, false, nil
	case err != nil:
		return energy.Caller{}, false, err
	}
	if key.Reads() {
		return energy.Caller{}, false, nil
	}
	return callerOfKey(key), true, nil
}

// callerOfKey returns the caller that a key makes of a device.
func callerOfKey(key auth.Key) energy.Caller {
	caller := energy.Caller{Subject: key.ID, Role: energy.Gateway, Space: energy.SpaceID(key.Space)}
	for _, id := range key.Devices {
		caller.Devices = append(caller.Devices, energy.DeviceID(id))
	}
	return caller
}
