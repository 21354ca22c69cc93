// Package standingtest is the contract suite for stores of what a process knows of sessions, users and keys.
package standingtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
)

var (
	begun = time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)
	until = begun.Add(time.Hour)
)

// Run checks an adapter on an empty store.
func Run(t *testing.T, store standing.Store) {
	t.Run("nothing is known", func(t *testing.T) { nothing(t, store) })
	t.Run("sessions and users", func(t *testing.T) { sessionsAndUsers(t, store) })
	t.Run("keys", func(t *testing.T) { keys(t, store) })
	t.Run("many at once", func(t *testing.T) { many(t, store) })
	t.Run("replicas save at once", func(t *testing.T) { replicas(t, store) })
}

func load(t *testing.T, store standing.Store) standing.Known {
	t.Helper()
	known, err := store.Load(context.Background())
	require.NoError(t, err)
	return known
}

func save(t *testing.T, store standing.Store, update standing.Update) {
	t.Helper()
	if update.Now.IsZero() {
		update.Now = begun
	}
	require.NoError(t, store.Save(context.Background(), update))
}

func nothing(t *testing.T, store standing.Store) {
	known := load(t, store)
	require.True(t, known.Cursor.IsZero())
	require.True(t, known.RecordedFrom.IsZero())
	require.Empty(t, known.Families)
	require.Empty(t, known.Users)
	require.Empty(t, known.Keys)
}

func sessionsAndUsers(t *testing.T, store standing.Store) {
	cursor, from := begun.Add(time.Millisecond), begun.Add(-time.Hour)
	state := auth.UserState{ID: "us_1", Role: auth.Manager, Space: "sp_1"}
	gone := auth.UserState{ID: "us_2", Barred: true}
	save(t, store, standing.Update{
		Cursor: cursor, RecordedFrom: from, Until: until, Families: []string{"fm_1", "fm_2"}, Users: []auth.UserState{state, gone},
	})
	known := load(t, store)
	require.Equal(t, []time.Time{cursor, from}, []time.Time{known.Cursor, known.RecordedFrom})
	require.Equal(t, map[string]time.Time{"fm_1": until, "fm_2": until}, known.Families)
	require.Equal(t, map[string]standing.User{"us_1": {UserState: state, Until: until}, "us_2": {UserState: gone, Until: until}}, known.Users)

	// The same is answered again, a little later; and the user has other rights.
	later := until.Add(time.Second)
	state = auth.UserState{ID: "us_1", Role: auth.Admin}
	save(t, store, standing.Update{Cursor: cursor.Add(time.Second), Until: later, Families: []string{"fm_2", "fm_3"}, Users: []auth.UserState{state}})
	known = load(t, store)
	require.Equal(t, cursor.Add(time.Second), known.Cursor)
	require.True(t, known.RecordedFrom.IsZero())
	require.Equal(t, map[string]time.Time{"fm_1": until, "fm_2": later, "fm_3": later}, known.Families)
	require.Equal(t, map[string]standing.User{"us_1": {UserState: state, Until: later}, "us_2": {UserState: gone, Until: until}}, known.Users)

	save(t, store, standing.Update{Now: until.Add(time.Millisecond)})
	known = load(t, store)
	require.Equal(t, map[string]time.Time{"fm_2": later, "fm_3": later}, known.Families)
	require.Equal(t, map[string]standing.User{"us_1": {UserState: state, Until: later}}, known.Users)
	save(t, store, standing.Update{Now: later.Add(time.Millisecond)})
	known = load(t, store)
	require.Empty(t, known.Families)
	require.Empty(t, known.Users)
}

// digestOf returns some digest.
func digestOf(n int) auth.KeyDigest {
	sum, _ := auth.DigestOfKey(fmt.Sprintf("htk_%d", n))
	return sum
}

func keys(t *testing.T, store standing.Store) {
	devices := auth.Key{ID: "key_1", Role: auth.Device, Name: "Sala", Devices: []string{"ac-1", "tv-1"}, Expires: until}
	space := auth.Key{ID: "key_2", Role: auth.Viewer, Name: "Bloque", Devices: []string{}, Space: "sp_1"}
	third := auth.Key{ID: "key_3", Role: auth.Viewer, Name: "Piso", Devices: []string{}, Space: "sp_3"}
	learn := func() {
		save(t, store, standing.Update{Learned: map[auth.KeyDigest]auth.Key{digestOf(1): devices, digestOf(2): space, digestOf(3): third}})
	}
	learn()
	require.Equal(t, map[auth.KeyDigest]auth.Key{digestOf(1): devices, digestOf(2): space, digestOf(3): third}, load(t, store).Keys)
	learn()

	devices.Name, devices.Expires = "Sala 2", time.Time{}
	save(t, store, standing.Update{
		Changed: []auth.KeyState{{ID: "key_1", Key: devices}, {ID: "key_2", Removed: true}, {ID: "key_4", Key: auth.Key{ID: "key_4", Space: "sp_4"}}, {ID: "key_5", Removed: true}},
		Refused: []auth.KeyDigest{digestOf(3), digestOf(6)},
	})
	require.Equal(t, map[auth.KeyDigest]auth.Key{digestOf(1): devices}, load(t, store).Keys, "a changed key without a digest is not stored")

	save(t, store, standing.Update{Refused: []auth.KeyDigest{digestOf(1)}, Learned: map[auth.KeyDigest]auth.Key{digestOf(1): devices}})
	require.Len(t, load(t, store).Keys, 1, "it was refused, and then valid again")
	save(t, store, standing.Update{NoKeys: true, Learned: map[auth.KeyDigest]auth.Key{digestOf(3): third}})
	require.Equal(t, map[auth.KeyDigest]auth.Key{digestOf(3): third}, load(t, store).Keys)
	save(t, store, standing.Update{NoKeys: true})
	require.Empty(t, load(t, store).Keys)
}

// many saves the answer to a process that was away for long.
func many(t *testing.T, store standing.Store) {
	const n = 1200
	update := standing.Update{Cursor: begun, Until: until, Learned: make(map[auth.KeyDigest]auth.Key)}
	for i := range n {
		update.Families = append(update.Families, fmt.Sprintf("fm_many_%d", i))
		update.Users = append(update.Users, auth.UserState{ID: fmt.Sprintf("us_many_%d", i), Role: auth.Viewer})
		update.Learned[digestOf(i)] = auth.Key{ID: fmt.Sprintf("key_many_%d", i), Space: "sp_1"}
		update.Changed = append(update.Changed, auth.KeyState{ID: fmt.Sprintf("key_many_%d", i), Removed: true})
		update.Refused = append(update.Refused, digestOf(i))
	}
	save(t, store, update)
	known := load(t, store)
	require.Equal(t, []int{n, n, n}, []int{len(known.Families), len(known.Users), len(known.Keys)})
	update.Learned, update.Now = nil, until.Add(time.Second)
	save(t, store, update)
	known = load(t, store)
	require.Equal(t, []int{0, 0, 0}, []int{len(known.Families), len(known.Users), len(known.Keys)})
}

// replicas save the same at once, in another order.
func replicas(t *testing.T, store standing.Store) {
	var wait sync.WaitGroup
	for replica := range 4 {
		wait.Go(func() {
			for range 10 {
				update := standing.Update{Cursor: begun, Now: begun, Until: until, Learned: make(map[auth.KeyDigest]auth.Key)}
				for i := range 20 {
					n := (i*7 + replica*5) % 20
					update.Families = append(update.Families, fmt.Sprintf("fm_at_once_%d", n))
					update.Users = append(update.Users, auth.UserState{ID: fmt.Sprintf("us_at_once_%d", n), Role: auth.Viewer})
					update.Learned[digestOf(n)] = auth.Key{ID: fmt.Sprintf("key_at_once_%d", n), Space: "sp_1"}
				}
				if err := store.Save(context.Background(), update); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	known := load(t, store)
	require.Equal(t, []int{20, 20, 20}, []int{len(known.Families), len(known.Users), len(known.Keys)})
}
