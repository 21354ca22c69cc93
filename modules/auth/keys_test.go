package auth

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// oneKey is a store with a key.
type oneKey struct {
	KeyStore
	key Key
}

func (s oneKey) KeyByDigest(context.Context, []byte) (Key, bool, error) { return s.key, true, nil }
func (s oneKey) Key(context.Context, string) (Key, bool, error)         { return s.key, true, nil }
func (s oneKey) UseKey(context.Context, string, time.Time, Entry) error { return nil }

type fixedClock time.Time

func (s fixedClock) Now() time.Time { return time.Time(s) }

// TestAKeyWithoutDevicesAndSpaceIsRejected rejects a stored key without devices and space: it would have access to everything.
func TestAKeyWithoutDevicesAndSpaceIsRejected(t *testing.T) {
	ctx := context.Background()
	limited := Actor{Role: Admin, Space: "sp_1"}
	for name, c := range map[string]struct {
		key   Key
		valid bool
	}{
		"devices": {Key{Devices: []string{"d"}}, true},
		"space":   {Key{Space: "sp_1"}, true},
		"nothing": {Key{}, false},
		"empty":   {Key{Devices: []string{}}, false},
		"reads":   {Key{Role: Viewer}, true},
	} {
		keys := NewKeys(oneKey{key: c.key}, NewAccounts(AccountsNeed{}), nil, fixedClock{})
		_, err := keys.Holder(ctx, keyPrefix+"x")
		if c.valid {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, ErrToken, name)
		require.ErrorIs(t, keys.Remove(ctx, limited, "key_1"), ErrNotFound, name)
	}
}
