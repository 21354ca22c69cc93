package advice

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Of a saving that is watched.
const (
	// watchedDays are the last ones, which must still save at least keptShare of what was saved before them.
	watchedDays = 28
	keptShare   = 0.5
	// verifyEvery is how often what was done is looked at.
	verifyEvery = 24 * time.Hour
)

// verifyDue tells whether a day has passed since what was done was last looked at by this process.
func (a *Advisor) verifyDue() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Now(a.Clock).Sub(a.verified) >= verifyEvery
}

// verifyDone looks at all recommendations that were done: those whose saving is shown are verified, and of those verified the ones
// whose saving has decayed are open again.
func (a *Advisor) verifyDone(ctx context.Context) (verified, reopened int, err error) {
	if !a.verifyDue() {
		return 0, 0, nil
	}
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, status := range []Status{Done, Verified} {
		all, err := a.Recommendations.Find(ctx, Filter{Status: status})
		if err != nil {
			return verified, reopened, err
		}
		for _, r := range all {
			to, err := a.nextStatus(ctx, c, r)
			if err != nil {
				return verified, reopened, err
			}
			if to == status {
				continue
			}
			if to == Verified {
				verified++
			} else {
				reopened++
			}
			if err := a.become(ctx, r.ID, status, to); err != nil {
				return verified, reopened, err
			}
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.verified = Now(a.Clock)
	return verified, reopened, nil
}

// become moves a recommendation on, unless somebody else has meanwhile.
func (a *Advisor) become(ctx context.Context, id string, from, to Status) error {
	_, err := a.Recommendations.Change(ctx, id, func(r Recommendation) (Recommendation, Event, error) {
		event := Event{At: Now(a.Clock), From: r.Status, To: to, By: bySystem}
		if r.Status != from {
			event.To = r.Status
			return r, event, nil
		}
		r.Status, r.Updated = to, event.At
		return r, event, nil
	})
	return err
}

// nextStatus is what a done or verified recommendation is now.
func (a *Advisor) nextStatus(ctx context.Context, c *Campus, r Recommendation) (Status, error) {
	if c.SpaceOf(r.Target) == "" {
		return r.Status, nil // its target is gone
	}
	v, err := a.verification(ctx, c, r, time.Time{})
	if err != nil {
		return r.Status, err
	}
	if r.Status == Done {
		if v.Verdict == Saved {
			return Verified, nil
		}
		return Done, nil
	}
	decayed, err := a.decayed(ctx, c, v)
	if decayed {
		return Open, err
	}
	return Verified, err
}

// decayed tells whether the last weeks save clearly less than half of what was saved before them.
func (a *Advisor) decayed(ctx context.Context, c *Campus, v Verification) (bool, error) {
	cut := v.To.AddDate(0, 0, -watchedDays)
	if cut.Sub(v.From) < watchedDays*HoursPerDay*time.Hour {
		return false, nil
	}
	first, _, found, err := a.Consumption.Measured(ctx, v.Target)
	if err != nil || !found {
		return false, err
	}
	end := v.From.AddDate(0, 0, -1)
	before, _, err := a.rowsBetween(ctx, c, v.Target, Latest(first, end.AddDate(0, 0, -HistoryDays)), end)
	if err != nil {
		return false, err
	}
	early, _, err := a.rowsBetween(ctx, c, v.Target, v.From, cut)
	if err != nil {
		return false, err
	}
	late, _, err := a.rowsBetween(ctx, c, v.Target, cut, v.To)
	if err != nil {
		return false, err
	}
	fit := baseline.Fit(before)
	then, known := baseline.Avoided(fit, before, early)
	now, alsoKnown := baseline.Avoided(fit, before, late)
	if !known || !alsoKnown || then.Avoided <= 0 {
		return false, nil
	}
	return now.High < keptShare*then.Avoided/float64(then.Hours)*float64(now.Hours), nil
}
