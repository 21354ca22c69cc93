package seal

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
)

func TestSeal(t *testing.T) {
	secret := []byte("12345678901234567890")
	former, err := New([]byte("the secret of last year, 32 bytes"))
	require.NoError(t, err)
	sealed, err := former.Seal(secret, "us_1")
	require.NoError(t, err)
	require.False(t, bytes.Contains(sealed.Text, secret))
	again, err := former.Seal(secret, "us_1")
	require.NoError(t, err)
	require.NotEqual(t, sealed.Text, again.Text)

	opened, err := former.Open(sealed, "us_1")
	require.NoError(t, err)
	require.Equal(t, secret, opened)
	_, err = former.Open(sealed, "us_2")
	require.ErrorIs(t, err, auth.ErrSealed, "a row that was moved to another user")
	damaged := auth.Sealed{By: sealed.By, Text: append([]byte{sealed.Text[0] ^ 1}, sealed.Text[1:]...)}
	_, err = former.Open(damaged, "us_1")
	require.ErrorIs(t, err, auth.ErrSealed)
	_, err = former.Open(auth.Sealed{By: sealed.By}, "us_1")
	require.ErrorIs(t, err, auth.ErrSealed)

	next, err := New([]byte("the secret of this year, 32 bytes"))
	require.NoError(t, err)
	_, err = next.Open(sealed, "us_1")
	require.ErrorIs(t, err, auth.ErrSealed)
	both, err := New([]byte("the secret of this year, 32 bytes"), []byte("the secret of last year, 32 bytes"))
	require.NoError(t, err)
	opened, err = both.Open(sealed, "us_1")
	require.NoError(t, err)
	require.Equal(t, secret, opened)
	require.Equal(t, append(next.Names(), former.Names()...), both.Names())

	none, err := New()
	require.NoError(t, err)
	_, err = none.Seal(secret, "us_1")
	require.ErrorIs(t, err, auth.ErrNoSeal)
}
