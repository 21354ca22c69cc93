package httpenergy

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

func TestCursorsComeBack(t *testing.T) {
	key := energy.Key{Device: "a:b.c-1", At: 1_790_000_000_000}
	got, err := decodeCursor(encodeCursor(key))
	require.NoError(t, err)
	require.Equal(t, key, got)
	for _, bad := range []string{"!", "YWI", encodeCursor(key)[1:]} {
		_, err := decodeCursor(bad)
		require.Error(t, err, bad)
	}
}
