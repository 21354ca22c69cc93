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
func (s oneKey) UseKey(context.Context, string, time.Time) error        { return nil }

type still time.Time

func (s still) Now() time.Time { return time.Time(s) }

// TestAKeyOfNothing takes a key that is limited to nothing for none: it would reach everything.
func TestAKeyOfNothing(t *testing.T) {
	ctx := context.Background()
	limited := Actor{Role: Admin, Space: "sp_1"}
	for name, c := range map[string]struct {
		key    Key
		stands bool
	}{
		"devices": {Key{Devices: []string{"d"}}, true},
		"space":   {Key{Space: "sp_1"}, true},
		"nothing": {Key{}, false},
		"empty":   {Key{Devices: []string{}}, false},
	} {
		keys := NewKeys(oneKey{key: c.key}, NewAccounts(AccountsNeed{}), still{})
		_, err := keys.Holder(ctx, keyPrefix+"x")
		if c.stands {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, ErrToken, name)
		require.ErrorIs(t, keys.Remove(ctx, limited, "key_1"), ErrNotFound, name)
	}
}
