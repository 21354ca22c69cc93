package auth

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Key is an API key. By its role its holder can only write measurements of the key's devices, or only read what a viewer may.
type Key struct {
	ID   string
	Name string
	// Role is Device or Viewer. Empty means Device: so it comes from a process of an earlier version.
	Role Role
	// Devices are the ids that a Device's key may write for; empty means all devices of Space. A Viewer's key has none.
	Devices []string
	// Space limits the key to a subtree of spaces. It is empty only if Devices is set, or for a Viewer's key: then that has no limit.
	Space   string
	Created time.Time
	// LastUsed is exact to a minute; zero if the key was never used.
	LastUsed time.Time
	// Expires is when the key stops working; zero if never.
	Expires time.Time
}

// IsExpired reports whether a key no longer works at an instant.
func (k Key) IsExpired(now time.Time) bool { return !k.Expires.IsZero() && !now.Before(k.Expires) }

// Reads reports whether a key is for reading.
func (k Key) Reads() bool { return k.Role == Viewer }

// isLimited reports whether a key for writing has devices or a space. Without them it would have no limit. Add never creates such a key,
// so it is a fault and is rejected.
func (k Key) isLimited() bool { return k.Reads() || len(k.Devices) > 0 || k.Space != "" }

// Keys manages API keys and checks their secrets.
type Keys struct {
	store    KeyStore
	accounts *Accounts
	reports  Reports
	clock    Clock

	mu    sync.RWMutex
	cache map[KeyDigest]cachedKey
}

// cachedKey is a cached lookup of a key; valid is false if there was no valid key.
type cachedKey struct {
	key     Key
	valid   bool
	checked time.Time
}

// NewKeys returns the use cases for API keys.
func NewKeys(store KeyStore, accounts *Accounts, reports Reports, clock Clock) *Keys {
	return &Keys{store: store, accounts: accounts, reports: reports, clock: clock, cache: make(map[KeyDigest]cachedKey)}
}

// keyPrefix distinguishes a key from a token, for people and for secret scanners.
const keyPrefix = "htk_"

// KeyEdit holds the fields of a new key.
type KeyEdit struct {
	Name string
	// Role is Device or Viewer; empty means Device.
	Role    Role
	Devices []string
	Space   string
	// Expires is when the key stops working; zero if never.
	Expires Moment
}

// KeyChange holds the fields of a key that may change; a nil field stays unchanged.
type KeyChange struct {
	Name *string
	// Expires is when the key stops working; the zero Moment if never.
	Expires *Moment
}

const (
	maxKeyName    = 200
	maxKeyDevices = 1000
)

// Add creates a key and returns its secret, which cannot be read again. Errors: ErrForbidden, ErrInvalid.
func (k *Keys) Add(ctx context.Context, actor Actor, edit KeyEdit) (key Key, secret string, err error) {
	if actor.Role != Admin {
		return Key{}, "", ErrForbidden
	}
	expires, err := k.check(ctx, actor, edit)
	if err != nil {
		return Key{}, "", err
	}
	secret = keyPrefix + base64.RawURLEncoding.EncodeToString(k.accounts.random(32))
	key = Key{ID: k.accounts.newID("key"), Name: edit.Name, Role: cmp.Or(edit.Role, Device), Devices: edit.Devices, Space: edit.Space, Created: k.clock.Now(), Expires: expires}
	return key, secret, k.store.AddKey(ctx, key, digest(secret), actor.Entry(key.Created, KeyAdded, key.ID, keyText(key)))
}

// keyText returns the audit's description of a key.
func keyText(key Key) string {
	text := strings.TrimSpace(key.Name + ": " + strconv.Itoa(len(key.Devices)) + " devices " + key.Space)
	if key.Reads() {
		text = strings.TrimSpace(key.Name + ": " + string(key.Role) + " " + key.Space)
	}
	if !key.Expires.IsZero() {
		text += " until " + key.Expires.UTC().Format(time.RFC3339)
	}
	return text
}

// checkKeyName returns what is wrong with a key's name; empty if nothing is.
func checkKeyName(name string) []Flaw {
	switch {
	case strings.TrimSpace(name) == "":
		return []Flaw{{Field: "name", Rule: "required"}}
	case utf8.RuneCountInString(name) > maxKeyName:
		return []Flaw{{Field: "name", Rule: "max_length", Args: map[string]any{"max": maxKeyName}}}
	}
	return nil
}

// earliestExpiry is the earliest instant that is accepted; the stores use 1970 for "never".
var earliestExpiry = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// expiry returns the instant of an expiry in the time zone of a key's site.
func (k *Keys) expiry(ctx context.Context, written Moment, space string, devices []string) (at time.Time, flaws []Flaw, err error) {
	if written == (Moment{}) {
		return time.Time{}, nil, nil
	}
	zone, err := k.accounts.spaces.Zone(ctx, append([]string{space}, devices...)...)
	if err != nil {
		return time.Time{}, nil, err
	}
	at, rule := written.In(zone)
	if rule == "" && at.Before(earliestExpiry) {
		rule = "too_old"
	}
	if rule != "" {
		flaws = []Flaw{{Field: "expires_at", Rule: rule}}
	}
	return at, flaws, nil
}

// check validates a new key and returns when it expires.
func (k *Keys) check(ctx context.Context, actor Actor, edit KeyEdit) (expires time.Time, err error) {
	flaws := checkKeyName(edit.Name)
	expires, late, err := k.expiry(ctx, edit.Expires, edit.Space, edit.Devices)
	if err != nil {
		return time.Time{}, err
	}
	if flaws = append(flaws, late...); len(late) == 0 && (Key{Expires: expires}).IsExpired(k.clock.Now()) {
		flaws = append(flaws, Flaw{Field: "expires_at", Rule: "past"})
	}
	reach, err := k.checkReach(ctx, actor, edit)
	if err != nil {
		return time.Time{}, err
	}
	if flaws = append(flaws, reach...); len(flaws) > 0 {
		return time.Time{}, ErrInvalid{flaws}
	}
	return expires, nil
}

// checkReach returns what is wrong with the devices and the space of a new key.
func (k *Keys) checkReach(ctx context.Context, actor Actor, edit KeyEdit) (flaws []Flaw, err error) {
	if edit.Role == Viewer {
		return k.checkReadReach(ctx, actor, edit)
	}
	if edit.Role != "" && edit.Role != Device {
		flaws = append(flaws, Flaw{Field: "role", Rule: "one_of", Args: map[string]any{"values": "device, viewer"}})
	}
	if len(edit.Devices) == 0 && edit.Space == "" {
		flaws = append(flaws, Flaw{Field: "device_ids", Rule: "at_least_one", Args: map[string]any{"values": "device_ids, space_id"}})
	}
	if len(edit.Devices) > maxKeyDevices {
		flaws = append(flaws, Flaw{Field: "device_ids", Rule: "max_items", Args: map[string]any{"max": maxKeyDevices}})
	}
	if edit.Space != "" {
		flaw, err := k.accounts.checkSpace(ctx, actor, edit.Space)
		if err != nil {
			return nil, err
		}
		if flaw != nil {
			flaws = append(flaws, *flaw)
		}
	}
	unknown, err := k.accounts.spaces.Unknown(ctx, actor.Space, edit.Devices)
	if err != nil {
		return nil, err
	}
	if len(unknown) > 0 {
		flaws = append(flaws, Flaw{Field: "device_ids[" + strconv.Itoa(slices.Index(edit.Devices, unknown[0])) + "]", Rule: "no_such"})
	}
	return flaws, nil
}

// checkReadReach returns what is wrong with the devices and the space of a new key for reading.
func (k *Keys) checkReadReach(ctx context.Context, actor Actor, edit KeyEdit) (flaws []Flaw, err error) {
	if len(edit.Devices) > 0 {
		flaws = append(flaws, Flaw{Field: "device_ids", Rule: "max_items", Args: map[string]any{"max": 0}})
	}
	flaw, err := k.accounts.checkSpace(ctx, actor, edit.Space)
	if flaw != nil {
		flaws = append(flaws, *flaw)
	}
	return flaws, err
}

// List returns at most limit keys that the actor manages, ordered by id, with ids greater than after. Errors: ErrForbidden.
func (k *Keys) List(ctx context.Context, actor Actor, after string, limit int) ([]Key, error) {
	if actor.Role != Admin {
		return nil, ErrForbidden
	}
	return managedPage(after, limit,
		func(after string) ([]Key, error) { return k.store.ListKeys(ctx, after, limit) },
		func(key Key) string { return key.ID },
		func(key Key) (bool, error) { return k.manages(ctx, actor, key) })
}

// manages reports whether the actor manages every device that a key may write for.
func (k *Keys) manages(ctx context.Context, actor Actor, key Key) (bool, error) {
	if actor.Space == "" {
		return true, nil
	}
	if key.Space != "" {
		return k.accounts.spaces.Within(ctx, actor.Space, key.Space)
	}
	if len(key.Devices) == 0 {
		return false, nil
	}
	unknown, err := k.accounts.spaces.Unknown(ctx, actor.Space, key.Devices)
	return len(unknown) == 0, err
}

// Get returns one key that the actor manages. Errors: ErrForbidden, ErrNotFound.
func (k *Keys) Get(ctx context.Context, actor Actor, id string) (Key, error) {
	if actor.Role != Admin {
		return Key{}, ErrForbidden
	}
	key, found, err := k.store.Key(ctx, id)
	if err != nil {
		return Key{}, err
	}
	managed, err := k.manages(ctx, actor, key)
	if err != nil {
		return Key{}, err
	}
	if !found || !managed {
		return Key{}, ErrNotFound
	}
	return key, nil
}

// Change sets the given fields of a key: at once in this process, within five seconds in others. An expiry in the past ends the
// key. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (k *Keys) Change(ctx context.Context, actor Actor, id string, change KeyChange) (Key, error) {
	was, err := k.Get(ctx, actor, id)
	if err != nil {
		return Key{}, err
	}
	var flaws []Flaw
	if change.Name != nil {
		flaws = checkKeyName(*change.Name)
	}
	var expires time.Time
	if change.Expires != nil {
		var late []Flaw
		if expires, late, err = k.expiry(ctx, *change.Expires, was.Space, was.Devices); err != nil {
			return Key{}, err
		}
		flaws = append(flaws, late...)
	}
	if len(flaws) > 0 {
		return Key{}, ErrInvalid{flaws}
	}
	is, err := k.store.ChangeKey(ctx, id, func(key *Key) Entry {
		if change.Name != nil {
			key.Name = *change.Name
		}
		if change.Expires != nil {
			key.Expires = expires
		}
		return actor.Entry(k.clock.Now(), KeyChanged, id, keyText(*key))
	})
	k.forgetAll()
	return is, err
}

// Remove revokes a key: at once in this process, within five seconds in others. Errors: ErrForbidden, ErrNotFound.
func (k *Keys) Remove(ctx context.Context, actor Actor, id string) error {
	key, err := k.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	err = k.store.RemoveKey(ctx, id, actor.Entry(k.clock.Now(), KeyRemoved, id, keyText(key)))
	k.forgetAll()
	return err
}
