package standing

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

const (
	// knownLife is how long an ended session and a changed user are known: until all tokens that were signed before have expired, with
	// some minutes for clocks that differ.
	knownLife = auth.AccessLife + 10*time.Minute
	// saveEvery is how often the cursor is saved if nothing has changed. An older cursor costs only a longer answer.
	saveEvery = 30 * time.Second
	// saveTime bounds a save: while the database does not answer, logouts must still be known within five seconds.
	saveTime = 2 * time.Second
	// useEvery is how often auth is asked again for a key that is used, so that its LastUsed is exact to a minute.
	useEvery = 30 * time.Second
)

// pulls is what only Load and Pull use, one at a time.
type pulls struct {
	mu     sync.Mutex
	loaded bool
	// cursor is the Now of the last answer that is applied and, if it had a change, saved.
	cursor  time.Time
	savedAt time.Time
	// refused are keys that the store may still have.
	refused []auth.KeyDigest
}

// Load reads what is stored. It is called before the first request, so that a process that starts while auth is away knows what it knew;
// Pull does so otherwise.
func (v *Verifier) Load(ctx context.Context) error {
	v.pulls.mu.Lock()
	defer v.pulls.mu.Unlock()
	return v.load(ctx)
}

func (v *Verifier) load(ctx context.Context) error {
	if v.pulls.loaded {
		return nil
	}
	known, err := v.store.Load(ctx)
	if err != nil {
		return fmt.Errorf("load what is known of sessions, users and keys: %w", err)
	}
	v.pulls.loaded, v.pulls.cursor = true, known.Cursor
	v.mu.Lock()
	defer v.mu.Unlock()
	// If the last answer is older than any living token, nothing is known of these.
	v.isCurrent, v.recordedFrom = v.clock.Now().Sub(known.Cursor) < auth.AccessLife, known.RecordedFrom
	v.isAnswered = !known.Cursor.IsZero()
	maps.Copy(v.families, known.Families)
	maps.Copy(v.users, known.Users)
	for sum, key := range known.Keys {
		v.keys[sum] = &knownKey{key: key, stored: true}
	}
	return nil
}

// Pull asks auth what changed since the last pull, applies and saves it, and asks again for keys that were used. A background job calls it
// about every second. After an error the next call makes up for it.
func (v *Verifier) Pull(ctx context.Context) error {
	v.pulls.mu.Lock()
	defer v.pulls.mu.Unlock()
	if err := v.load(ctx); err != nil {
		return err
	}
	changes, err := v.changes(ctx)
	if err != nil {
		return fmt.Errorf("ask auth what changed: %w", err)
	}
	now := v.clock.Now()
	update := v.apply(changes, now)
	if err := v.save(ctx, update); err != nil {
		return err
	}
	v.pulls.cursor = changes.Now
	return v.useKeys(ctx, now)
}

func (v *Verifier) changes(ctx context.Context) (auth.Changes, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return v.source.Changes(ctx, v.pulls.cursor)
}

// apply applies an answer in memory and returns what is to be saved. The memory is first: a database that is away delays no logout.
func (v *Verifier) apply(changes auth.Changes, now time.Time) Update {
	update := Update{
		Cursor: changes.Now, RecordedFrom: changes.RecordedFrom, Now: now, Until: now.Add(knownLife),
		Families: changes.Families, Users: changes.Users, NoKeys: !changes.Complete, Changed: changes.Keys,
		Refused: v.pulls.refused, Learned: make(map[auth.KeyDigest]auth.Key),
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.isCurrent, v.isAnswered, v.recordedFrom = true, true, changes.RecordedFrom
	for _, id := range changes.Families {
		v.families[id] = update.Until
	}
	for _, user := range changes.Users {
		v.users[user.ID] = User{user, update.Until}
	}
	v.applyKeys(changes)
	for sum, k := range v.keys {
		if !k.stored {
			update.Learned[sum] = k.key
		}
	}
	return update
}

func (v *Verifier) applyKeys(changes auth.Changes) {
	if !changes.Complete {
		clear(v.keys)
		clear(v.refused)
		v.keyChanges++
	}
	if len(changes.Keys) == 0 {
		return
	}
	v.keyChanges++
	states := make(map[string]auth.KeyState, len(changes.Keys))
	for _, state := range changes.Keys {
		states[state.ID] = state
	}
	for sum, k := range v.keys {
		switch state, changed := states[k.key.ID]; {
		case changed && state.Removed:
			delete(v.keys, sum)
		case changed:
			k.key = state.Key
		}
	}
}

// save saves an update that changes something, and otherwise the cursor from time to time. On the same occasion it forgets what no living
// token needs.
func (v *Verifier) save(ctx context.Context, update Update) error {
	if update.isEmpty() && update.Now.Sub(v.pulls.savedAt) < saveEvery {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	if err := v.store.Save(ctx, update); err != nil {
		return fmt.Errorf("save what is known of sessions, users and keys: %w", err)
	}
	v.pulls.savedAt, v.pulls.refused = update.Now, nil
	v.mu.Lock()
	defer v.mu.Unlock()
	for sum := range update.Learned {
		if k, known := v.keys[sum]; known {
			k.stored = true
		}
	}
	maps.DeleteFunc(v.families, func(_ string, until time.Time) bool { return until.Before(update.Now) })
	maps.DeleteFunc(v.users, func(_ string, u User) bool { return u.Until.Before(update.Now) })
	maps.DeleteFunc(v.refused, func(_ auth.KeyDigest, at time.Time) bool { return update.Now.Sub(at) >= refusedLife })
	return nil
}

// useKeys asks for keys that were used since the last time, some of them if they are many, and forgets those that are no longer valid.
func (v *Verifier) useKeys(ctx context.Context, now time.Time) error {
	used := v.usedKeys(now)
	if len(used) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	found, err := v.source.UseKeys(ctx, used)
	if err != nil {
		return fmt.Errorf("ask auth for the keys that are used: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, sum := range used {
		k, known := v.keys[sum]
		if !known {
			continue
		}
		key, valid := found[sum]
		if !valid {
			delete(v.keys, sum)
			v.pulls.refused = append(v.pulls.refused, sum)
			continue
		}
		k.key, k.asked = key, now
		k.used.Store(false)
	}
	return nil
}

// usedKeys returns keys that were used and are due to be asked for again.
func (v *Verifier) usedKeys(now time.Time) (used []auth.KeyDigest) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for sum, k := range v.keys {
		if k.used.Load() && now.Sub(k.asked) >= useEvery && len(used) < auth.MaxKeysUsed {
			used = append(used, sum)
		}
	}
	return used
}
