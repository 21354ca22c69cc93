package advice

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

const (
	// refreshTime is what a reader waits for analyses at the most; what is left is done by the next or by RunDue.
	refreshTime = 8 * time.Second
	// clockMargin is how far a change's instant may lie before its commit.
	clockMargin = 2 * time.Second
	// due is how old an analysis grows before RunDue makes it anew: with the new day's readings, tariff and calendar.
	due = 24 * time.Hour
)

// refresh analyses what past changes made stale, for a reader who waits, and tells how many targets are left.
func (a *Advisor) refresh(ctx context.Context) (left int, last map[Target]Analysis, err error) {
	bounded, cancel := context.WithTimeout(ctx, refreshTime)
	defer cancel()
	const never = 100 * 365 * 24 * time.Hour
	left, last, err = a.freshen(bounded, never, func(int, int) {})
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return max(left, 1), last, nil // the reader's patience ended, not the request's
	}
	return left, last, err
}

// freshen analyses all that is stale or older than age, tells progress as it goes, how many targets are left, and the
// analyses as they are then.
func (a *Advisor) freshen(ctx context.Context, age time.Duration, progress func(done, total int)) (left int, last map[Target]Analysis, err error) {
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
	// Who held the turn may have done it all.
	if todo, err = a.stale(ctx, age); err != nil {
		return 0, nil, err
	}
	left, err = a.do(ctx, todo, progress)
	return left, todo.last, err
}

// do analyses targets, what lies inside before what lies around it. Spaces that met peers which were only then analysed get
// another look.
func (a *Advisor) do(ctx context.Context, w work, progress func(done, total int)) (left int, err error) {
	met := make(map[Target]int)
	done := 0
	for round := range 2 {
		for _, group := range w.groups() {
			var todo []Target
			peers := make(map[Target][]rules.Traits)
			for _, t := range group {
				if peers[t] = w.peersOf(t); round == 0 || len(peers[t]) != met[t] {
					todo, met[t] = append(todo, t), len(peers[t])
				}
			}
			if err := a.analyseAll(ctx, w, todo, peers); err != nil {
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

// mostAtOnce targets are handed out at a time, so that progress is told.
const mostAtOnce = 16

// analyseAll analyses targets that do not rest on each other, on all processors.
func (a *Advisor) analyseAll(ctx context.Context, w work, todo []Target, peers map[Target][]rules.Traits) error {
	analyses, failed := make([]Analysis, len(todo)), make([]error, len(todo))
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

// groups are the targets, in order, in groups whose members do not lie inside each other.
func (w work) groups() [][]Target {
	var groups [][]Target
	rank := func(t Target) int {
		if t.Level == OfDevice {
			return -len(w.campus.Inside(t))
		}
		return len(w.campus.Path(t.ID))
	}
	for _, t := range w.targets {
		last := len(groups) - 1
		if last >= 0 && len(groups[last]) < mostAtOnce && groups[last][0].Level == t.Level && rank(groups[last][0]) == rank(t) && (t.Level != OfDevice || rank(t) == 0) {
			groups[last] = append(groups[last], t)
			continue
		}
		groups = append(groups, []Target{t})
	}
	return groups
}

// work is what is to be analysed.
type work struct {
	campus *Campus
	// all there are, in order; targets of them are to be analysed.
	all, targets []Target
	last         map[Target]Analysis
}

// stale finds the targets that were never analysed, or by other rules, are not what they were, had their past changed since, or were
// analysed longer ago than age.
func (a *Advisor) stale(ctx context.Context, age time.Duration) (work, error) {
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return work{}, err
	}
	analyses, err := a.Analyses.Analyses(ctx)
	if err != nil {
		return work{}, err
	}
	w := work{campus: c, all: c.Targets(), last: make(map[Target]Analysis, len(analyses))}
	oldest := Now(a.Clock)
	for _, analysis := range analyses {
		w.last[analysis.Target] = analysis
		if analysis.At.Before(oldest) {
			oldest = analysis.At
		}
	}
	changed, err := a.changedAt(ctx, c, oldest.Add(-clockMargin))
	if err != nil {
		return work{}, err
	}
	now := Now(a.Clock)
	for _, t := range w.all {
		last, known := w.last[t]
		// One of the future was made before the clock was set back: what changed since then would seem older than it.
		ahead := last.At.After(now.Add(clockMargin))
		if !known || ahead || last.Facts != c.Facts(t) || last.Version != rules.Version || last.At.Before(now.Add(-age)) || !last.At.After(changed[t].Add(clockMargin)) {
			w.targets = append(w.targets, t)
		}
	}
	return w, nil
}

// changedAt spreads changes: a device's to the meters in front of it and the spaces around it, a space's to all
// within it as well.
func (a *Advisor) changedAt(ctx context.Context, c *Campus, since time.Time) (map[Target]time.Time, error) {
	changes, err := a.Changes.Since(ctx, since)
	if err != nil {
		return nil, err
	}
	answers, err := a.dayAnswers(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, answer := range answers {
		if space := c.Space(answer.Space); space.ID != "" && !answer.At.Before(since) {
			changes = append(changes, Change{Target: Target{space.Kind, space.ID}, At: answer.At})
		}
	}
	at := make(map[Target]time.Time)
	mark := func(t Target, when time.Time) { at[t] = Latest(at[t], when) }
	for _, change := range changes {
		mark(change.Target, change.At)
		for _, s := range c.Path(c.SpaceOf(change.Target)) {
			mark(Target{c.Space(s).Kind, s}, change.At)
		}
		if change.Target.Level != OfDevice {
			for inner := range c.Inside(change.Target) {
				mark(inner, change.At)
			}
			continue
		}
		const deepest = 8 // meters behind meters
		for d, n := c.Device(change.Target.ID), 0; d.Parent != "" && n < deepest; d, n = c.Device(d.Parent), n+1 {
			mark(Target{OfDevice, d.Parent}, change.At)
		}
	}
	return at, nil
}

// peersOf are the traits of the other spaces of the same kind that have a size.
func (w work) peersOf(t Target) []rules.Traits {
	if t.Level == OfDevice {
		return nil
	}
	var peers []rules.Traits
	for _, other := range w.all {
		if last, known := w.last[other]; known && other != t && other.Level == t.Level && last.Traits.AreaM2 > 0 {
			peers = append(peers, last.Traits)
		}
	}
	return peers
}
