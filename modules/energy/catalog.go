package energy

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Catalogue keeps spaces and devices under one version that every change counts up, so that processes that share
// it learn of each other's changes and never build on an old tree.
type Catalogue interface {
	Version(ctx context.Context) (int64, error)
	Load(ctx context.Context) (version int64, spaces []Space, devices []Device, err error)
	// Save makes a change if the version is still the expected one; ErrStale where it is not.
	Save(ctx context.Context, expected int64, change Change) error
	// HasReadings tells whether a device has reported anything.
	HasReadings(ctx context.Context, device DeviceID) (bool, error)
}

// Change is one change of the catalogue; one member is set.
type Change struct {
	PutSpace   *Space
	DropSpace  SpaceID
	PutDevice  *Device
	DropDevice DeviceID
}

// ErrStale is a change that was based on an old version.
var ErrStale = errors.New("the catalogue has changed")

// Catalog holds the campus: its spaces and devices.
type Catalog struct {
	store Catalogue
	clock Clock
	newID func(prefix string) string
	zone  *time.Location

	cached  atomic.Pointer[Campus]
	checked atomic.Int64 // ms, when the version was last compared
	mu      sync.Mutex   // one load or change at a time
}

// NewCatalog makes a catalog; zone is that of sites that do not say.
func NewCatalog(store Catalogue, clock Clock, newID func(string) string, zone *time.Location) *Catalog {
	return &Catalog{store: store, clock: clock, newID: newID, zone: zone}
}

// How old the campus may be: what another process changed is seen within freshFor, and one that asks for it
// because a device is unknown causes at most a look every freshAtLeast.
const (
	freshFor     = 2 * secondMs
	freshAtLeast = secondMs / 10
)

// Campus is the campus, at most two seconds behind other processes and never behind this one.
func (c *Catalog) Campus(ctx context.Context) (*Campus, error) { return c.within(ctx, freshFor) }

// Fresh is the campus, at most a tenth of a second behind other processes.
func (c *Catalog) Fresh(ctx context.Context) (*Campus, error) { return c.within(ctx, freshAtLeast) }

func (c *Catalog) within(ctx context.Context, age int64) (*Campus, error) {
	campus := c.cached.Load()
	if campus != nil && int64(c.clock.Now())-c.checked.Load() < age {
		return campus, nil
	}
	if campus != nil && !c.mu.TryLock() {
		return campus, nil // somebody is looking already
	}
	if campus == nil {
		c.mu.Lock()
	}
	defer c.mu.Unlock()
	return c.refresh(ctx)
}

// refresh loads the campus if its version has changed; c.mu is held.
func (c *Catalog) refresh(ctx context.Context) (*Campus, error) {
	now := int64(c.clock.Now())
	campus := c.cached.Load()
	if campus != nil {
		version, err := c.store.Version(ctx)
		if err != nil {
			return nil, err
		}
		if version == campus.Version {
			c.checked.Store(now)
			return campus, nil
		}
	}
	version, spaces, devices, err := c.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	campus = NewCampus(version, spaces, devices, c.zone)
	c.cached.Store(campus)
	c.checked.Store(now)
	return campus, nil
}

// tries is how often a change is made again because another process was quicker.
const tries = 10

// change decides a change on the newest campus and saves it; when another process was quicker, it is decided
// again on what that one left.
func (c *Catalog) change(ctx context.Context, decide func(*Campus) (Change, error)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var err error
	for range tries {
		var campus *Campus
		if campus, err = c.refresh(ctx); err != nil {
			return err
		}
		var change Change
		if change, err = decide(campus); err != nil {
			return err
		}
		if err = c.store.Save(ctx, campus.Version, change); !errors.Is(err, ErrStale) {
			break
		}
	}
	if err != nil {
		return err
	}
	_, err = c.refresh(ctx)
	return err
}
