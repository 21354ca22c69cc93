package advice

import (
	"context"
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/words"
)

// Query asks for recommendations; what is empty asks for all that the caller sees. Without a status, what was
// dismissed stays quiet.
type Query struct {
	Space, Device, Kind string
	Status              Status
	MinKWh              float64
	After               Place
	Limit               int
}

// Answer is a page of recommendations.
type Answer struct {
	Items []Advice
	// Next is where the next page begins; nil at the end.
	Next *Place
	// Considered are which of the four inputs there were for the targets asked about.
	Considered rules.Inputs
	// Reason says why there is nothing, where there is nothing.
	Reason *words.Reason
	// Questions are those that the calendar is asked, within what was asked about.
	Questions []Question
	// Pending is how many targets are still to be analysed after a change of their past.
	Pending int
}

// List gives recommendations, the most promised money first, after a look at whether the past was changed. Errors:
// ErrForbidden, ErrNotFound, ErrInvalid.
func (a *Advisor) List(ctx context.Context, caller Caller, q Query) (Answer, error) {
	if !caller.MayRead() {
		return Answer{}, ErrForbidden{}
	}
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return Answer{}, err
	}
	filter, err := filterOf(c, caller, q)
	if err != nil {
		return Answer{}, err
	}
	var answer Answer
	var analyses map[Target]Analysis
	if answer.Pending, analyses, err = a.refresh(ctx); err != nil {
		return Answer{}, err
	}
	found, err := a.Recommendations.Find(ctx, filter)
	if err != nil {
		return Answer{}, err
	}
	if q.Limit > 0 && len(found) > q.Limit {
		found = found[:q.Limit]
		next := found[q.Limit-1].Place()
		answer.Next = &next
	}
	for _, r := range found {
		if c.Shows(caller, r) {
			answer.Items = append(answer.Items, c.Advice(r))
		}
	}
	if err := a.worded(ctx, answer.Items); err != nil {
		return Answer{}, err
	}
	if answer.Questions, err = a.questionsFor(ctx, c, caller, analyses, q); err != nil {
		return Answer{}, err
	}
	return explain(answer, analyses, filter, q), nil
}

// questionsFor are the questions that a caller sees, about a space, all within it and what lies around it.
func (a *Advisor) questionsFor(ctx context.Context, c *Campus, caller Caller, analyses map[Target]Analysis, q Query) ([]Question, error) {
	all, err := a.questions(ctx, c, analyses)
	if err != nil {
		return nil, err
	}
	space := q.Space
	if q.Device != "" {
		space = c.Device(q.Device).Space
	}
	return slices.DeleteFunc(all, func(one Question) bool {
		about := space == "" || slices.Contains(c.Path(one.Space), space) || slices.Contains(c.Path(space), one.Space)
		return !about || !c.Sees(caller, one.Space)
	}), nil
}

// filterOf checks what is asked against what the caller sees.
func filterOf(c *Campus, caller Caller, q Query) (Filter, error) {
	f := Filter{Device: q.Device, Kind: q.Kind, Status: q.Status, Heard: q.Status == "" || q.Status == Open, MinKWh: q.MinKWh, After: q.After}
	if math.IsNaN(q.MinKWh) || math.IsInf(q.MinKWh, 0) {
		return f, ErrInvalid{[]Flaw{{Field: "min_saving_kwh", Rule: "number"}}}
	}
	if q.Limit > 0 {
		f.Limit = q.Limit + 1
	}
	if q.Device != "" && !c.Sees(caller, c.Device(q.Device).Space) {
		return f, ErrNotFound{"device", q.Device}
	}
	if q.Space != "" && !c.Sees(caller, q.Space) {
		return f, ErrNotFound{"space", q.Space}
	}
	within := caller.Space
	if q.Space != "" {
		within = q.Space
	}
	if within != "" {
		f.Spaces = append([]string{}, c.Within(within)...)
	}
	return f, nil
}

// explain adds what was considered, and why there is nothing where there is nothing.
func explain(answer Answer, all map[Target]Analysis, f Filter, q Query) Answer {
	var reason words.Reason
	within := make(map[string]bool, len(f.Spaces))
	for _, s := range f.Spaces {
		within[s] = true
	}
	for _, one := range all {
		if (f.Spaces != nil && !within[one.Space]) || (f.Device != "" && one.Target != Target{OfDevice, f.Device}) {
			continue
		}
		in := &answer.Considered
		in.Consumption = in.Consumption || one.Inputs.Consumption
		in.Temperature = in.Temperature || one.Inputs.Temperature
		in.DeviceState = in.DeviceState || one.Inputs.DeviceState
		in.HourOfDay = in.HourOfDay || one.Inputs.HourOfDay
		reason.Targets++
		if one.Short() {
			reason.Short++
			reason.Days, reason.Needed = max(reason.Days, one.Days), one.Needed
		}
	}
	if len(answer.Items) > 0 || answer.Next != nil {
		return answer
	}
	reason.Code = codeOf(reason, answer.Pending, q)
	answer.Reason = &reason
	return answer
}

func codeOf(r words.Reason, pending int, q Query) words.Code {
	switch {
	case pending > 0:
		return words.StillAtWork
	case r.Targets == 0:
		return words.NoTargets
	case r.Short == r.Targets:
		return words.TooLittleData
	case q.Status != "" || q.Kind != "" || q.MinKWh > 0 || q.After != Place{}:
		return words.NoneMatches
	}
	return words.NothingFound
}
