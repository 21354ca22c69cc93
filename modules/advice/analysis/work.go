package analysis

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// groups returns the targets, in order, in groups whose members are not inside each other.
func (w work) groups() [][]advice.Target {
	var groups [][]advice.Target
	rank := func(t advice.Target) int {
		if t.Level == advice.OfDevice {
			return -len(w.campus.Inside(t))
		}
		return len(w.campus.Path(t.ID))
	}
	for _, t := range w.targets {
		last := len(groups) - 1
		if last >= 0 && len(groups[last]) < maxAtOnce && groups[last][0].Level == t.Level && rank(groups[last][0]) == rank(t) && (t.Level != advice.OfDevice || rank(t) == 0) {
			groups[last] = append(groups[last], t)
			continue
		}
		groups = append(groups, []advice.Target{t})
	}
	return groups
}

// work lists the targets to analyse.
type work struct {
	campus *campus.Campus
	// all are all targets, in order; targets are the ones to analyse.
	all, targets []advice.Target
	last         map[advice.Target]advice.Analysis
}

// AnyStale reports whether a target is stale or its analysis is older than age.
func (a *Analyst) AnyStale(ctx context.Context, age time.Duration) (bool, error) {
	w, err := a.stale(ctx, age)
	return len(w.targets) > 0, err
}

// stale finds targets without an analysis, with an analysis by another version of the rules or older than age, and targets whose facts or
// past changed since their analysis.
func (a *Analyst) stale(ctx context.Context, age time.Duration) (work, error) {
	c, err := a.directory.Campus(ctx)
	if err != nil {
		return work{}, err
	}
	analyses, err := a.analyses.Analyses(ctx)
	if err != nil {
		return work{}, err
	}
	w := work{campus: c, all: c.Targets(), last: make(map[advice.Target]advice.Analysis, len(analyses))}
	oldest := advice.Now(a.clock)
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
	now := advice.Now(a.clock)
	for _, t := range w.all {
		last, known := w.last[t]
		// An analysis with a future time was made before the clock was set back; later changes would seem older than it.
		ahead := last.At.After(now.Add(clockMargin))
		if !known || ahead || last.Facts != c.Facts(t) || last.Version != rules.Version || last.At.Before(now.Add(-age)) || !last.At.After(changed[t].Add(clockMargin)) {
			w.targets = append(w.targets, t)
		}
	}
	return w, nil
}

// changedAt applies changes to other targets: a device's change also to the meters in front of it and the spaces around it, a space's
// change also to everything inside it.
func (a *Analyst) changedAt(ctx context.Context, c *campus.Campus, since time.Time) (map[advice.Target]time.Time, error) {
	changes, err := a.changes.Since(ctx, since)
	if err != nil {
		return nil, err
	}
	answers, err := a.asker.DayAnswers(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, answer := range answers {
		if space := c.Space(answer.Space); space.ID != "" && !answer.At.Before(since) {
			changes = append(changes, Change{Target: advice.Target{Level: space.Kind, ID: space.ID}, At: answer.At})
		}
	}
	at := make(map[advice.Target]time.Time)
	mark := func(t advice.Target, when time.Time) { at[t] = advice.Latest(at[t], when) }
	for _, change := range changes {
		mark(change.Target, change.At)
		for _, s := range c.Path(c.SpaceOf(change.Target)) {
			mark(advice.Target{Level: c.Space(s).Kind, ID: s}, change.At)
		}
		if change.Target.Level != advice.OfDevice {
			for inner := range c.Inside(change.Target) {
				mark(inner, change.At)
			}
			continue
		}
		const deepest = 8 // meters behind meters
		for d, n := c.Device(change.Target.ID), 0; d.Parent != "" && n < deepest; d, n = c.Device(d.Parent), n+1 {
			mark(advice.Target{Level: advice.OfDevice, ID: d.Parent}, change.At)
		}
	}
	return at, nil
}

// peersOf returns the traits of the other spaces of the same kind that have a size.
func (w work) peersOf(t advice.Target) []rules.Traits {
	if t.Level == advice.OfDevice {
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

// Peers returns the present peers of a target.
func (a *Analyst) Peers(ctx context.Context, c *campus.Campus, t advice.Target) ([]rules.Traits, error) {
	analyses, err := a.analyses.Analyses(ctx)
	if err != nil {
		return nil, err
	}
	w := work{campus: c, all: c.Targets(), last: make(map[advice.Target]advice.Analysis, len(analyses))}
	for _, analysis := range analyses {
		w.last[analysis.Target] = analysis
	}
	return w.peersOf(t), nil
}
