package ledger

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

func TestConcurrentReadingsShareACommitAndEachGetsItsOutcome(t *testing.T) {
	var mu sync.Mutex
	var sizes []int
	committed := make(map[energy.Key]bool)
	const all = 500
	together := make(chan struct{}) // closed when all have come
	var first atomic.Int64          // how many the first commit holds
	g := newGroupCommit(func(_ context.Context, batch []energy.Reading) ([]energy.Outcome, error) {
		first.CompareAndSwap(0, int64(len(batch)))
		<-together
		mu.Lock()
		defer mu.Unlock()
		sizes = append(sizes, len(batch))
		outcomes := make([]energy.Outcome, len(batch))
		for i, r := range batch {
			committed[r.Key()] = true
			outcomes[i] = energy.Outcome{Result: energy.Inserted, Stored: r}
		}
		return outcomes, nil
	})
	var wait sync.WaitGroup
	for i := range energy.Instant(all) {
		wait.Go(func() {
			r := energy.Reading{Device: "d", At: i}
			outcome, err := g.add(context.Background(), r)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || outcome.Stored != r || !committed[r.Key()] {
				t.Errorf("reading %d: %v %v", i, outcome, err)
			}
		})
	}
	until(t, func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return int(first.Load())+len(g.waiting) == all
	})
	close(together)
	wait.Wait()
	require.Equal(t, []int{int(first.Load()), all - int(first.Load())}, sizes, "all that arrived during the first commit are in the next")
}

// until waits until a condition is true.
func until(t *testing.T, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, 5*time.Minute, time.Millisecond)
}

func TestACommitThatFailsOrPanicsFailsAllItsReadings(t *testing.T) {
	failed := errors.New("the disk is full")
	for _, commit := range []func(context.Context, []energy.Reading) ([]energy.Outcome, error){
		func(context.Context, []energy.Reading) ([]energy.Outcome, error) { return nil, failed },
		func(context.Context, []energy.Reading) ([]energy.Outcome, error) { panic("a bug") },
	} {
		g := newGroupCommit(commit)
		var wait sync.WaitGroup
		for i := range energy.Instant(20) {
			wait.Go(func() {
				defer func() { _ = recover() }() // the leader gets the panic; the HTTP server answers it
				if _, err := g.add(context.Background(), energy.Reading{At: i}); err == nil {
					t.Error("reported as stored")
				}
			})
		}
		wait.Wait()
	}
}

// TestWaitingReadingsFailWithACommitThatTimesOut lets commits run until they time out. Readings that arrive meanwhile fail with it
// and do not wait for a commit of their own that would time out too.
func TestWaitingReadingsFailWithACommitThatTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := make(chan struct{}, 10)
		g := newGroupCommit(func(ctx context.Context, _ []energy.Reading) ([]energy.Outcome, error) {
			begun <- struct{}{}
			<-ctx.Done()
			return nil, ctx.Err()
		})
		var wait sync.WaitGroup
		ask := func(at energy.Instant) {
			wait.Go(func() {
				if _, err := g.add(context.Background(), energy.Reading{At: at}); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("reading %d: %v", at, err)
				}
			})
		}
		ask(0)
		<-begun
		const behind = 20
		for i := range energy.Instant(behind) {
			ask(i + 1)
		}
		synctest.Wait()
		g.mu.Lock()
		require.Len(t, g.waiting, behind)
		g.mu.Unlock()
		wait.Wait()
		require.Empty(t, begun, "no commit was tried after it")
		require.False(t, g.running)
	})
}

func TestACancelledWaitingReadingIsNotCommitted(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	var stored []energy.Reading
	g := newGroupCommit(func(_ context.Context, batch []energy.Reading) ([]energy.Outcome, error) {
		if len(stored) == 0 {
			close(begun)
			<-release
		}
		stored = append(stored, batch...)
		return make([]energy.Outcome, len(batch)), nil
	})
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = g.add(context.Background(), energy.Reading{At: 1}) })
	<-begun
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := g.add(gone, energy.Reading{At: 2})
	require.ErrorIs(t, err, context.Canceled)
	close(release)
	wait.Wait()
	require.Equal(t, []energy.Reading{{At: 1}}, stored)
}
