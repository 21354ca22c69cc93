package advice

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/words"
)

// Answered is an answer as it was kept.
type Answered struct {
	Question, Space string
	Opened          bool
	// Dates are in days since 1970-01-01, Entries those of the calendar that say so.
	Dates   []int
	Entries []string
}

// AnswerQuestion says whether a space opened on a question's dates, or on some of them: that it did is entered in the calendar;
// that it did not lets what was used then count as waste. Said again, it changes nothing; said otherwise, it takes the place of
// what was said. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (a *Advisor) AnswerQuestion(ctx context.Context, caller Caller, l words.Language, id string, opened bool, dates []string) (Answered, error) {
	if !caller.MayManage() {
		return Answered{}, ErrForbidden{}
	}
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return Answered{}, err
	}
	question, err := a.question(ctx, c, caller, id)
	if err != nil {
		return Answered{}, err
	}
	picked, err := pick(question.Dates, dates)
	if err != nil {
		return Answered{}, err
	}
	answers, err := a.dayAnswers(ctx, c)
	if err != nil {
		return Answered{}, err
	}
	out := Answered{Question: id, Space: question.Space, Opened: opened, Dates: picked}
	said := map[bool]Said{true: SaidOpened, false: SaidShut}[opened]
	before := answersOf(answers, question.Space, picked)
	same, err := a.stands(ctx, before, picked, said)
	if err != nil {
		return out, err
	}
	if same {
		for _, b := range before {
			out.Entries = append(out.Entries, b.Entries...)
		}
		return out, nil
	}
	if err := a.dropEntries(ctx, caller, before); err != nil {
		return out, err
	}
	kept := make([]DayAnswer, len(picked))
	for i, date := range picked {
		kept[i] = DayAnswer{Space: question.Space, Date: date, Said: said, Question: id, By: caller.Subject, At: Now(a.Clock)}
		if !opened {
			continue
		}
		if kept[i].Entries, err = a.openOn(ctx, caller, l, question, date); err != nil {
			return out, err
		}
		out.Entries = append(out.Entries, kept[i].Entries...)
	}
	return out, a.DayAnswers.KeepDayAnswers(ctx, kept)
}

// stands tells whether all dates were answered so before, and the calendar still says it.
func (a *Advisor) stands(ctx context.Context, before []DayAnswer, dates []int, said Said) (bool, error) {
	if len(before) != len(dates) {
		return false, nil
	}
	for _, b := range before {
		if b.Said != said {
			return false, nil
		}
		if opens, err := a.opens(ctx, b.Space, b.Date); err != nil || opens != (said == SaidOpened) {
			return false, err
		}
	}
	return true, nil
}

// TakeAnswerBack forgets what was said to a question, with the calendar's entries for it: it is asked again. Errors: ErrForbidden,
// ErrNotFound.
func (a *Advisor) TakeAnswerBack(ctx context.Context, caller Caller, id string) error {
	if !caller.MayManage() {
		return ErrForbidden{}
	}
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return err
	}
	answers, err := a.dayAnswers(ctx, c)
	if err != nil {
		return err
	}
	var back []DayAnswer
	for _, answer := range answers {
		if answer.Question == id && answer.Said != SaidNothing && c.Sees(caller, answer.Space) {
			back = append(back, answer)
		}
	}
	if len(back) == 0 {
		return ErrNotFound{"question", id}
	}
	if err := a.dropEntries(ctx, caller, back); err != nil {
		return err
	}
	for i := range back {
		back[i].Said, back[i].Entries, back[i].By, back[i].At = SaidNothing, nil, caller.Subject, Now(a.Clock)
	}
	return a.DayAnswers.KeepDayAnswers(ctx, back)
}

// question is one that is open, or was answered.
func (a *Advisor) question(ctx context.Context, c *Campus, caller Caller, id string) (Question, error) {
	list, err := a.Analyses.Analyses(ctx)
	if err != nil {
		return Question{}, err
	}
	analyses := make(map[Target]Analysis, len(list))
	for _, analysis := range list {
		analyses[analysis.Target] = analysis
	}
	all, err := a.questions(ctx, c, analyses)
	if err != nil {
		return Question{}, err
	}
	for _, q := range all {
		if q.ID == id && c.Sees(caller, q.Space) {
			return q, nil
		}
	}
	answers, err := a.dayAnswers(ctx, c)
	if err != nil {
		return Question{}, err
	}
	q := Question{ID: id}
	for _, answer := range answers {
		if answer.Question == id && answer.Said != SaidNothing && c.Sees(caller, answer.Space) {
			q.Space = answer.Space
			q.Dates = append(q.Dates, answer.Date)
		}
	}
	if len(q.Dates) == 0 {
		return q, ErrNotFound{"question", id}
	}
	return q, nil
}

// pick are the dates of a question that are meant; none is all.
func pick(all []int, dates []string) ([]int, error) {
	if len(dates) == 0 {
		return all, nil
	}
	var picked []int
	for _, text := range dates {
		date := daysSince1970(text)
		if !slices.Contains(all, date) {
			return nil, ErrInvalid{[]Flaw{{Field: "days", Rule: "unknown"}}}
		}
		picked = append(picked, date)
	}
	slices.Sort(picked)
	return slices.Compact(picked), nil
}

// daysSince1970 numbers a date; -1 is none.
func daysSince1970(text string) int {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return -1
	}
	return int(t.Unix() / (HoursPerDay * 3600))
}

// dateText is the date of a number of days since 1970-01-01, YYYY-MM-DD.
func dateText(days int) string {
	return time.Unix(int64(days)*HoursPerDay*3600, 0).UTC().Format(time.DateOnly)
}

// answersOf are those to some dates of a space that were not taken back.
func answersOf(answers []DayAnswer, space string, dates []int) []DayAnswer {
	var of []DayAnswer
	for _, answer := range answers {
		if answer.Space == space && answer.Said != SaidNothing && slices.Contains(dates, answer.Date) {
			of = append(of, answer)
		}
	}
	return of
}

func (a *Advisor) dropEntries(ctx context.Context, caller Caller, answers []DayAnswer) error {
	for _, answer := range answers {
		for _, entry := range answer.Entries {
			if err := a.Openings.DropOpening(ctx, caller, entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// openOn enters a date in the calendar of a question's space, and of those within it that stay closed by entries of their own.
func (a *Advisor) openOn(ctx context.Context, caller Caller, l words.Language, q Question, date int) ([]string, error) {
	var entries []string
	for _, space := range append([]string{q.Space}, q.spaces...) {
		opens, err := a.opens(ctx, space, date)
		if err != nil {
			return entries, err
		}
		if opens {
			continue
		}
		id, err := a.Openings.OpenDay(ctx, caller, space, words.Opened(l), dateText(date))
		if err != nil {
			return entries, err
		}
		entries = append(entries, id)
	}
	return entries, nil
}

// opens tells whether the calendar has a space open on a date.
func (a *Advisor) opens(ctx context.Context, space string, date int) (bool, error) {
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return false, err
	}
	from, err := time.ParseInLocation(time.DateOnly, dateText(date), c.Zone(space))
	if err != nil {
		return false, err
	}
	hours, _, err := a.Calendar.CalendarHours(ctx, space, from, from.AddDate(0, 0, 1))
	for _, hour := range hours {
		if hour.Open {
			return true, err
		}
	}
	return false, err
}
