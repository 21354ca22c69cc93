package advice

import (
	"context"
	"errors"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/words"
)

// wordingKey names a text in a language, so that a text that changes is worded anew.
func wordingKey(l words.Language, t words.Text) string {
	d := history.NewDigest()
	d.Add("language", string(l))
	d.Add("title", t.Title)
	d.Add("message", t.Message)
	d.Add("action", t.Action)
	return d.Hex()
}

// Text words it: as somebody worded it better, where that says the same, and otherwise from the templates.
func (a Advice) Text(l words.Language) words.Text {
	text := a.template(l)
	if better, known := a.worded[wordingKey(l, text)]; known && words.Faithful(text, better) {
		return better
	}
	return text
}

func (a Advice) template(l words.Language) words.Text {
	return words.Finding(l, a.About, a.Finding, words.Promise{KWh: a.Finding.Saving.Low, Cost: a.Money.CostLow, Currency: a.Money.Currency, Tariff: a.Money.Of().Words()})
}

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
			text := one.template(l)
			key := wordingKey(l, text)
			kept, err := a.Wordings.KeptWordings(ctx, []string{key})
			if err != nil {
				return err
			}
			if _, known := kept[key]; known || asked >= mostReworded {
				continue
			}
			asked++
			better, err := a.Rewriter.Reword(ctx, l, text)
			if errors.Is(err, ErrUnreadable) || (err == nil && !words.Faithful(text, better)) {
				better = text // what it says cannot be used; it is not asked again
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
		for _, l := range words.Languages() {
			keys = append(keys, wordingKey(l, one.template(l)))
		}
	}
	kept, err := a.Wordings.KeptWordings(ctx, keys)
	for i := range items {
		items[i].worded = kept
	}
	return err
}
