package httpserver

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/problem"
)

// TestStreamsAreBoundedByCallerAndNetwork checks that no caller and no network can use all streams.
func TestStreamsAreBoundedByCallerAndNetwork(t *testing.T) {
	s := newStreams()
	var leave []func()
	enter := func(caller, network string) problem.Code {
		left, err := s.enter(caller, network)
		if err != nil {
			refused := new(problem.Problem)
			require.ErrorAs(t, err, &refused)
			require.Positive(t, refused.RetryAfter)
			return refused.Code
		}
		leave = append(leave, left)
		return ""
	}
	for range maxStreamsPerCaller {
		require.Empty(t, enter("us_1", "192.0.2.1"))
	}
	require.Equal(t, problem.TooManyStreams, enter("us_1", "198.51.100.1"), "from any address")
	for i := range maxStreamsPerNetwork - maxStreamsPerCaller {
		require.Empty(t, enter("us_a"+strconv.Itoa(i/maxStreamsPerCaller), "192.0.2.1"))
	}
	require.Equal(t, problem.TooManyOfNetwork, enter("us_new", "192.0.2.1"))
	for i := range maxStreams - maxStreamsPerNetwork {
		require.Empty(t, enter("us_b"+strconv.Itoa(i/maxStreamsPerCaller), "net"+strconv.Itoa(i/maxStreamsPerNetwork)))
	}
	require.Equal(t, problem.Overloaded, enter("us_new", "203.0.113.1"), "the total is bounded too")
	for _, left := range leave {
		left()
	}
	require.Zero(t, s.open)
	require.Empty(t, s.counts, "closed streams are not counted")
}
