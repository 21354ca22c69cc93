package campus

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

// CatalogStore stores spaces and devices under one version. Every change increments the version, so that processes that share
// the store see each other's changes and never change an old tree.
type CatalogStore interface {
	Version(ctx context.Context) (int64, error)
	Load(ctx context.Context) (version int64, spaces []Space, devices []Device, err error)
	// Save stores a change if the version is still the expected one. Errors: ErrStale.
	Save(ctx context.Context, expected int64, change Change) error
	// Dependents counts by kind what Save would delete with a dropped space or device, without the space or device itself.
	Dependents(ctx context.Context, drop Change) (map[string]int, error)
	// HasReadings reports whether a device has reported anything.
	HasReadings(ctx context.Context, device energy.DeviceID) (bool, error)
}

// Change is one change of the catalogue; exactly one field is set.
type Change struct {
	PutSpace   *Space
	DropSpace  energy.SpaceID
	PutDevice  *Device
	DropDevice energy.DeviceID
}

// ErrStale reports a change that was based on an old version.
var ErrStale = errors.New("the catalogue has changed")

// Catalog holds the campus: its spaces and devices.
type Catalog struct {
	store CatalogStore
	clock energy.Clock
	newID func(prefix string) string
	zone  *time.Location
	// grants finds the users and keys that are limited to an object; nil skips that check.
	grants Grants

	shared   *sharedRefresh
	changing sync.Mutex // one change at a time

	cached  atomic.Pointer[Campus]
	checked atomic.Int64 // ms, when the version was last compared

	mu sync.Mutex
	// begun counts the refreshes; cachedNumber is the number of the refresh that read cached. A refresh that began earlier does not
	// replace its result.
	begun, cachedNumber int64
}

// NewCatalog makes a catalog; zone is the default time zone of sites.
func NewCatalog(store CatalogStore, clock energy.Clock, newID func(string) string, zone *time.Location) *Catalog {
	c := &Catalog{store: store, clock: clock, newID: newID, zone: zone}
	c.shared = newSharedRefresh(c.refresh)
	return c
}

// FreshFor is how long, in ms, Campus may miss a change by another process.
const FreshFor = 2 * energy.SecondMs

// Campus is the campus, at most two seconds behind other processes and never behind this one. It usually needs no query, so
// it is for frequent calls: readings. A caller that does not find an object in it calls Fresh.
func (c *Catalog) Campus(ctx context.Context) (*Campus, error) {
	campus := c.cached.Load()
	// A negative age means that the clock was set back; without this check, the cached campus would seem new for too long.
	if age := int64(c.clock.Now()) - c.checked.Load(); campus != nil && age >= 0 && age < FreshFor {
		return campus, nil
	}
	return c.Fresh(ctx)
}

// Fresh is the campus with every change that any process stored before the call. It costs one small query, which simultaneous
// callers share.
func (c *Catalog) Fresh(ctx context.Context) (*Campus, error) { return c.shared.get(ctx) }

// refresh loads the campus if its version has changed.
func (c *Catalog) refresh(ctx context.Context) (*Campus, error) {
	c.mu.Lock()
	c.begun++
	number := c.begun
	c.mu.Unlock()
	now := int64(c.clock.Now())
	campus := c.cached.Load()
	if campus != nil {
		version, err := c.store.Version(ctx)
		if err != nil {
			return nil, err
		}
		if version == campus.Version {
			c.replaceCached(campus, number, now)
			return campus, nil
		}
	}
	version, spaces, devices, err := c.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	campus = NewCampus(version, spaces, devices, c.zone)
	c.replaceCached(campus, number, now)
	return campus, nil
}

// replaceCached caches the result of a refresh, unless a refresh that began later has finished already.
func (c *Catalog) replaceCached(campus *Campus, number, now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if number < c.cachedNumber {
		return
	}
	c.cachedNumber = number
	c.cached.Store(campus)
	c.checked.Store(now)
}

// maxTries is how often a change is tried when other processes save theirs first.
const maxTries = 10

// change decides a change on the newest campus and saves it. If another process saved a change first, it decides again on the
// campus after that change.
func (c *Catalog) change(ctx context.Context, decide func(*Campus) (Change, error)) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	var err error
	for range maxTries {
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
