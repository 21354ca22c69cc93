package advice

import (
	"context"
	"errors"
	"time"

	"github.com/holotwin/holotwin/modules/advice/words"
)

const (
	// mostReworded texts are asked for in a job, so that a slow or dear service is not asked for all at once.
	mostReworded = 200
	// rewordTime bounds it, since a job keeps others from running.
	rewordTime = 5 * time.Minute
)

// reword asks for better words for what stands recommended, and keeps those that say the same. A service that fails is left
// alone until the next job; the templates stand meanwhile.
func (a *Advisor) reword(ctx context.Context) error {
	if a.Rewriter == nil {
		return nil
	}
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, rewordTime)
	defer cancel()
	err := a.rewordAll(ctx)
	if ctx.Err() != nil && whole.Err() == nil {
		return nil // the rest is worded by the next job
	}
	return err
}

func (a *Advisor) rewordAll(ctx context.Context) error {
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return err
	}
	all, err := a.Recommendations.Find(ctx, Filter{Heard: true})
	if err != nil {
		return err
	}
	asked := 0
	for _, r := range all {
		if c.SpaceOf(r.Target) == "" {
			continue
		}
		one := c.Advice(r)
		for _, l := range words.Languages() {
			original := one.template(l)
			key := wordingKey(l, original)
			kept, err := a.Wordings.KeptWordings(ctx, []string{key})
			if err != nil {
				return err
			}
			if _, known := kept[key]; known || asked >= mostReworded {
				continue
			}
			asked++
			better, err := a.Rewriter.Reword(ctx, l, original)
			if errors.Is(err, ErrUnreadable) || (err == nil && !words.Faithful(original, better)) {
				better = original // what it says cannot be used; it is not asked again
			} else if err != nil {
				return err
			}
			if err := a.Wordings.KeepWording(ctx, key, better, Now(a.Clock)); err != nil {
				return err
			}
		}
	}
	return nil
}

// worded adds the better words that are kept to recommendations.
func (a *Advisor) worded(ctx context.Context, items []Advice) error {
	if a.Rewriter == nil || len(items) == 0 {
		return nil
	}
	var keys []string
	for _, one := range items {
		keys = append(keys, one.wordingKeys()...)
	}
	kept, err := a.Wordings.KeptWordings(ctx, keys)
	for i := range items {
		items[i] = items[i].withWordings(kept)
	}
	return err
}
