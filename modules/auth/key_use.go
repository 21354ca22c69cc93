package auth

import (
	"context"
	"time"
)

type originKey struct{}

// WithOrigin returns a context of a request whose caller is not known yet, with the client's address and the id of the request.
func WithOrigin(ctx context.Context, client, request string) context.Context {
	return context.WithValue(ctx, originKey{}, Actor{Client: client, Request: request})
}

func originOf(ctx context.Context) Actor {
	from, _ := ctx.Value(originKey{}).(Actor)
	return from
}

// forgetAll empties the cache.
func (k *Keys) forgetAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.cache)
}

// lastUseEvery is the resolution of a key's LastUsed.
const lastUseEvery = time.Minute

// Holder returns the key of a secret that has not expired. Errors: ErrToken.
func (k *Keys) Holder(ctx context.Context, secret string) (Key, error) {
	sum, ok := DigestOfKey(secret)
	if !ok {
		return Key{}, ErrToken
	}
	now := k.clock.Now()
	k.mu.RLock()
	cached, found := k.cache[sum]
	k.mu.RUnlock()
	if !found || now.Sub(cached.checked) >= cacheLife {
		var err error
		if cached, err = k.readKey(ctx, sum, now); err != nil {
			return Key{}, err
		}
	}
	if !cached.valid || cached.key.IsExpired(now) {
		return Key{}, ErrToken
	}
	return cached.key, nil
}

// readKey reads a key, stores its use and caches it.
func (k *Keys) readKey(ctx context.Context, sum KeyDigest, now time.Time) (cachedKey, error) {
	key, valid, err := k.useKey(ctx, sum, now)
	if err != nil {
		return cachedKey{}, err
	}
	cached := cachedKey{key: key, valid: valid, checked: now}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.cache) >= maxCached {
		clear(k.cache)
	}
	k.cache[sum] = cached
	return cached, nil
}

// useKey reads a key and stores its use. valid is false if there is none; an expired one is valid.
func (k *Keys) useKey(ctx context.Context, sum KeyDigest, now time.Time) (key Key, valid bool, err error) {
	key, valid, err = k.store.KeyByDigest(ctx, sum[:])
	if err != nil {
		return Key{}, false, err
	}
	if valid && !key.IsExpired(now) && now.Sub(key.LastUsed) >= lastUseEvery {
		user := originOf(ctx)
		user.ID = key.ID
		if err := k.store.UseKey(ctx, key.ID, now, user.Entry(now, KeyFirstUsed, key.ID, keyText(key))); err != nil {
			return Key{}, false, err
		}
	}
	return key, valid && key.isLimited(), nil
}

// MaxKeysUsed is the maximum of digests in a call of Use.
const MaxKeysUsed = 500

// Use returns the valid keys that have one of these digests, and stores that they are used now. It is for a process without this module
// that received their secrets. It reads the store each time: such a process keeps the answer.
func (k *Keys) Use(ctx context.Context, digests []KeyDigest) (map[KeyDigest]Key, error) {
	now := k.clock.Now()
	keys := make(map[KeyDigest]Key, min(len(digests), MaxKeysUsed))
	for _, sum := range digests[:min(len(digests), MaxKeysUsed)] {
		key, valid, err := k.useKey(ctx, sum, now)
		if err != nil {
			return nil, err
		}
		if valid && !key.IsExpired(now) {
			keys[sum] = key
		}
	}
	return keys, nil
}

// expiredBatch is how many keys one transaction marks as ended.
const expiredBatch = 100

// NoteExpired writes an audit entry for each key that has expired since the last call. Of several processes one writes it.
func (k *Keys) NoteExpired(ctx context.Context) error {
	for {
		now := k.clock.Now()
		noted, err := k.store.NoteExpired(ctx, now, expiredBatch, func(key Key) Entry {
			return programActor.Entry(now, KeyExpired, key.ID, keyText(key))
		})
		if err != nil || noted < expiredBatch {
			return err
		}
	}
}
