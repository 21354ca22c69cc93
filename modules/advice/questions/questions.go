package questions

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// Question asks whether a space opened on days that are closed in the calendar, since its use was that of a working day.
type Question struct {
	// ID is derived from the space and the dates: if either changes, it is another question.
	ID, Space, Name string
	// Dates are in days since 1970-01-01, ascending.
	Dates []int
	// Of are the names of the devices and spaces that were in use, the highest use first.
	Of []string
	// spaces are the spaces that contain them.
	spaces []string
}

// DayAnswers returns the stored answers, which are read once for a request or job.
func (asker *Asker) DayAnswers(ctx context.Context, c *campus.Campus) ([]advice.DayAnswer, error) {
	return c.DayAnswers(func() ([]advice.DayAnswer, error) { return asker.dayAnswers.AllDayAnswers(ctx) })
}

// AnsweredDates returns the dates of a history with an answer for a space or a space around it.
func (asker *Asker) AnsweredDates(ctx context.Context, c *campus.Campus, space string, h *history.History) (opened, shut []int, err error) {
	answers, err := asker.DayAnswers(ctx, c)
	if err != nil || len(h.Hours) == 0 {
		return nil, nil, err
	}
	first, last := h.Hours[0].Date, h.Hours[len(h.Hours)-1].Date
	for date, said := range repliesOf(c, space, answers) {
		switch {
		case date < first || date > last:
		case said == advice.ReplyOpened:
			opened = append(opened, date)
		case said == advice.ReplyClosed:
			shut = append(shut, date)
		}
	}
	slices.Sort(opened)
	slices.Sort(shut)
	return opened, shut, nil
}

// repliesOf returns the replies for a space's dates, each from the nearest space around it that has one.
func repliesOf(c *campus.Campus, space string, answers []advice.DayAnswer) map[int]advice.Reply {
	said := make(map[int]advice.Reply)
	path := c.Path(space)
	for _, s := range slices.Backward(path) {
		for _, answer := range answers {
			if answer.Space == s && answer.Reply != advice.NoReply {
				said[answer.Date] = answer.Reply
			}
		}
	}
	return said
}

// Questions returns the questions that follow from the analyses, by space.
func (asker *Asker) Questions(ctx context.Context, c *campus.Campus, analyses map[advice.Target]advice.Analysis) ([]Question, error) {
	q := questionBuilder{Campus: c, analyses: make(map[advice.Target]advice.Analysis), roots: make(map[string][]string), bySpace: make(map[string]*Question)}
	for t, analysis := range analyses {
		if c.SpaceOf(t) != "" {
			q.analyses[t] = analysis
			q.any = q.any || len(analysis.Asked) > 0
		}
	}
	if !q.any {
		return nil, nil
	}
	answers, err := asker.DayAnswers(ctx, c)
	if err != nil {
		return nil, err
	}
	q.dropAnswered(answers)
	q.askAll()
	var all []Question
	for _, question := range q.bySpace {
		slices.Sort(question.Dates)
		question.ID = questionID(question.Space, question.Dates)
		all = append(all, *question)
	}
	slices.SortFunc(all, func(x, y Question) int { return strings.Compare(x.Space, y.Space) })
	return all, nil
}

func questionID(space string, dates []int) string {
	return advice.DerivedID("pre", fmt.Sprintf("%s\x00%v", space, dates))
}

// questionBuilder groups the open dates of targets into one question for each space.
type questionBuilder struct {
	*campus.Campus
	analyses map[advice.Target]advice.Analysis
	any      bool
	roots    map[string][]string
	bySpace  map[string]*Question
}

// dropAnswered removes dates that were answered since the targets were analysed.
func (q *questionBuilder) dropAnswered(answers []advice.DayAnswer) {
	for t, analysis := range q.analyses {
		if len(analysis.Asked) == 0 {
			continue
		}
		since := slices.DeleteFunc(slices.Clone(answers), func(a advice.DayAnswer) bool { return a.At.Before(analysis.At) })
		said := repliesOf(q.Campus, q.SpaceOf(t), since)
		asked := slices.DeleteFunc(slices.Clone(analysis.Asked), func(date int) bool { return said[date] != advice.NoReply })
		analysis.Asked = asked
		q.analyses[t] = analysis
	}
}

// askAll asks about each date for the largest spaces whose use was mostly that of a working day, and for the remaining targets in their own
// spaces.
func (q *questionBuilder) askAll() {
	asking := make(map[int]map[advice.Target]bool)
	for t, analysis := range q.analyses {
		for _, date := range analysis.Asked {
			if asking[date] == nil {
				asking[date] = make(map[advice.Target]bool)
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

// ask asks about a date for a space if most of the use on its own meters was that of a working day; otherwise for the spaces inside it, and
// for the space itself if devices directly in it were used.
func (q *questionBuilder) ask(date int, space string, targets map[advice.Target]bool) {
	inside := q.Within(space)
	var within []advice.Target
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
	within = slices.DeleteFunc(within, func(t advice.Target) bool { return q.SpaceOf(t) != space })
	if len(within) > 0 {
		q.put(date, space, within)
	}
}

// mostly reports whether at least half of a space's use, among targets that could be classified, looked like a working day.
func (q *questionBuilder) mostly(space string, targets map[advice.Target]bool) bool {
	roots, known := q.roots[space]
	if !known {
		roots = q.Roots(space)
		q.roots[space] = roots
	}
	judged, asking := 0.0, 0.0
	for _, d := range roots {
		t := advice.Target{Level: advice.OfDevice, ID: d}
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

// put adds a date and the used targets to a space's question.
func (q *questionBuilder) put(date int, space string, targets []advice.Target) {
	question := q.bySpace[space]
	if question == nil {
		question = &Question{Space: space, Name: q.Space(space).Name}
		q.bySpace[space] = question
	}
	question.Dates = append(question.Dates, date)
	slices.SortFunc(targets, func(x, y advice.Target) int {
		return cmp.Or(cmp.Compare(q.analyses[y].UseKWh, q.analyses[x].UseKWh), cmp.Compare(x.String(), y.String()))
	})
	for _, t := range targets {
		if name := q.nameOf(t); !slices.Contains(question.Of, name) && t.Level == advice.OfDevice {
			question.Of = append(question.Of, name)
		}
		if s := q.SpaceOf(t); !slices.Contains(question.spaces, s) {
			question.spaces = append(question.spaces, s)
		}
	}
}

func (q *questionBuilder) nameOf(t advice.Target) string {
	if t.Level == advice.OfDevice {
		return q.Device(t.ID).Name
	}
	return q.Space(t.ID).Name
}
