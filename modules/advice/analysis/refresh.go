package analysis

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

const (
	// refreshTime is the maximum time that a reader waits for analyses. The next refresh or RunDue does the rest.
	refreshTime = 8 * time.Second
	// clockMargin is how far a change's timestamp may be before its commit.
	clockMargin = 2 * time.Second
	// MaxAge is the age at which a job repeats an analysis, with the new day's readings, tariff and calendar.
	MaxAge = 24 * time.Hour
)

// Refresh analyses the targets whose past was changed, for a waiting reader, and returns how many targets are left.
func (a *Analyst) Refresh(ctx context.Context) (left int, last map[advice.Target]advice.Analysis, err error) {
	bounded, cancel := context.WithTimeout(ctx, refreshTime)
	defer cancel()
	const never = 100 * 365 * 24 * time.Hour
	left, last, err = a.RefreshAll(bounded, never, func(int, int) {})
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return max(left, 1), last, nil // refreshTime is over, but the request goes on
	}
	return left, last, err
}

// Last returns the last analyses without looking for changes, and since when none of them is older. asOf is zero if there are none.
func (a *Analyst) Last(ctx context.Context) (last map[advice.Target]advice.Analysis, asOf time.Time, err error) {
	analyses, err := a.analyses.Analyses(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	last = make(map[advice.Target]advice.Analysis, len(analyses))
	for _, analysis := range analyses {
		last[analysis.Target] = analysis
		if asOf.IsZero() || analysis.At.Before(asOf) {
			asOf = analysis.At
		}
	}
	return last, asOf, nil
}

// RefreshAll analyses all targets whose analysis is stale or older than age, and reports progress. It returns how many targets are left,
// and the analyses afterwards.
func (a *Analyst) RefreshAll(ctx context.Context, age time.Duration, progress func(done, total int)) (left int, last map[advice.Target]advice.Analysis, err error) {
	todo, err := a.stale(ctx, age)
	if err != nil || len(todo.targets) == 0 {
		return 0, todo.last, err
	}
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return len(todo.targets), todo.last, ctx.Err()
	}
	// The refresh that ran before may have done everything.
	if todo, err = a.stale(ctx, age); err != nil {
		return 0, nil, err
	}
	left, err = a.analyseInOrder(ctx, todo, progress)
	return left, todo.last, err
}

// analyseInOrder analyses targets, the inner ones first. Spaces whose peers were analysed for the first time are analysed once more.
func (a *Analyst) analyseInOrder(ctx context.Context, w work, progress func(done, total int)) (left int, err error) {
	met := make(map[advice.Target]int)
	done := 0
	for round := range 2 {
		for _, group := range w.groups() {
			var todo []advice.Target
			peers := make(map[advice.Target][]rules.Traits)
			for _, t := range group {
				if peers[t] = w.peersOf(t); round == 0 || len(peers[t]) != met[t] {
					todo, met[t] = append(todo, t), len(peers[t])
				}
			}
			if err := a.analyseGroup(ctx, w, todo, peers); err != nil {
				return max(0, len(w.targets)-done), err
			}
			if round == 0 {
				done += len(group)
				progress(done, len(w.targets))
			}
		}
	}
	return 0, nil
}

// maxAtOnce is the maximum number of targets in a group; progress is reported after each group.
const maxAtOnce = 16

// analyseGroup analyses targets that do not depend on each other, on all processors.
func (a *Analyst) analyseGroup(ctx context.Context, w work, todo []advice.Target, peers map[advice.Target][]rules.Traits) error {
	analyses, failed := make([]advice.Analysis, len(todo)), make([]error, len(todo))
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for i, t := range todo {
		turns <- struct{}{}
		wait.Go(func() {
			defer func() { <-turns }()
			if failed[i] = ctx.Err(); failed[i] == nil {
				analyses[i], failed[i] = a.analyse(ctx, w.campus, t, peers[t])
			}
		})
	}
	wait.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	for i, t := range todo {
		w.last[t] = analyses[i]
	}
	return nil
}
