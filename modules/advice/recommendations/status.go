package recommendations

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/holotwin/holotwin/modules/advice"
)

// maxNoteLength is the maximum length of a note, in characters.
const maxNoteLength = 2000

// SetStatus changes a recommendation's status; Open undoes the last change. The same status again changes nothing. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid, ErrTransition.
func (catalog *Catalog) SetStatus(ctx context.Context, caller advice.Caller, id string, to advice.Status, note string) (advice.Advice, error) {
	if !caller.MayManage() {
		return advice.Advice{}, advice.ErrForbidden{}
	}
	if flaws := checkStatus(to, note); len(flaws) > 0 {
		return advice.Advice{}, advice.ErrInvalid{Flaws: flaws}
	}
	c, _, err := catalog.directory.Recommendation(ctx, caller, catalog.recommendations, id)
	if err != nil {
		return advice.Advice{}, err
	}
	events, err := catalog.recommendations.Events(ctx, id)
	if err != nil {
		return advice.Advice{}, err
	}
	changed, err := catalog.recommendations.Change(ctx, id, func(r advice.Recommendation) (advice.Recommendation, advice.Event, error) {
		event := advice.Event{At: advice.Now(catalog.clock), From: r.Status, To: to, By: caller.Subject, Note: note}
		if to == advice.Open && r.Status != advice.Open {
			event.To = previousStatus(events, r.Status)
			if event.To == advice.Open && !r.StillDetected {
				event.To, r.EndReason = advice.Ended, advice.NotFound
			}
		}
		if r.Status != event.To && to != advice.Open && !slices.Contains(transitions[r.Status], event.To) || (to == advice.Open && r.Status == advice.Ended) {
			return r, event, advice.ErrTransition{From: r.Status, To: to}
		}
		if event.To == advice.Dismissed && r.Status != advice.Dismissed {
			r.DismissedAtKWh = r.Finding.Saving.KWh
		}
		r.Status, r.Updated = event.To, event.At
		if r.Status != advice.Ended {
			r.EndReason = ""
		}
		return r, event, nil
	})
	if err != nil {
		return advice.Advice{}, err
	}
	return c.Advice(changed), nil
}

// transitions lists the statuses that may follow each status.
var transitions = map[advice.Status][]advice.Status{
	advice.Open:      {advice.Accepted, advice.Dismissed, advice.Done},
	advice.Accepted:  {advice.Done, advice.Dismissed},
	advice.Dismissed: {advice.Accepted, advice.Done},
	advice.Done:      {advice.Dismissed},
	advice.Verified:  {advice.Dismissed},
	advice.Ended:     {advice.Dismissed, advice.Done},
}

// previousStatus returns the status before the last change. A change back to the status before removes the change before it. Verified
// follows from Done and is removed with it.
func previousStatus(events []advice.Event, now advice.Status) advice.Status {
	steps := []advice.Status{advice.Open}
	for _, e := range events {
		switch n := len(steps); {
		case e.To == steps[n-1]:
		case n > 1 && e.To == steps[n-2]:
			steps = steps[:n-1]
		default:
			steps = append(steps, e.To)
		}
	}
	if steps[len(steps)-1] != now {
		return advice.Open
	}
	back := 1
	if now == advice.Verified {
		back = 2
	}
	return steps[max(0, len(steps)-1-back)]
}

func checkStatus(to advice.Status, note string) []advice.Flaw {
	var flaws []advice.Flaw
	if to != advice.Accepted && to != advice.Dismissed && to != advice.Done && to != advice.Open {
		flaws = append(flaws, advice.Flaw{Field: "status", Rule: "one_of", Args: map[string]any{"values": "accepted, dismissed, done, open"}})
	}
	if utf8.RuneCountInString(note) > maxNoteLength {
		flaws = append(flaws, advice.Flaw{Field: "note", Rule: "max_length", Args: map[string]any{"max": maxNoteLength}})
	}
	return flaws
}
