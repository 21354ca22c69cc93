package energy

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadingsThatComeTogetherShareACommitAndEachHearsOfItsOwn(t *testing.T) {
	var mu sync.Mutex
	var sizes []int
	committed := make(map[Key]bool)
	g := newGroupCommit(func(_ context.Context, batch []Reading) ([]Outcome, error) {
		time.Sleep(2 * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		sizes = append(sizes, len(batch))
		outcomes := make([]Outcome, len(batch))
		for i, r := range batch {
			committed[r.Key()] = true
			outcomes[i] = Outcome{Result: Inserted, Stored: r}
		}
		return outcomes, nil
	})
	var wait sync.WaitGroup
	for i := range Instant(500) {
		wait.Go(func() {
			r := Reading{Device: "d", At: i}
			outcome, err := g.add(context.Background(), r)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || outcome.Stored != r || !committed[r.Key()] {
				t.Errorf("reading %d: %v %v", i, outcome, err)
			}
		})
	}
	wait.Wait()
	require.Less(t, len(sizes), 100)
}

func TestACommitThatFailsOrPanicsIsToldToAllInIt(t *testing.T) {
	failed := errors.New("the disk is full")
	for _, commit := range []func(context.Context, []Reading) ([]Outcome, error){
		func(context.Context, []Reading) ([]Outcome, error) { return nil, failed },
		func(context.Context, []Reading) ([]Outcome, error) { panic("a bug") },
	} {
		g := newGroupCommit(commit)
		var wait sync.WaitGroup
		for i := range Instant(20) {
			wait.Go(func() {
				defer func() { _ = recover() }() // who leads hears of the panic; the edge answers it
				if _, err := g.add(context.Background(), Reading{At: i}); err == nil {
					t.Error("told that it was stored")
				}
			})
		}
		wait.Wait()
	}
}

func TestWhoGoesAwayWhileWaitingIsNotCommitted(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	var stored []Reading
	g := newGroupCommit(func(_ context.Context, batch []Reading) ([]Outcome, error) {
		if len(stored) == 0 {
			close(begun)
			<-release
		}
		stored = append(stored, batch...)
		return make([]Outcome, len(batch)), nil
	})
	var wait sync.WaitGroup
	wait.Go(func() { _, _ = g.add(context.Background(), Reading{At: 1}) })
	<-begun
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := g.add(gone, Reading{At: 2})
	require.ErrorIs(t, err, context.Canceled)
	close(release)
	wait.Wait()
	require.Equal(t, []Reading{{At: 1}}, stored)
}
