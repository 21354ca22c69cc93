package campus

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOneRefreshServesAllWhoWait delays one refresh: all calls during it share the next refresh.
func TestOneRefreshServesAllWhoWait(t *testing.T) {
	begun, goOn := make(chan int64), make(chan struct{})
	var count int64
	shared := newSharedRefresh(func(context.Context) (*Campus, error) {
		count++ // one at a time
		begun <- count
		<-goOn
		return &Campus{Version: count}, nil
	})
	first := shared.join(t.Context())
	require.EqualValues(t, 1, <-begun)
	next := shared.join(t.Context())
	require.NotSame(t, first, next, "the first refresh may read data older than the call")
	for range 100 {
		require.Same(t, next, shared.join(t.Context()))
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := shared.get(impatient)
	require.ErrorIs(t, err, context.Canceled, "a caller does not wait longer than its own request")
	goOn <- struct{}{}
	<-first.done
	require.EqualValues(t, 1, first.campus.Version)
	require.EqualValues(t, 2, <-begun)
	require.NotSame(t, next, shared.join(t.Context()), "it has begun")
	goOn <- struct{}{}
	<-next.done
	require.EqualValues(t, 2, next.campus.Version)
	require.EqualValues(t, 3, <-begun)
	goOn <- struct{}{}
}

// TestAPanicEndsOneRefresh checks that waiting callers get an error, and that the next refresh succeeds.
func TestAPanicEndsOneRefresh(t *testing.T) {
	calls := 0
	shared := newSharedRefresh(func(context.Context) (*Campus, error) {
		if calls++; calls == 1 {
			panic("a bug")
		}
		return &Campus{}, nil
	})
	_, err := shared.get(t.Context())
	require.ErrorContains(t, err, "a bug")
	_, err = shared.get(t.Context())
	require.NoError(t, err)
}
