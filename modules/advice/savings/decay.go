package savings

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/campus"
)

// Limits for verified savings.
const (
	// watchedDays is the number of last days, which must still save at least keptShare of the saving before them.
	watchedDays = 28
	keptShare   = 0.5
	// verifyEvery is how often done recommendations are verified.
	verifyEvery = 24 * time.Hour
)

// Due reports whether a day has passed since this process last ran VerifyAll.
func (verifier *Verifier) Due() bool {
	verifier.mu.Lock()
	defer verifier.mu.Unlock()
	return advice.Now(verifier.clock).Sub(verifier.verified) >= verifyEvery
}

// VerifyAll checks all done and verified recommendations. A done one with a proven saving becomes verified; a verified one whose saving has
// decayed becomes open again.
func (verifier *Verifier) VerifyAll(ctx context.Context) (verified, reopened int, err error) {
	if !verifier.Due() {
		return 0, 0, nil
	}
	c, err := verifier.directory.Campus(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, status := range []advice.Status{advice.Done, advice.Verified} {
		all, err := verifier.recommendations.Find(ctx, advice.Filter{Status: status})
		if err != nil {
			return verified, reopened, err
		}
		for _, r := range all {
			to, err := verifier.nextStatus(ctx, c, r)
			if err != nil {
				return verified, reopened, err
			}
			if to == status {
				continue
			}
			if to == advice.Verified {
				verified++
			} else {
				reopened++
			}
			if err := verifier.setStatus(ctx, r.ID, status, to); err != nil {
				return verified, reopened, err
			}
		}
	}
	verifier.mu.Lock()
	defer verifier.mu.Unlock()
	verifier.verified = advice.Now(verifier.clock)
	return verified, reopened, nil
}

// setStatus changes a recommendation's status, unless another change came first.
func (verifier *Verifier) setStatus(ctx context.Context, id string, from, to advice.Status) error {
	_, err := verifier.recommendations.Change(ctx, id, func(r advice.Recommendation) (advice.Recommendation, advice.Event, error) {
		event := advice.Event{At: advice.Now(verifier.clock), From: r.Status, To: to, By: advice.BySystem}
		if r.Status != from {
			event.To = r.Status
			return r, event, nil
		}
		r.Status, r.Updated = to, event.At
		return r, event, nil
	})
	return err
}

// nextStatus returns the new status of a done or verified recommendation.
func (verifier *Verifier) nextStatus(ctx context.Context, c *campus.Campus, r advice.Recommendation) (advice.Status, error) {
	if c.SpaceOf(r.Target) == "" {
		return r.Status, nil // its target no longer exists
	}
	v, err := verifier.VerificationOf(ctx, c, r, time.Time{})
	if err != nil {
		return r.Status, err
	}
	if r.Status == advice.Done {
		if v.Verdict == Saved {
			return advice.Verified, nil
		}
		return advice.Done, nil
	}
	decayed, err := verifier.decayed(ctx, c, v)
	if decayed {
		return advice.Open, err
	}
	return advice.Verified, err
}

// decayed reports whether the last weeks save clearly less than half of the saving before them.
func (verifier *Verifier) decayed(ctx context.Context, c *campus.Campus, v Verification) (bool, error) {
	cut := v.To.AddDate(0, 0, -watchedDays)
	if cut.Sub(v.From) < watchedDays*advice.HoursPerDay*time.Hour {
		return false, nil
	}
	first, _, found, err := verifier.consumption.Measured(ctx, v.Target)
	if err != nil || !found {
		return false, err
	}
	end := v.From.AddDate(0, 0, -1)
	before, _, err := verifier.inputs.Rows(ctx, c, v.Target, advice.Latest(first, end.AddDate(0, 0, -advice.HistoryDays)), end)
	if err != nil {
		return false, err
	}
	early, _, err := verifier.inputs.Rows(ctx, c, v.Target, v.From, cut)
	if err != nil {
		return false, err
	}
	late, _, err := verifier.inputs.Rows(ctx, c, v.Target, cut, v.To)
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
