package authtest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

func scopes(t *testing.T, store Store) {
	ctx := context.Background()
	for id, space := range map[string]string{"us_limited": "sp_a", "us_other": "sp_b", "us_free": ""} {
		require.NoError(t, store.AddUser(ctx, auth.User{
			ID: id, Email: id + "@usc.edu.co", Role: auth.Viewer, Space: space, Disabled: id == "us_other", Login: auth.ByPassword, PasswordHash: "h", Created: begun,
		}, testEntry))
	}
	for _, key := range []auth.Key{
		{ID: "key_space", Name: "De A", Space: "sp_a", Created: begun},
		{ID: "key_both", Name: "De B y d1", Space: "sp_b", Devices: []string{"d1"}, Created: begun},
		{ID: "key_devices", Name: "De d1 y d\"2", Devices: []string{"d1", "d\"2"}, Created: begun},
	} {
		require.NoError(t, store.AddKey(ctx, key, []byte(key.ID), testEntry))
	}
	user := auth.Limited{User: "us_limited", Name: "us_limited@usc.edu.co"}
	disabled := auth.Limited{User: "us_other", Name: "us_other@usc.edu.co"}
	space, both := auth.Limited{Key: "key_space", Name: "De A"}, auth.Limited{Key: "key_both", Name: "De B y d1"}
	ofDevices := auth.Limited{Key: "key_devices", Name: "De d1 y d\"2"}
	for _, c := range []struct {
		spaces, devices []string
		limited         []auth.Limited
	}{
		{nil, nil, nil},
		{[]string{"", "sp_c"}, []string{"", "d"}, nil},
		{[]string{"sp_a"}, nil, []auth.Limited{user, space}},
		{[]string{"sp_a", "sp_b"}, nil, []auth.Limited{user, disabled, both, space}},
		{nil, []string{"d1"}, []auth.Limited{both, ofDevices}},
		{nil, []string{"d\"2"}, []auth.Limited{ofDevices}},
		{[]string{"sp_b"}, []string{"d1"}, []auth.Limited{disabled, both, ofDevices}},
	} {
		found, err := store.LimitedTo(ctx, c.spaces, c.devices, 10)
		require.NoError(t, err)
		require.ElementsMatch(t, c.limited, found, "%v %v", c.spaces, c.devices)
	}
	first, err := store.LimitedTo(ctx, []string{"sp_a", "sp_b"}, []string{"d1"}, 2)
	require.NoError(t, err)
	require.Equal(t, []auth.Limited{user, disabled}, first)
	for _, id := range []string{"us_limited", "us_other", "us_free"} {
		require.NoError(t, store.RemoveUser(ctx, id, acceptAll))
	}
	for _, id := range []string{"key_space", "key_both", "key_devices"} {
		require.NoError(t, store.RemoveKey(ctx, id, testEntry))
	}
}
