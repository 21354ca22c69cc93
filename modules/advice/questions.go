package advice

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// Question asks whether a space opened on days that the calendar calls closed, since it was used as on a working day.
type Question struct {
	// ID follows from the space and the dates: where either changes, it is another question.
	ID, Space, Name string
	// Dates are in days since 1970-01-01, ascending.
	Dates []int
	// Of are the names of the devices and spaces that were used, those that use most first.
	Of []string
	// spaces are those in which they stand.
	spaces []string
}

// dayAnswers are those that are stored, read once for a request or job.
func (a *Advisor) dayAnswers(ctx context.Context, c *Campus) ([]DayAnswer, error) {
	return c.DayAnswers(func() ([]DayAnswer, error) { return a.DayAnswers.AllDayAnswers(ctx) })
}

// answered are the dates of a history of which somebody has said, for a space or one around it, whether it opened.
func (a *Advisor) answered(ctx context.Context, c *Campus, space string, h *history.History) (opened, shut []int, err error) {
	answers, err := a.dayAnswers(ctx, c)
	if err != nil || len(h.Hours) == 0 {
		return nil, nil, err
	}
	first, last := h.Hours[0].Date, h.Hours[len(h.Hours)-1].Date
	for date, said := range saidOf(c, space, answers) {
		switch {
		case date < first || date > last:
		case said == SaidOpened:
			opened = append(opened, date)
		case said == SaidShut:
			shut = append(shut, date)
		}
	}
	slices.Sort(opened)
	slices.Sort(shut)
	return opened, shut, nil
}

// saidOf is what was said of a space's dates, by the nearest space of which something was.
func saidOf(c *Campus, space string, answers []DayAnswer) map[int]Said {
	said := make(map[int]Said)
	path := c.Path(space)
	for _, s := range slices.Backward(path) {
		for _, answer := range answers {
			if answer.Space == s && answer.Said != SaidNothing {
				said[answer.Date] = answer.Said
			}
		}
	}
	return said
}

// questions are those that the analyses leave to the calendar, by space.
func (a *Advisor) questions(ctx context.Context, c *Campus, analyses map[Target]Analysis) ([]Question, error) {
	q := questioner{Campus: c, analyses: make(map[Target]Analysis), roots: make(map[string][]string), of: make(map[string]*Question)}
	for t, analysis := range analyses {
		if c.SpaceOf(t) != "" {
			q.analyses[t] = analysis
			q.any = q.any || len(analysis.Asked) > 0
		}
	}
	if !q.any {
		return nil, nil
	}
	answers, err := a.dayAnswers(ctx, c)
	if err != nil {
		return nil, err
	}
	q.dropAnswered(answers)
	q.askAll()
	var all []Question
	for _, question := range q.of {
		slices.Sort(question.Dates)
		question.ID = questionID(question.Space, question.Dates)
		all = append(all, *question)
	}
	slices.SortFunc(all, func(x, y Question) int { return strings.Compare(x.Space, y.Space) })
	return all, nil
}

func questionID(space string, dates []int) string {
	return derivedID("pre", fmt.Sprintf("%s\x00%v", space, dates))
}

// questioner gathers what targets ask into as few questions as there are spaces to answer for.
type questioner struct {
	*Campus
	analyses map[Target]Analysis
	any      bool
	roots    map[string][]string
	of       map[string]*Question
}

// dropAnswered leaves out the dates that were answered since the targets were analysed.
func (q *questioner) dropAnswered(answers []DayAnswer) {
	for t, analysis := range q.analyses {
		if len(analysis.Asked) == 0 {
			continue
		}
		since := slices.DeleteFunc(slices.Clone(answers), func(a DayAnswer) bool { return a.At.Before(analysis.At) })
		said := saidOf(q.Campus, q.SpaceOf(t), since)
		asked := slices.DeleteFunc(slices.Clone(analysis.Asked), func(date int) bool { return said[date] != SaidNothing })
		analysis.Asked = asked
		q.analyses[t] = analysis
	}
}

// askAll asks each date of the widest spaces in which most was used as on a working day, and the rest where it was used.
func (q *questioner) askAll() {
	asking := make(map[int]map[Target]bool)
	for t, analysis := range q.analyses {
		for _, date := range analysis.Asked {
			if asking[date] == nil {
				asking[date] = make(map[Target]bool)
			}
			asking[date][t] = true
		}
	}
	for _, date := range slices.Sorted(maps.Keys(asking)) {
		targets := asking[date]
		for _, site := range q.Children("") {
			q.ask(date, site, targets)
		}
	}
}

// ask puts a date's question to a space where the greater part of what its own meters count was used, else to the spaces inside it,
// and to itself for what stands in it directly.
func (q *questioner) ask(date int, space string, targets map[Target]bool) {
	inside := q.Within(space)
	var within []Target
	for t := range targets {
		if slices.Contains(inside, q.SpaceOf(t)) {
			within = append(within, t)
		}
	}
	if len(within) == 0 {
		return
	}
	if q.mostly(space, targets) {
		q.put(date, space, within)
		return
	}
	for _, child := range q.Children(space) {
		q.ask(date, child, targets)
	}
	within = slices.DeleteFunc(within, func(t Target) bool { return q.SpaceOf(t) != space })
	if len(within) > 0 {
		q.put(date, space, within)
	}
}

// mostly tells whether at least half of what a space uses, of that which could be told, looked like a working day.
func (q *questioner) mostly(space string, targets map[Target]bool) bool {
	roots, known := q.roots[space]
	if !known {
		roots = q.Campus.Roots(space)
		q.roots[space] = roots
	}
	judged, asking := 0.0, 0.0
	for _, d := range roots {
		t := Target{OfDevice, d}
		if analysis := q.analyses[t]; analysis.Judged > 0 {
			judged += analysis.UseKWh
			if targets[t] {
				asking += analysis.UseKWh
			}
		}
	}
	const half = 0.5
	return asking > 0 && asking >= half*judged
}

// put adds a date to a space's question, and whose use it was.
func (q *questioner) put(date int, space string, targets []Target) {
	question := q.of[space]
	if question == nil {
		question = &Question{Space: space, Name: q.Space(space).Name}
		q.of[space] = question
	}
	question.Dates = append(question.Dates, date)
	slices.SortFunc(targets, func(x, y Target) int {
		return cmp.Or(cmp.Compare(q.analyses[y].UseKWh, q.analyses[x].UseKWh), cmp.Compare(x.String(), y.String()))
	})
	for _, t := range targets {
		if name := q.nameOf(t); !slices.Contains(question.Of, name) && t.Level == OfDevice {
			question.Of = append(question.Of, name)
		}
		if s := q.SpaceOf(t); !slices.Contains(question.spaces, s) {
			question.spaces = append(question.spaces, s)
		}
	}
}

func (q *questioner) nameOf(t Target) string {
	if t.Level == OfDevice {
		return q.Device(t.ID).Name
	}
	return q.Space(t.ID).Name
}
