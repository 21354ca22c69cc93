package recommendations

import (
	"context"
	"errors"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/text"
)

const (
	// maxReworded is the maximum number of texts that a job requests, since the service may be slow or expensive.
	maxReworded = 200
	// rewordTime is the maximum duration, since a job blocks other jobs.
	rewordTime = 5 * time.Minute
)

// Reword requests better wordings for open recommendations, and stores those with the same meaning. After a failure the service is not
// called until the next job; until then the templates are used.
func (catalog *Catalog) Reword(ctx context.Context) error {
	if catalog.rewriter == nil {
		return nil
	}
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, rewordTime)
	defer cancel()
	err := catalog.rewordAll(ctx)
	if ctx.Err() != nil && whole.Err() == nil {
		return nil // the next job requests the rest
	}
	return err
}

func (catalog *Catalog) rewordAll(ctx context.Context) error {
	c, err := catalog.directory.Campus(ctx)
	if err != nil {
		return err
	}
	all, err := catalog.recommendations.Find(ctx, advice.Filter{Visible: true})
	if err != nil {
		return err
	}
	asked := 0
	for _, r := range all {
		if c.SpaceOf(r.Target) == "" {
			continue
		}
		one := c.Advice(r)
		for _, l := range text.Languages() {
			original := one.Template(l)
			key := advice.WordingKey(l, original)
			kept, err := catalog.wordings.KeptWordings(ctx, []string{key})
			if err != nil {
				return err
			}
			if _, known := kept[key]; known || asked >= maxReworded {
				continue
			}
			asked++
			better, err := catalog.rewriter.Reword(ctx, l, original)
			if errors.Is(err, ErrUnreadable) || (err == nil && !text.Faithful(original, better)) {
				better = original // the answer cannot be used; the text is not requested again
			} else if err != nil {
				return err
			}
			if err := catalog.wordings.KeepWording(ctx, key, better, advice.Now(catalog.clock)); err != nil {
				return err
			}
		}
	}
	return nil
}

// addWordings adds stored wordings to recommendations.
func (catalog *Catalog) addWordings(ctx context.Context, items []advice.Advice) error {
	if catalog.rewriter == nil || len(items) == 0 {
		return nil
	}
	var keys []string
	for _, one := range items {
		keys = append(keys, one.WordingKeys()...)
	}
	kept, err := catalog.wordings.KeptWordings(ctx, keys)
	for i := range items {
		items[i] = items[i].WithWordings(kept)
	}
	return err
}
