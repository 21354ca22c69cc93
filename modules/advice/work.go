package advice

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

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

// anyStale is true where a target is stale or was analysed longer ago than age.
func (a *Advisor) anyStale(ctx context.Context, age time.Duration) (bool, error) {
	w, err := a.stale(ctx, age)
	return len(w.targets) > 0, err
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

// peers are a target's as they are now.
func (a *Advisor) peers(ctx context.Context, c *Campus, t Target) ([]rules.Traits, error) {
	analyses, err := a.Analyses.Analyses(ctx)
	if err != nil {
		return nil, err
	}
	w := work{campus: c, all: c.Targets(), last: make(map[Target]Analysis, len(analyses))}
	for _, analysis := range analyses {
		w.last[analysis.Target] = analysis
	}
	return w.peersOf(t), nil
}
