package auth

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Key is an API key. Its holder can only write measurements of the key's devices.
type Key struct {
	ID   string
	Name string
	// Devices are the ids that the key may write for; empty means all devices of Space.
	Devices []string
	// Space limits the key to a subtree of spaces; empty only if Devices is set.
	Space   string
	Created time.Time
	// LastUsed is exact to a minute; zero if the key was never used.
	LastUsed time.Time
}

// Keys manages API keys and checks their secrets.
type Keys struct {
	store    KeyStore
	accounts *Accounts
	clock    Clock

	mu    sync.RWMutex
	cache map[[32]byte]cachedKey
}

// cachedKey is a cached lookup of a key; valid is false if there was no valid key.
type cachedKey struct {
	key     Key
	valid   bool
	checked time.Time
}

// NewKeys returns the use cases for API keys.
func NewKeys(store KeyStore, accounts *Accounts, clock Clock) *Keys {
	return &Keys{store: store, accounts: accounts, clock: clock, cache: make(map[[32]byte]cachedKey)}
}

// keyPrefix distinguishes a key from a token, for people and for secret scanners.
const keyPrefix = "htk_"

// KeyEdit holds the fields of a new key.
type KeyEdit struct {
	Name    string
	Devices []string
	Space   string
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
	if err := k.check(ctx, actor, edit); err != nil {
		return Key{}, "", err
	}
	secret = keyPrefix + base64.RawURLEncoding.EncodeToString(k.accounts.random(32))
	key = Key{ID: k.accounts.newID("key"), Name: edit.Name, Devices: edit.Devices, Space: edit.Space, Created: k.clock.Now()}
	detail := key.Name + ": " + strconv.Itoa(len(key.Devices)) + " devices " + key.Space
	return key, secret, k.store.AddKey(ctx, key, digest(secret), actor.Entry(key.Created, KeyAdded, key.ID, strings.TrimSpace(detail)))
}

func (k *Keys) check(ctx context.Context, actor Actor, edit KeyEdit) error {
	var flaws []Flaw
	switch {
	case strings.TrimSpace(edit.Name) == "":
		flaws = append(flaws, Flaw{Field: "name", Rule: "required"})
	case utf8.RuneCountInString(edit.Name) > maxKeyName:
		flaws = append(flaws, Flaw{Field: "name", Rule: "max_length", Args: map[string]any{"max": maxKeyName}})
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
			return err
		}
		if flaw != nil {
			flaws = append(flaws, *flaw)
		}
	}
	unknown, err := k.accounts.spaces.Unknown(ctx, actor.Space, edit.Devices)
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		flaws = append(flaws, Flaw{Field: "device_ids[" + strconv.Itoa(slices.Index(edit.Devices, unknown[0])) + "]", Rule: "no_such"})
	}
	if len(flaws) > 0 {
		return ErrInvalid{flaws}
	}
	return nil
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

// Remove revokes a key: at once in this process, within five seconds in others. Errors: ErrForbidden, ErrNotFound.
func (k *Keys) Remove(ctx context.Context, actor Actor, id string) error {
	if actor.Role != Admin {
		return ErrForbidden
	}
	key, found, err := k.store.Key(ctx, id)
	if err != nil {
		return err
	}
	managed, err := k.manages(ctx, actor, key)
	if err != nil {
		return err
	}
	if !found || !managed {
		return ErrNotFound
	}
	err = k.store.RemoveKey(ctx, id, actor.Entry(k.clock.Now(), KeyRemoved, id, key.Name))
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.cache)
	return err
}

// lastUseEvery is the resolution of a key's LastUsed.
const lastUseEvery = time.Minute

// Holder returns the key of a secret. Errors: ErrToken.
func (k *Keys) Holder(ctx context.Context, secret string) (Key, error) {
	if !strings.HasPrefix(secret, keyPrefix) {
		return Key{}, ErrToken
	}
	sum, now := [32]byte(digest(secret)), k.clock.Now()
	k.mu.RLock()
	cached, found := k.cache[sum]
	k.mu.RUnlock()
	if !found || now.Sub(cached.checked) >= cacheLife {
		var err error
		if cached, err = k.readKey(ctx, sum, now); err != nil {
			return Key{}, err
		}
	}
	if !cached.valid {
		return Key{}, ErrToken
	}
	return cached.key, nil
}

// readKey reads a key, stores its use and caches it.
func (k *Keys) readKey(ctx context.Context, sum [32]byte, now time.Time) (cachedKey, error) {
	key, valid, err := k.store.KeyByDigest(ctx, sum[:])
	if err != nil {
		return cachedKey{}, err
	}
	if valid && now.Sub(key.LastUsed) >= lastUseEvery {
		if err := k.store.UseKey(ctx, key.ID, now); err != nil {
			return cachedKey{}, err
		}
	}
	// A key without devices and space would have no limit. Add never creates one, so such a key is a fault and is rejected.
	valid = valid && (len(key.Devices) > 0 || key.Space != "")
	cached := cachedKey{key: key, valid: valid, checked: now}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.cache) >= maxCached {
		clear(k.cache)
	}
	k.cache[sum] = cached
	return cached, nil
}
