package rules

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// proven asserts that a finding's spans add up, are in order within its days, and are read as they were written.
func proven(t *testing.T, f Finding) {
	t.Helper()
	require.NotEmpty(t, f.Spans)
	require.NotEmpty(t, f.Days)
	sum, byDay := 0.0, 0.0
	for i, s := range f.Spans {
		require.True(t, s.From.Before(s.To))
		require.True(t, i == 0 || !s.From.Before(f.Spans[i-1].To))
		sum += s.KWh
	}
	require.InDelta(t, f.Figure("wasted"), sum, 1e-6)
	require.Equal(t, f.Spans[len(f.Spans)-1].To, f.LastSeen())
	seen := 0
	for _, d := range f.Days {
		if d.Seen {
			seen++
		}
		if d.KWh != nil {
			byDay += *d.KWh
			require.Equal(t, d.Seen, *d.KWh > 0)
		}
	}
	require.Positive(t, seen)
	if n := f.Figure("dates_seen"); n > 0 {
		require.InDelta(t, n, seen, 0)
	}
	if f.Kind != Degradation {
		require.InDelta(t, sum, byDay, 1e-4)
	}
	kept, err := json.Marshal(f)
	require.NoError(t, err)
	var back Finding
	require.NoError(t, json.Unmarshal(kept, &back))
	require.Equal(t, f.Proof, back.Proof)
}

func TestEveryFindingShowsWhereItWasSeen(t *testing.T) {
	off := func(t time.Time) history.State {
		if working(t) {
			return history.On
		}
		return history.Off
	}
	cold := func(time.Time) float64 { return 20.5 }
	empty := func(t time.Time) float64 {
		if working(t) && t.Hour() < 14 {
			return 12
		}
		return 0
	}
	for name, s := range map[string]Subject{
		"out_of_hours": made{days: 28, noise: 0.1, kw: func(t time.Time) float64 {
			return while(func(t time.Time) bool { return working(t) || (nightly(t) && weekday(t)) }, 1.2, 0.004)(t)
		}}.subject("ac"),
		"standby":        made{days: 28, noise: 0.05, kw: while(working, 0.12, 0.009)}.subject("tv"),
		"state_mismatch": made{days: 21, noise: 0.1, kw: while(working, 1.5, 0.3), state: off}.subject("ac"),
		"unused_room":    made{days: 28, noise: 0.1, kw: while(working, 1.2, 0), occupancy: empty}.subject("ac"),
		"schedule": made{days: 28, noise: 0.1, kw: while(func(t time.Time) bool {
			return working(t) || (weekday(t) && (t.Hour() >= 18 || t.Hour() < 1))
		}, 1.2, 0)}.subject("ac"),
		"setpoint":      made{days: 28, noise: 0.1, kw: while(working, 1.2, 0), indoor: cold}.subject("ac"),
		"cooling_slope": made{days: 112, noise: 0.05, kw: cooled(0.10, 0.15, 76), outdoor: weather}.subject("ac"),
		"base_load":     made{days: 28, noise: 0.05, kw: while(working, 2, 1.8)}.subject("meter"),
	} {
		t.Run(name, func(t *testing.T) {
			f := only(t, s)
			require.Equal(t, name, string(f.Kind))
			proven(t, f)
		})
	}
}

// TestTheWorstSpanIsShownHourByHour checks each hour's use and waste.
func TestTheWorstSpanIsShownHourByHour(t *testing.T) {
	worst := monday.AddDate(0, 0, 17) // a Thursday
	f := only(t, made{days: 28, kw: func(t time.Time) float64 {
		if nightly(t) && !t.Before(worst) && t.Before(worst.AddDate(0, 0, 1)) {
			return 2
		}
		return while(func(t time.Time) bool { return working(t) || (nightly(t) && weekday(t)) }, 1.2, 0.001)(t)
	}}.subject("ac"))
	proven(t, f)
	require.Equal(t, worst.Add(-time.Hour).Add(-hoursBeside*time.Hour).UTC(), f.Worst.From.UTC(), "the night before begins at 23:00")
	wasted := 0.0
	for _, hour := range f.Worst.Hours {
		require.True(t, hour.Known)
		require.LessOrEqual(t, hour.Wasted, hour.Used+1e-9)
		wasted += hour.Wasted
	}
	most := 0.0
	for _, s := range f.Spans {
		most = math.Max(most, s.KWh)
	}
	require.InDelta(t, most, wasted, 1e-6)
}

// worked is a year in which the calendar closes a place on some dates, and the place was used on some dates.
func worked(closed, used []int, kind history.DayKind) Subject {
	holds := func(days []int, t time.Time) bool {
		for _, d := range days {
			if monday.AddDate(0, 0, d).Format(time.DateOnly) == t.Format(time.DateOnly) {
				return true
			}
		}
		return false
	}
	m := made{days: 364, noise: 0.1, kw: func(t time.Time) float64 {
		if working(t) && (!holds(closed, t) || holds(used, t)) {
			return 40
		}
		return 14
	}}
	s := m.subject("meter")
	for i := range s.History.Hours {
		if t := s.History.At(i).In(bogota); holds(closed, t) {
			s.History.Hours[i].Day, s.History.Hours[i].Open = kind, false
		}
	}
	return s
}

func dateOf(day int) int { return history.DateOf(monday.AddDate(0, 0, day)) }

// TestHolidaysThatLookLikeWorkingDaysAreAQuestion checks that they are not waste until the question is answered.
func TestHolidaysThatLookLikeWorkingDaysAreAQuestion(t *testing.T) {
	closed := []int{63, 120, 203, 322, 332, 343, 357}
	recent := []int{322, 332, 343, 357}
	asked := []int{dateOf(322), dateOf(332), dateOf(343), dateOf(357)}
	for _, kind := range []history.DayKind{history.Holiday, history.Vacation} {
		s := worked(closed, recent, kind)
		out := Judge(s)
		require.Equal(t, asked, out.Asked)
		require.Equal(t, len(closed), out.Judged)
		require.Empty(t, out.Findings)
		require.Empty(t, out.Departures)
		require.Equal(t, kind, s.History.Hours[322*24].Day, "the history that was given is not changed")

		s.Shut = asked
		out = Judge(s)
		require.Empty(t, out.Asked)
		require.Len(t, out.Findings, 1, "it did not open: this is waste")
		f := out.Findings[0]
		require.Equal(t, OutOfHours, f.Kind)
		proven(t, f)
		require.InDelta(t, len(recent), f.Figure("dates_seen"), 0)
		for _, d := range f.Days {
			if d.Seen {
				require.Contains(t, asked, d.Date)
				require.Contains(t, []TakenFor{HolidayDay, VacationDay}, d.Kind)
			}
		}

		s = worked(nil, nil, kind) // the calendar has it open
		s.Opened = asked
		out = Judge(s)
		require.Empty(t, out.Asked)
		require.Empty(t, out.Findings)
	}
	t.Run("three of them", func(t *testing.T) {
		require.Equal(t, asked[1:], Judge(worked(closed, recent[1:], history.Holiday)).Asked)
	})
	t.Run("two of them", func(t *testing.T) {
		require.Empty(t, Judge(worked(closed, recent[:2], history.Holiday)).Asked)
	})
	t.Run("the rest are asked about after two were answered", func(t *testing.T) {
		s := worked(slices.DeleteFunc(slices.Clone(closed), func(d int) bool { return d == recent[0] }), recent, history.Holiday)
		s.Opened, s.Shut = asked[:1], asked[1:2]
		require.Equal(t, asked[2:], Judge(s).Asked)
		s = worked(closed, recent, history.Holiday)
		s.Opened, s.Shut = asked[:1], asked[1:2]
		require.Equal(t, []int{asked[0], asked[2], asked[3]}, Judge(s).Asked, "what was entered in the calendar was taken away again")
	})
	t.Run("holidays on which nobody came", func(t *testing.T) {
		out := Judge(worked(closed, nil, history.Holiday))
		require.Empty(t, out.Asked)
		require.Equal(t, len(closed), out.Judged)
	})
	t.Run("a week of vacation that was worked", func(t *testing.T) {
		week := []int{322, 323, 324, 325, 326, 327, 328}
		require.Equal(t, []int{dateOf(322), dateOf(323), dateOf(324), dateOf(325), dateOf(326), dateOf(327)}, Judge(worked(week, week, history.Vacation)).Asked, "a Sunday never opens")
	})
}

// TestWhatStayedOnIsNoWorkingDay checks that a load that stayed on from the evening before is waste, of any size.
func TestWhatStayedOnIsNoWorkingDay(t *testing.T) {
	closed := []int{322, 332, 343, 357}
	s := worked(closed, nil, history.Holiday)
	for i := range s.History.Hours {
		for _, d := range closed {
			if at := s.History.At(i); !at.Before(monday.AddDate(0, 0, d)) && at.Before(monday.AddDate(0, 0, d+1)) {
				s.History.Hours[i].KW = 40 + float64(i%7)/10
			}
		}
	}
	out := Judge(s)
	require.Empty(t, out.Asked)
	require.Len(t, out.Findings, 1)
	require.Equal(t, OutOfHours, out.Findings[0].Kind)
}
