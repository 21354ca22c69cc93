package recommendations

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// Query selects recommendations. An empty field selects all that the caller may see; without a status, dismissed ones are left out.
type Query struct {
	Space, Device, Kind string
	Status              advice.Status
	MinKWh              float64
	After               advice.Place
	Limit               int
}

// Page is a page of recommendations.
type Page struct {
	Items []advice.Advice
	// Next is the start of the next page; nil at the end.
	Next *advice.Place
	// Considered states which of the four inputs the targets had.
	Considered rules.Inputs
	// Reason is why the page is empty; nil if it is not.
	Reason *text.Reason
	// Questions are the questions about closed days of the spaces in the query.
	Questions []questions.Question
	// Pending is the number of targets whose past changed and that are not yet analysed again.
	Pending int
	// AsOf is set if the module energy does not answer: the page is then of the last analyses, none of them older than AsOf.
	AsOf time.Time
}

// List returns recommendations, the highest promised money first. It first analyses targets whose past was changed. While the module
// energy does not answer, it returns what was computed last. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (catalog *Catalog) List(ctx context.Context, caller advice.Caller, q Query) (Page, error) {
	if !caller.MayRead() {
		return Page{}, advice.ErrForbidden{}
	}
	c, err := catalog.directory.Campus(ctx)
	if err != nil {
		return Page{}, err
	}
	filter, err := filterOf(c, caller, q)
	if err != nil {
		return Page{}, err
	}
	var answer Page
	var analyses map[advice.Target]advice.Analysis
	answer.Pending, analyses, err = catalog.analyst.Refresh(ctx)
	if errors.Is(err, advice.ErrAway) {
		analyses, answer.AsOf, err = catalog.lastAnalyses(ctx, err)
	}
	if err != nil {
		return Page{}, err
	}
	found, err := catalog.recommendations.Find(ctx, filter)
	if err != nil {
		return Page{}, err
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
	if err := catalog.addWordings(ctx, answer.Items); err != nil {
		return Page{}, err
	}
	if answer.Questions, err = catalog.questionsFor(ctx, c, caller, analyses, q); err != nil {
		return Page{}, err
	}
	return explain(answer, analyses, filter, q), nil
}

// lastAnalyses returns the last analyses, and since when none is older; away if nothing was ever analysed.
func (catalog *Catalog) lastAnalyses(ctx context.Context, away error) (map[advice.Target]advice.Analysis, time.Time, error) {
	last, asOf, err := catalog.analyst.Last(ctx)
	if err == nil && asOf.IsZero() {
		err = away
	}
	return last, asOf, err
}

// questionsFor returns the questions that a caller may see, about a space, everything inside it and the spaces around it.
func (catalog *Catalog) questionsFor(ctx context.Context, c *campus.Campus, caller advice.Caller, analyses map[advice.Target]advice.Analysis, q Query) ([]questions.Question, error) {
	all, err := catalog.asker.Questions(ctx, c, analyses)
	if err != nil {
		return nil, err
	}
	space := q.Space
	if q.Device != "" {
		space = c.Device(q.Device).Space
	}
	return slices.DeleteFunc(all, func(one questions.Question) bool {
		about := space == "" || slices.Contains(c.Path(one.Space), space) || slices.Contains(c.Path(space), one.Space)
		return !about || !c.Sees(caller, one.Space)
	}), nil
}

// filterOf checks a query against the caller's rights, and returns it as a filter.
func filterOf(c *campus.Campus, caller advice.Caller, q Query) (advice.Filter, error) {
	f := advice.Filter{Device: q.Device, Kind: q.Kind, Status: q.Status, Visible: q.Status == "" || q.Status == advice.Open, MinKWh: q.MinKWh, After: q.After}
	if math.IsNaN(q.MinKWh) || math.IsInf(q.MinKWh, 0) {
		return f, advice.ErrInvalid{Flaws: []advice.Flaw{{Field: "min_saving_kwh", Rule: "number"}}}
	}
	if q.Limit > 0 {
		f.Limit = q.Limit + 1
	}
	if q.Device != "" && !c.Sees(caller, c.Device(q.Device).Space) {
		return f, advice.ErrNotFound{Kind: "device", ID: q.Device}
	}
	if q.Space != "" && !c.Sees(caller, q.Space) {
		return f, advice.ErrNotFound{Kind: "space", ID: q.Space}
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

// explain adds the considered inputs and, if the page is empty, the reason.
func explain(answer Page, all map[advice.Target]advice.Analysis, f advice.Filter, q Query) Page {
	var reason text.Reason
	within := make(map[string]bool, len(f.Spaces))
	for _, s := range f.Spaces {
		within[s] = true
	}
	for _, one := range all {
		if (f.Spaces != nil && !within[one.Space]) || (f.Device != "" && one.Target != advice.Target{Level: advice.OfDevice, ID: f.Device}) {
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

func codeOf(r text.Reason, pending int, q Query) text.Code {
	switch {
	case pending > 0:
		return text.StillAtWork
	case r.Targets == 0:
		return text.NoTargets
	case r.Short == r.Targets:
		return text.TooLittleData
	case q.Status != "" || q.Kind != "" || q.MinKWh > 0 || q.After != advice.Place{}:
		return text.NoneMatches
	}
	return text.NothingFound
}
