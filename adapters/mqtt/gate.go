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

// gate tells what a key is good for.
type gate struct {
	login   Login
	catalog *campus.Catalog
	asking  chan struct{}

	mu      sync.Mutex
	waiting map[netip.Prefix]int // logins under way, by whose they are
	total   int                  // of them
	counted *campus.Campus       // the campus that counts is of
	counts  map[energy.SpaceID]int
}

const (
	// loginTime bounds a look at a key, with the wait for others'.
	loginTime = 4 * time.Second
	// maxAsking is how many keys are looked up at once: strangers who try keys leave the database to others.
	maxAsking = 4
	// maxLogins may be under way, and maxLoginsAddress of them from one address: after a power cut all devices of a building come at
	// once, through one router.
	maxLogins, maxLoginsAddress = 2000, 1000
)

func newGate(login Login, catalog *campus.Catalog) *gate {
	return &gate{login: login, catalog: catalog, asking: make(chan struct{}, maxAsking), waiting: make(map[netip.Prefix]int)}
}

// errDenied is a key that does not hold, or not for the device.
var errDenied = errors.New("the key does not hold for this device")

// errBusy is a login too many.
var errBusy = errors.New("too many devices log in at once")

// letIn tells whose key it is, and how many connections all its devices may hold. Errors: errDenied, errBusy; another says that it
// cannot be told now.
func (g *gate) letIn(ctx context.Context, from netip.Prefix, key string, device energy.DeviceID) (caller energy.Caller, sessions int, err error) {
	if !g.enter(from) {
		return energy.Caller{}, 0, errBusy
	}
	defer g.leave(from)
	select {
	case g.asking <- struct{}{}:
		defer func() { <-g.asking }()
	case <-ctx.Done():
		return energy.Caller{}, 0, ctx.Err()
	}
	if caller, err = g.holder(ctx, key); err != nil {
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

// enter takes a place among those that log in, if there is one.
func (g *gate) enter(from netip.Prefix) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.total >= maxLogins || g.waiting[from] >= maxLoginsAddress {
		return false
	}
	g.total++
	g.waiting[from]++
	return true
}

func (g *gate) leave(from netip.Prefix) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total--
	if g.waiting[from]--; g.waiting[from] == 0 {
		delete(g.waiting, from)
	}
}

// mayStay tells whether a caller that was let in may still speak as a device; it may where that cannot be told now.
func (g *gate) mayStay(ctx context.Context, caller energy.Caller, device energy.DeviceID) bool {
	_, allowed, err := g.allows(ctx, caller, device)
	return allowed || err != nil
}

// allows looks a second time before it says no: another process may have just made what is not there.
func (g *gate) allows(ctx context.Context, caller energy.Caller, device energy.DeviceID) (campus *campus.Campus, allowed bool, err error) {
	campus, err = g.catalog.Campus(ctx)
	if err == nil && !mayConnect(campus, caller, device) {
		campus, err = g.catalog.Fresh(ctx)
	}
	return campus, err == nil && mayConnect(campus, caller, device), err
}

// holder is who holds a key. Errors: errDenied; another says that it cannot be told now.
func (g *gate) holder(ctx context.Context, key string) (energy.Caller, error) {
	caller, ok, err := g.login(ctx, key)
	if err == nil && !ok {
		err = errDenied
	}
	return caller, err
}

// mayConnect tells whether a caller may speak as a device. A key that is bound to devices is good for those; another for any of
// its space, and for those that nobody has registered yet. One that is bound to nothing, because what it was bound to is gone, is
// good for nothing.
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

// same tells whether two callers are one with the same rights.
func same(a, b energy.Caller) bool {
	return a.Subject == b.Subject && a.Role == b.Role && a.Space == b.Space && slices.Equal(a.Devices, b.Devices)
}

// devicesOf is how many devices a caller may report for.
func (g *gate) devicesOf(campus *campus.Campus, caller energy.Caller) int {
	if len(caller.Devices) > 0 {
		return len(caller.Devices)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.counted != campus {
		g.counted, g.counts = campus, make(map[energy.SpaceID]int)
	}
	n, known := g.counts[caller.Space]
	if !known {
		n = len(campus.DevicesWithin(caller.Space))
		g.counts[caller.Space] = n
	}
	return n
}
