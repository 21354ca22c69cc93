package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

// requireFlaw requires an error about one field that breaks a rule.
func requireFlaw(t *testing.T, err error, field, rule string) {
	t.Helper()
	var invalid auth.ErrInvalid
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Flaws, 1)
	require.Equal(t, []string{field, rule}, []string{invalid.Flaws[0].Field, invalid.Flaws[0].Rule})
}

// TestReadKeys makes keys for reading: of a space, or of the whole campus by who manages it all.
func TestReadKeys(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	keys := auth.NewKeys(c.store, c.accounts, nil, c)
	root, limited := auth.Actor{ID: "us_1", Role: auth.Admin}, auth.Actor{ID: "us_2", Role: auth.Admin, Space: "sp_1"}
	_, _, err := keys.Add(ctx, root, auth.KeyEdit{Name: "x", Role: auth.Viewer, Devices: []string{"d"}})
	requireFlaw(t, err, "device_ids", "max_items")
	_, _, err = keys.Add(ctx, root, auth.KeyEdit{Name: "x", Role: auth.Manager, Devices: []string{"d"}})
	requireFlaw(t, err, "role", "one_of")
	_, _, err = keys.Add(ctx, limited, auth.KeyEdit{Name: "x", Role: auth.Viewer})
	requireFlaw(t, err, "space_id", "required")
	_, _, err = keys.Add(ctx, limited, auth.KeyEdit{Name: "x", Role: auth.Viewer, Space: "sp_2"})
	requireFlaw(t, err, "space_id", "no_such")
	key, secret, err := keys.Add(ctx, root, auth.KeyEdit{Name: "Grafana", Role: auth.Viewer, Expires: auth.ParseMoment("2026-05-26T12:00:02Z")})
	require.NoError(t, err)
	from := auth.WithOrigin(ctx, "192.0.2.7", "rq_1")
	for range 2 {
		holder, err := keys.Holder(from, secret)
		require.NoError(t, err)
		require.True(t, holder.Reads())
	}
	c.now = c.now.Add(time.Minute)
	_, err = keys.Holder(ctx, secret)
	require.ErrorIs(t, err, auth.ErrToken)
	for range 2 {
		require.NoError(t, keys.NoteExpired(ctx))
	}
	require.NoError(t, keys.Remove(ctx, root, key.ID))
	entries, err := c.store.Entries(ctx, auth.AuditQuery{Target: key.ID, Limit: 9})
	require.NoError(t, err)
	var lines []string
	for _, e := range entries {
		lines = append(lines, e.Action+" by "+e.Actor+" from "+e.Client)
		require.Equal(t, "Grafana: viewer until 2026-05-26T12:00:02Z", e.Detail)
	}
	require.Equal(t, []string{"key.removed by us_1 from ", "key.expired by holotwin from ", "key.first_used by " + key.ID + " from 192.0.2.7", "key.added by us_1 from "}, lines)
}

// TestAKeyExpires lets a key in until the instant at which it expires, also if it is cached, and again after a change.
func TestAKeyExpires(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	root := auth.Actor{ID: "us_1", Role: auth.Admin}
	keys, elsewhere := auth.NewKeys(c.store, c.accounts, nil, c), auth.NewKeys(c.store, c.accounts, nil, c)
	for text, rule := range map[string]string{
		"2026-05-26T12:00:00Z": "past", "2026-05-26T06:59:59": "past", "1999-12-31T23:59:59Z": "too_old", "mañana": "instant",
	} {
		_, _, err := keys.Add(ctx, root, auth.KeyEdit{Name: "x", Devices: []string{"d"}, Expires: auth.ParseMoment(text)})
		if rule == "too_old" {
			require.Error(t, err)
			continue
		}
		requireFlaw(t, err, "expires_at", rule)
	}
	key, secret, err := keys.Add(ctx, root, auth.KeyEdit{Name: "x", Devices: []string{"d"}, Expires: auth.ParseMoment("2026-05-26T07:00:02")})
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 5, 26, 12, 0, 2, 0, time.UTC), key.Expires, "without a zone it is read in the site's")
	valid := func(k *auth.Keys, want bool) {
		t.Helper()
		_, err := k.Holder(ctx, secret)
		if want {
			require.NoError(t, err)
			return
		}
		require.ErrorIs(t, err, auth.ErrToken)
	}
	valid(keys, true)
	valid(elsewhere, true)
	c.now = c.now.Add(2*time.Second - time.Millisecond)
	valid(keys, true)
	c.now = c.now.Add(time.Millisecond)
	valid(keys, false) // although it was read a moment ago
	valid(elsewhere, false)

	change := func(text string) auth.KeyChange {
		expires := auth.Moment{}
		if text != "" {
			expires = auth.ParseMoment(text)
		}
		return auth.KeyChange{Expires: &expires}
	}
	_, err = keys.Change(ctx, root, key.ID, change("1999-12-31T23:59:59Z"))
	requireFlaw(t, err, "expires_at", "too_old")
	_, err = keys.Change(ctx, root, key.ID, change("ayer"))
	requireFlaw(t, err, "expires_at", "instant")
	_, err = keys.Change(ctx, root, key.ID, change(""))
	require.NoError(t, err)
	valid(keys, true)
	c.now = c.now.Add(5 * time.Second)
	valid(elsewhere, true)
	_, err = keys.Change(ctx, root, key.ID, change("2026-05-26T12:00:01Z"))
	require.NoError(t, err, "an expiry in the past ends the key")
	valid(keys, false)
	valid(elsewhere, true)
	c.now = c.now.Add(5 * time.Second)
	valid(elsewhere, false)
}

// TestAKeyIsRenamed changes only the given fields, by an administrator who manages the key.
func TestAKeyIsRenamed(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	root := auth.Actor{ID: "us_1", Role: auth.Admin}
	keys := auth.NewKeys(c.store, c.accounts, nil, c)
	key, _, err := keys.Add(ctx, root, auth.KeyEdit{Name: "x", Space: "sp_1", Expires: auth.ParseMoment("2026-06-01T00:00:00Z")})
	require.NoError(t, err)
	name, empty := "Pasarela", " "
	_, err = keys.Change(ctx, root, key.ID, auth.KeyChange{Name: &empty})
	requireFlaw(t, err, "name", "required")
	changed, err := keys.Change(ctx, auth.Actor{Role: auth.Admin, Space: "sp_1"}, key.ID, auth.KeyChange{Name: &name})
	require.NoError(t, err)
	require.Equal(t, []any{name, key.Space, key.Expires}, []any{changed.Name, changed.Space, changed.Expires})
	for _, actor := range []auth.Actor{{Role: auth.Manager}, {Role: auth.Viewer, Space: "sp_1"}} {
		_, err = keys.Change(ctx, actor, key.ID, auth.KeyChange{Name: &name})
		require.ErrorIs(t, err, auth.ErrForbidden)
	}
	other := auth.Actor{Role: auth.Admin, Space: "sp_2"}
	_, err = keys.Change(ctx, other, key.ID, auth.KeyChange{Name: &name})
	require.ErrorIs(t, err, auth.ErrNotFound)
	_, err = keys.Get(ctx, other, key.ID)
	require.ErrorIs(t, err, auth.ErrNotFound)
	is, err := keys.Get(ctx, root, key.ID)
	require.NoError(t, err)
	require.Equal(t, changed, is)
}
