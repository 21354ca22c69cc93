package advice

import (
	"context"
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

// RunDue analyses what is due: what past changes made stale, and what was last analysed a day ago. A supervised
// goroutine calls it every so often; it ends with ctx, and can be called again.
func (a *Advisor) RunDue(ctx context.Context) error {
	_, err := a.freshen(ctx, due)
	return err
}

// refresh analyses what past changes made stale, for a reader who waits, and tells how many targets are left.
func (a *Advisor) refresh(ctx context.Context) (left int, err error) {
	bounded, cancel := context.WithTimeout(ctx, refreshTime)
	defer cancel()
	const never = 100 * 365 * 24 * time.Hour
	left, err = a.freshen(bounded, never)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return max(left, 1), nil // the reader's patience ended, not the request's
	}
	return left, err
}

// freshen analyses all that is stale or older than age, and tells how many targets are left.
func (a *Advisor) freshen(ctx context.Context, age time.Duration) (left int, err error) {
	todo, err := a.stale(ctx, age)
	if err != nil || len(todo.targets) == 0 {
		return 0, err
	}
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return len(todo.targets), ctx.Err()
	}
	// Who held the turn may have done it all.
	if todo, err = a.stale(ctx, age); err != nil {
		return 0, err
	}
	return a.do(ctx, todo)
}

// do analyses targets in their order. Spaces that met peers which were only then analysed get another look.
func (a *Advisor) do(ctx context.Context, w work) (left int, err error) {
	met := make(map[Target]int)
	for round := range 2 {
		for i, t := range w.targets {
			peers := w.peersOf(t)
			if round > 0 && len(peers) == met[t] {
				continue
			}
			met[t] = len(peers)
			if ctx.Err() != nil {
				return len(w.targets) - i, ctx.Err()
			}
			if w.last[t], err = a.analyse(ctx, w.campus, t, peers); err != nil {
				return len(w.targets) - i, err
			}
		}
	}
	return 0, nil
}

// work is what is to be analysed.
type work struct {
	campus *campus
	// all there are, in order; targets of them are to be analysed.
	all, targets []Target
	last         map[Target]Analysis
}

// stale finds the targets that were never analysed, are not what they were, had their past changed since, or were
// analysed longer ago than age.
func (a *Advisor) stale(ctx context.Context, age time.Duration) (work, error) {
	c, err := a.campus(ctx)
	if err != nil {
		return work{}, err
	}
	analyses, err := a.Analyses.Analyses(ctx)
	if err != nil {
		return work{}, err
	}
	w := work{campus: c, all: c.targets(), last: make(map[Target]Analysis, len(analyses))}
	oldest := a.now()
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
	old := a.now().Add(-age)
	for _, t := range w.all {
		last, known := w.last[t]
		if !known || last.Facts != c.traits(t) || last.At.Before(old) || !last.At.After(changed[t].Add(clockMargin)) {
			w.targets = append(w.targets, t)
		}
	}
	return w, nil
}

// changedAt spreads changes: a device's to the meters in front of it and the spaces around it, a space's to all
// within it as well.
func (a *Advisor) changedAt(ctx context.Context, c *campus, since time.Time) (map[Target]time.Time, error) {
	changes, err := a.Changes.Since(ctx, since)
	if err != nil {
		return nil, err
	}
	at := make(map[Target]time.Time)
	mark := func(t Target, when time.Time) { at[t] = latest(at[t], when) }
	for _, change := range changes {
		mark(change.Target, change.At)
		for _, s := range c.path(c.spaceOf(change.Target)) {
			mark(Target{c.spaces[s].Kind, s}, change.At)
		}
		if change.Target.Level != OfDevice {
			for inner := range c.inside(change.Target) {
				mark(inner, change.At)
			}
			continue
		}
		const deepest = 8 // meters behind meters
		for d, n := c.devices[change.Target.ID], 0; d.Parent != "" && n < deepest; d, n = c.devices[d.Parent], n+1 {
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
