package advice

import (
	"context"
	"slices"
	"unicode/utf8"
)

// longestNote is in characters.
const longestNote = 2000

// SetStatus moves a recommendation on in its life. The same status again changes nothing. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid, ErrTransition.
func (a *Advisor) SetStatus(ctx context.Context, caller Caller, id string, to Status, note string) (Advice, error) {
	if !caller.MayManage() {
		return Advice{}, ErrForbidden{}
	}
	if flaws := checkStatus(to, note); len(flaws) > 0 {
		return Advice{}, ErrInvalid{flaws}
	}
	c, _, err := a.seen(ctx, caller, id)
	if err != nil {
		return Advice{}, err
	}
	changed, err := a.Recommendations.Change(ctx, id, func(r Recommendation) (Recommendation, Event, error) {
		event := Event{At: a.now(), From: r.Status, To: to, By: caller.Subject, Note: note}
		if r.Status != to && !slices.Contains(mayBecome[r.Status], to) {
			return r, event, ErrTransition{From: r.Status, To: to}
		}
		if to == Dismissed && r.Status != Dismissed {
			r.QuietKWh = r.Finding.Saving.KWh
		}
		r.Status, r.Updated = to, event.At
		return r, event, nil
	})
	if err != nil {
		return Advice{}, err
	}
	return c.advice(changed), nil
}

func checkStatus(to Status, note string) []Flaw {
	var flaws []Flaw
	if to != Accepted && to != Dismissed && to != Done {
		flaws = append(flaws, Flaw{Field: "status", Rule: "one_of", Args: map[string]any{"values": "accepted, dismissed, done"}})
	}
	if utf8.RuneCountInString(note) > longestNote {
		flaws = append(flaws, Flaw{Field: "note", Rule: "max_length", Args: map[string]any{"max": longestNote}})
	}
	return flaws
}

// seen is a recommendation within the caller's reach.
func (a *Advisor) seen(ctx context.Context, caller Caller, id string) (*campus, Recommendation, error) {
	c, err := a.campus(ctx)
	if err != nil {
		return nil, Recommendation{}, err
	}
	r, found, err := a.Recommendations.Recommendation(ctx, id)
	if err != nil {
		return nil, r, err
	}
	if !found || !c.shows(caller, r) {
		return nil, r, ErrNotFound{"recommendation", id}
	}
	return c, r, nil
}
