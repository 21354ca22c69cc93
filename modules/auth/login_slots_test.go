package auth

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLoginSlots fills the queue from one network and then from many: other networks find a slot, and a known caller still
// finds one when strangers have taken all of theirs.
func TestLoginSlots(t *testing.T) {
	slots := loginSlots{byCaller: make(map[string]int)}
	var release []func()
	enter := func(caller string, stranger bool) bool {
		l, err := slots.acquire(loginTry{caller: caller, stranger: stranger})
		if err == nil {
			release = append(release, l)
		}
		return err == nil
	}
	for i := range maxSlotsOfCaller + 1 {
		require.Equal(t, i < maxSlotsOfCaller, enter("a", true))
	}
	entered := maxSlotsOfCaller
	for i := range 2 * maxSlotsOfStrangers {
		if enter(fmt.Sprint(i), true) {
			entered++
		}
	}
	require.Equal(t, maxSlotsOfStrangers, entered)
	require.True(t, enter("known", false))
	for _, l := range release {
		l()
	}
	require.Empty(t, slots.byCaller)
	require.Zero(t, slots.strangers)
	require.True(t, enter("a", true))
}
