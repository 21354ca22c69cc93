package questions

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// Answer is a stored answer.
type Answer struct {
	Question, Space string
	Opened          bool
	// Dates are in days since 1970-01-01, Entries the calendar entries made for the answer.
	Dates   []int
	Entries []string
}

// Answer stores whether a space opened on a question's dates, or on some of them. If it opened, the calendar gets an entry; if not, the use
// on those dates counts as waste. The same answer again changes nothing; a different one replaces the first. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid.
func (asker *Asker) Answer(ctx context.Context, caller advice.Caller, l text.Language, id string, opened bool, dates []string) (Answer, error) {
	if !caller.MayManage() {
		return Answer{}, advice.ErrForbidden{}
	}
	c, err := asker.directory.Campus(ctx)
	if err != nil {
		return Answer{}, err
	}
	question, err := asker.find(ctx, c, caller, id)
	if err != nil {
		return Answer{}, err
	}
	picked, err := pick(question.Dates, dates)
	if err != nil {
		return Answer{}, err
	}
	answers, err := asker.DayAnswers(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	out := Answer{Question: id, Space: question.Space, Opened: opened, Dates: picked}
	said := map[bool]advice.Reply{true: advice.ReplyOpened, false: advice.ReplyClosed}[opened]
	before := answersOf(answers, question.Space, picked)
	same, err := asker.alreadyAnswered(ctx, before, picked, said)
	if err != nil {
		return out, err
	}
	if same {
		for _, b := range before {
			out.Entries = append(out.Entries, b.Entries...)
		}
		return out, nil
	}
	if err := asker.deleteEntries(ctx, caller, before); err != nil {
		return out, err
	}
	kept := make([]advice.DayAnswer, len(picked))
	for i, date := range picked {
		kept[i] = advice.DayAnswer{Space: question.Space, Date: date, Reply: said, Question: id, By: caller.Subject, At: advice.Now(asker.clock)}
		if !opened {
			continue
		}
		if kept[i].Entries, err = asker.openDay(ctx, caller, l, question, date); err != nil {
			return out, err
		}
		out.Entries = append(out.Entries, kept[i].Entries...)
	}
	return out, asker.dayAnswers.KeepDayAnswers(ctx, kept)
}

// alreadyAnswered reports whether all dates have this reply already, and the calendar agrees.
func (asker *Asker) alreadyAnswered(ctx context.Context, before []advice.DayAnswer, dates []int, said advice.Reply) (bool, error) {
	if len(before) != len(dates) {
		return false, nil
	}
	for _, b := range before {
		if b.Reply != said {
			return false, nil
		}
		if opens, err := asker.isOpen(ctx, b.Space, b.Date); err != nil || opens != (said == advice.ReplyOpened) {
			return false, err
		}
	}
	return true, nil
}

// Withdraw deletes the answer to a question, with the calendar's entries for it: it is asked again. Errors: ErrForbidden,
// ErrNotFound.
func (asker *Asker) Withdraw(ctx context.Context, caller advice.Caller, id string) error {
	back, err := asker.withdrawable(ctx, caller, id)
	if err != nil {
		return err
	}
	if err := asker.deleteEntries(ctx, caller, back); err != nil {
		return err
	}
	for i := range back {
		back[i].Reply, back[i].Entries, back[i].By, back[i].At = advice.NoReply, nil, caller.Subject, advice.Now(asker.clock)
	}
	return asker.dayAnswers.KeepDayAnswers(ctx, back)
}

// Withdrawal counts by kind what Withdraw would delete, and changes nothing. Errors: ErrForbidden, ErrNotFound.
func (asker *Asker) Withdrawal(ctx context.Context, caller advice.Caller, id string) (map[string]int, error) {
	back, err := asker.withdrawable(ctx, caller, id)
	if err != nil {
		return nil, err
	}
	deletes := map[string]int{"answer": 1}
	for _, answer := range back {
		for _, entry := range answer.Entries {
			there, err := asker.openings.HasOpening(ctx, caller, entry)
			if err != nil {
				return nil, err
			}
			if there {
				deletes["calendar"]++
			}
		}
	}
	return deletes, nil
}

// withdrawable returns the answers to a question, one for each day. Errors: ErrForbidden, ErrNotFound.
func (asker *Asker) withdrawable(ctx context.Context, caller advice.Caller, id string) ([]advice.DayAnswer, error) {
	if !caller.MayManage() {
		return nil, advice.ErrForbidden{}
	}
	c, err := asker.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	answers, err := asker.DayAnswers(ctx, c)
	if err != nil {
		return nil, err
	}
	var all []advice.DayAnswer
	for _, answer := range answers {
		if answer.Question == id && answer.Reply != advice.NoReply && c.Sees(caller, answer.Space) {
			all = append(all, answer)
		}
	}
	if len(all) == 0 {
		return nil, advice.ErrNotFound{Kind: "question", ID: id}
	}
	return all, nil
}

// find returns an open or an answered question.
func (asker *Asker) find(ctx context.Context, c *campus.Campus, caller advice.Caller, id string) (Question, error) {
	list, err := asker.analyses.Analyses(ctx)
	if err != nil {
		return Question{}, err
	}
	analyses := make(map[advice.Target]advice.Analysis, len(list))
	for _, analysis := range list {
		analyses[analysis.Target] = analysis
	}
	all, err := asker.Questions(ctx, c, analyses)
	if err != nil {
		return Question{}, err
	}
	for _, q := range all {
		if q.ID == id && c.Sees(caller, q.Space) {
			return q, nil
		}
	}
	answers, err := asker.DayAnswers(ctx, c)
	if err != nil {
		return Question{}, err
	}
	q := Question{ID: id}
	for _, answer := range answers {
		if answer.Question == id && answer.Reply != advice.NoReply && c.Sees(caller, answer.Space) {
			q.Space = answer.Space
			q.Dates = append(q.Dates, answer.Date)
		}
	}
	if len(q.Dates) == 0 {
		return q, advice.ErrNotFound{Kind: "question", ID: id}
	}
	return q, nil
}

// pick returns the selected dates of a question; an empty selection means all.
func pick(all []int, dates []string) ([]int, error) {
	if len(dates) == 0 {
		return all, nil
	}
	var picked []int
	for _, text := range dates {
		date := daysSince1970(text)
		if !slices.Contains(all, date) {
			return nil, advice.ErrInvalid{Flaws: []advice.Flaw{{Field: "days", Rule: "unknown"}}}
		}
		picked = append(picked, date)
	}
	slices.Sort(picked)
	return slices.Compact(picked), nil
}

// daysSince1970 converts a date to a number of days; -1 if it is not a date.
func daysSince1970(text string) int {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return -1
	}
	return int(t.Unix() / (advice.HoursPerDay * 3600))
}

// dateText converts a number of days since 1970-01-01 to a date, YYYY-MM-DD.
func dateText(days int) string {
	return time.Unix(int64(days)*advice.HoursPerDay*3600, 0).UTC().Format(time.DateOnly)
}

// answersOf returns the answers for some dates of a space that were not withdrawn.
func answersOf(answers []advice.DayAnswer, space string, dates []int) []advice.DayAnswer {
	var of []advice.DayAnswer
	for _, answer := range answers {
		if answer.Space == space && answer.Reply != advice.NoReply && slices.Contains(dates, answer.Date) {
			of = append(of, answer)
		}
	}
	return of
}

func (asker *Asker) deleteEntries(ctx context.Context, caller advice.Caller, answers []advice.DayAnswer) error {
	for _, answer := range answers {
		for _, entry := range answer.Entries {
			if err := asker.openings.DropOpening(ctx, caller, entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// openDay adds a calendar entry for a date to a question's space, and to spaces inside it that their own entries keep closed.
func (asker *Asker) openDay(ctx context.Context, caller advice.Caller, l text.Language, q Question, date int) ([]string, error) {
	var entries []string
	for _, space := range append([]string{q.Space}, slices.DeleteFunc(slices.Clone(q.spaces), func(s string) bool { return s == q.Space })...) {
		entry := Opening{ID: openingID(space, date), Space: space, Name: text.Opened(l), Date: dateText(date)}
		opens, err := asker.isOpen(ctx, space, date)
		if err != nil {
			return entries, err
		}
		ours := false
		if opens { // by the entry of an answer that failed halfway, perhaps
			ours, err = asker.openings.HasOpening(ctx, caller, entry.ID)
		} else {
			ours, err = true, asker.openings.OpenDay(ctx, caller, entry)
		}
		if err != nil {
			return entries, err
		}
		if ours {
			entries = append(entries, entry.ID)
		}
	}
	return entries, nil
}

// openingID returns the id of the entry that opens a space on a date; it is always the same.
func openingID(space string, date int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s", space, dateText(date)))
	return "cal_" + hex.EncodeToString(sum[:8])
}

// isOpen reports whether a space is open on a date according to the calendar.
func (asker *Asker) isOpen(ctx context.Context, space string, date int) (bool, error) {
	c, err := asker.directory.Campus(ctx)
	if err != nil {
		return false, err
	}
	from, err := time.ParseInLocation(time.DateOnly, dateText(date), c.Zone(space))
	if err != nil {
		return false, err
	}
	hours, _, err := asker.calendar.CalendarHours(ctx, space, from, from.AddDate(0, 0, 1))
	for _, hour := range hours {
		if hour.Open {
			return true, err
		}
	}
	return false, err
}
