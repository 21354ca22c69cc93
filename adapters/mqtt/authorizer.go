package mqtt

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// authorizer checks what a key may do.
type authorizer struct {
	login   Login
	catalog *campus.Catalog
	lookups chan struct{}

	mu              sync.Mutex
	loginsByAddress map[netip.Prefix]int // logins in progress
	logins          int                  // of all addresses
	countedCampus   *campus.Campus       // the campus of deviceCounts
	deviceCounts    map[energy.SpaceID]int
}

const (
	// loginTime bounds the lookup of a key, including the wait for other lookups.
	loginTime = 4 * time.Second
	// maxLookups is the number of concurrent lookups: clients that guess keys must not occupy the database.
	maxLookups = 4
	// maxLogins is the number of concurrent logins, maxLoginsAddress that of one address: after a power cut all devices of a
	// building connect at once, through one router.
	maxLogins, maxLoginsAddress = 2000, 1000
)

func newAuthorizer(login Login, catalog *campus.Catalog) *authorizer {
	return &authorizer{login: login, catalog: catalog, lookups: make(chan struct{}, maxLookups), loginsByAddress: make(map[netip.Prefix]int)}
}

// errDenied reports a key that is invalid, or not valid for the device.
var errDenied = errors.New("the key is not valid for this device")

// errTooManyLogins reports that a limit of concurrent logins is reached.
var errTooManyLogins = errors.New("too many concurrent logins")

// admit returns the owner of a key and the maximum number of connections of all its devices. Errors: errDenied, errTooManyLogins;
// any other error means that the key cannot be checked now.
func (g *authorizer) admit(ctx context.Context, from netip.Prefix, key string, device energy.DeviceID) (caller energy.Caller, sessions int, err error) {
	if !g.beginLogin(from) {
		return energy.Caller{}, 0, errTooManyLogins
	}
	defer g.endLogin(from)
	select {
	case g.lookups <- struct{}{}:
		defer func() { <-g.lookups }()
	case <-ctx.Done():
		return energy.Caller{}, 0, ctx.Err()
	}
	if caller, err = g.callerOf(ctx, key); err != nil {
		return energy.Caller{}, 0, err
	}
	campus, allowed, err := g.allows(ctx, caller, device)
	switch {
	case err != nil:
		return energy.Caller{}, 0, err
	case !allowed:
		return energy.Caller{}, 0, errDenied
	}
	return caller, maxSessionsOf(caller, g.devicesOf(campus, caller)), nil
}

// beginLogin reserves a login, if there is room.
func (g *authorizer) beginLogin(from netip.Prefix) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.logins >= maxLogins || g.loginsByAddress[from] >= maxLoginsAddress {
		return false
	}
	g.logins++
	g.loginsByAddress[from]++
	return true
}

func (g *authorizer) endLogin(from netip.Prefix) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.logins--
	if g.loginsByAddress[from]--; g.loginsByAddress[from] == 0 {
		delete(g.loginsByAddress, from)
	}
}

// mayStay reports whether a connected caller may still send for a device. It returns true if that cannot be checked now.
func (g *authorizer) mayStay(ctx context.Context, caller energy.Caller, device energy.DeviceID) bool {
	_, allowed, err := g.allows(ctx, caller, device)
	return allowed || err != nil
}

// allows reads the campus again before it refuses: another process may have just created the device or space.
func (g *authorizer) allows(ctx context.Context, caller energy.Caller, device energy.DeviceID) (campus *campus.Campus, allowed bool, err error) {
	campus, err = g.catalog.Campus(ctx)
	if err == nil && !mayConnect(campus, caller, device) {
		campus, err = g.catalog.Fresh(ctx)
	}
	return campus, err == nil && mayConnect(campus, caller, device), err
}

// callerOf returns the owner of a key. Errors: errDenied; any other error means that the key cannot be checked now.
func (g *authorizer) callerOf(ctx context.Context, key string) (energy.Caller, error) {
	caller, ok, err := g.login(ctx, key)
	if err == nil && !ok {
		err = errDenied
	}
	return caller, err
}

// mayConnect reports whether a caller may send for a device. A key limited to devices may send for those. Any other key may send
// for all devices of its space, and for unregistered ones. A key whose space or devices were all deleted may send for none.
func mayConnect(campus *campus.Campus, caller energy.Caller, device energy.DeviceID) bool {
	if caller.Space == "" && len(caller.Devices) == 0 {
		return false
	}
	if _, registered := campus.Device(device); registered {
		return campus.MayReport(caller, device)
	}
	_, there := campus.Space(caller.Space)
	return there && len(caller.Devices) == 0 && caller.MayReport()
}

// sameRights reports whether two callers are the same with the same rights.
func sameRights(a, b energy.Caller) bool {
	return a.Subject == b.Subject && a.Role == b.Role && a.Space == b.Space && slices.Equal(a.Devices, b.Devices)
}

// devicesOf returns the number of devices that a caller may report for.
func (g *authorizer) devicesOf(campus *campus.Campus, caller energy.Caller) int {
	if len(caller.Devices) > 0 {
		return len(caller.Devices)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.countedCampus != campus {
		g.countedCampus, g.deviceCounts = campus, make(map[energy.SpaceID]int)
	}
	n, known := g.deviceCounts[caller.Space]
	if !known {
		n = len(campus.DevicesWithin(caller.Space))
		g.deviceCounts[caller.Space] = n
	}
	return n
}
