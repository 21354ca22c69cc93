package advice

import (
	"context"
	"slices"
	"unicode/utf8"
)

// longestNote is in characters.
const longestNote = 2000

// SetStatus moves a recommendation on in its life; Open takes the last step back. The same status again changes nothing. Errors:
// ErrForbidden, ErrNotFound, ErrInvalid, ErrTransition.
func (a *Advisor) SetStatus(ctx context.Context, caller Caller, id string, to Status, note string) (Advice, error) {
	if !caller.MayManage() {
		return Advice{}, ErrForbidden{}
	}
	if flaws := checkStatus(to, note); len(flaws) > 0 {
		return Advice{}, ErrInvalid{flaws}
	}
	c, _, err := a.Directory.Recommendation(ctx, caller, a.Recommendations, id)
	if err != nil {
		return Advice{}, err
	}
	events, err := a.Recommendations.Events(ctx, id)
	if err != nil {
		return Advice{}, err
	}
	changed, err := a.Recommendations.Change(ctx, id, func(r Recommendation) (Recommendation, Event, error) {
		event := Event{At: Now(a.Clock), From: r.Status, To: to, By: caller.Subject, Note: note}
		if to == Open && r.Status != Open {
			event.To = before(events, r.Status)
			if event.To == Open && !r.Standing {
				event.To, r.EndReason = Ended, NotFound
			}
		}
		if r.Status != event.To && to != Open && !slices.Contains(mayBecome[r.Status], event.To) || (to == Open && r.Status == Ended) {
			return r, event, ErrTransition{From: r.Status, To: to}
		}
		if event.To == Dismissed && r.Status != Dismissed {
			r.QuietKWh = r.Finding.Saving.KWh
		}
		r.Status, r.Updated = event.To, event.At
		if r.Status != Ended {
			r.EndReason = ""
		}
		return r, event, nil
	})
	if err != nil {
		return Advice{}, err
	}
	return c.Advice(changed), nil
}

// mayBecome tells which status may follow which.
var mayBecome = map[Status][]Status{
	Open:      {Accepted, Dismissed, Done},
	Accepted:  {Done, Dismissed},
	Dismissed: {Accepted, Done},
	Done:      {Dismissed},
	Verified:  {Dismissed},
	Ended:     {Dismissed, Done},
}

// before is the status before the last step that led to a status. A step that leads back to where the one before began takes that
// one away; what was verified follows from what was done, and goes with it.
func before(events []Event, now Status) Status {
	steps := []Status{Open}
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
		return Open
	}
	back := 1
	if now == Verified {
		back = 2
	}
	return steps[max(0, len(steps)-1-back)]
}

func checkStatus(to Status, note string) []Flaw {
	var flaws []Flaw
	if to != Accepted && to != Dismissed && to != Done && to != Open {
		flaws = append(flaws, Flaw{Field: "status", Rule: "one_of", Args: map[string]any{"values": "accepted, dismissed, done, open"}})
	}
	if utf8.RuneCountInString(note) > longestNote {
		flaws = append(flaws, Flaw{Field: "note", Rule: "max_length", Args: map[string]any{"max": longestNote}})
	}
	return flaws
}
