package auth

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLoginPlaces fills the queue from one network and then from many: others find a place, and who is known finds one after
// all strangers.
func TestLoginPlaces(t *testing.T) {
	places := loginPlaces{of: make(map[string]int)}
	var leave []func()
	enter := func(caller string, stranger bool) bool {
		l, err := places.enter(loginTry{caller: caller, stranger: stranger})
		if err == nil {
			leave = append(leave, l)
		}
		return err == nil
	}
	for i := range maxPlacesOfOne + 1 {
		require.Equal(t, i < maxPlacesOfOne, enter("a", true))
	}
	entered := maxPlacesOfOne
	for i := range 2 * maxPlacesOfStrangers {
		if enter(fmt.Sprint(i), true) {
			entered++
		}
	}
	require.Equal(t, maxPlacesOfStrangers, entered)
	require.True(t, enter("known", false))
	for _, l := range leave {
		l()
	}
	require.Empty(t, places.of)
	require.Zero(t, places.strangers)
	require.True(t, enter("a", true))
}
