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

// Key lets devices and gateways write measurements of their own devices, and nothing else.
type Key struct {
	ID   string
	Name string
	// Devices are those that it writes for; empty leaves it all of Space.
	Devices []string
	// Space limits it to a subtree; empty only where it has devices.
	Space   string
	Created time.Time
	// LastUsed is within a minute of its last use; zero where it never was used.
	LastUsed time.Time
}

// Keys manages API keys and tells who holds one.
type Keys struct {
	store    KeyStore
	accounts *Accounts
	clock    Clock

	mu    sync.RWMutex
	known map[[32]byte]knownKey
}

// knownKey is a key, or that there is none, as it was a few seconds ago.
type knownKey struct {
	key     Key
	stands  bool
	checked time.Time
}

// NewKeys makes the keys of a campus.
func NewKeys(store KeyStore, accounts *Accounts, clock Clock) *Keys {
	return &Keys{store: store, accounts: accounts, clock: clock, known: make(map[[32]byte]knownKey)}
}

// keyPrefix tells a key from a token, for people and for scanners of secrets.
const keyPrefix = "htk_"

// KeyEdit is what a new key is to be.
type KeyEdit struct {
	Name    string
	Devices []string
	Space   string
}

const (
	maxKeyName    = 200
	maxKeyDevices = 1000
)

// Add makes a key; its secret is given this once. Errors: ErrForbidden, ErrInvalid.
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

// List gives the keys that the actor manages, by id, from after one. Errors: ErrForbidden.
func (k *Keys) List(ctx context.Context, actor Actor, after string, limit int) ([]Key, error) {
	if actor.Role != Admin {
		return nil, ErrForbidden
	}
	return managedPage(after, limit,
		func(after string) ([]Key, error) { return k.store.ListKeys(ctx, after, limit) },
		func(key Key) string { return key.ID },
		func(key Key) (bool, error) { return k.manages(ctx, actor, key) })
}

// manages tells whether all that a key may write for is within what the actor manages.
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
	clear(k.known)
	return err
}

// lastUseEvery is how exact a key's last use is.
const lastUseEvery = time.Minute

// Holder gives the key of a secret. Errors: ErrToken.
func (k *Keys) Holder(ctx context.Context, secret string) (Key, error) {
	if !strings.HasPrefix(secret, keyPrefix) {
		return Key{}, ErrToken
	}
	sum, now := [32]byte(digest(secret)), k.clock.Now()
	k.mu.RLock()
	known, seen := k.known[sum]
	k.mu.RUnlock()
	if !seen || now.Sub(known.checked) >= standingLife {
		var err error
		if known, err = k.look(ctx, sum, now); err != nil {
			return Key{}, err
		}
	}
	if !known.stands {
		return Key{}, ErrToken
	}
	return known.key, nil
}

// look reads a key and notes its use.
func (k *Keys) look(ctx context.Context, sum [32]byte, now time.Time) (knownKey, error) {
	key, stands, err := k.store.KeyByDigest(ctx, sum[:])
	if err != nil {
		return knownKey{}, err
	}
	if stands && now.Sub(key.LastUsed) >= lastUseEvery {
		if err := k.store.UseKey(ctx, key.ID, now); err != nil {
			return knownKey{}, err
		}
	}
	// A key without devices and space is limited to nothing; none is made, so what made it one is a fault.
	stands = stands && (len(key.Devices) > 0 || key.Space != "")
	known := knownKey{key: key, stands: stands, checked: now}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.known) >= maxStandings {
		clear(k.known)
	}
	k.known[sum] = known
	return known, nil
}
