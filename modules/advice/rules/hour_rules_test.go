package rules

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/history"
)

func TestAirConditionerLeftOnAtNight(t *testing.T) {
	m := made{days: 28, noise: 0.1, kw: func(t time.Time) float64 {
		if working(t) || (nightly(t) && weekday(t)) {
			return 1.2
		}
		return 0.004
	}}
	f := only(t, m.subject("ac"))
	require.Equal(t, OutOfHours, f.Kind)
	// Five nights a week from 23:00 to 05:00, including an hour after closing and the hour until six: 00–05 and 23 are eight hours of 1.2
	// kW.
	require.InDelta(t, 5*8*1.2*month.OpenDates/6, f.Saving.KWh, 45)
	require.Less(t, f.Saving.Low, f.Saving.KWh)
	require.InDelta(t, 1200, f.Figure("power"), 60)
	require.InDelta(t, 23, f.Figure("from_hour"), 1)
	require.InDelta(t, 6, f.Figure("to_hour"), 1)
	require.InDelta(t, 28, f.Figure("dates_watched"), 0)
}

func TestCleanDevicesGetNoAdvice(t *testing.T) {
	for kind, kw := range map[string]float64{"ac": 1.2, "lighting": 0.4, "tv": 0.12, "computer": 0.09, "console": 0.115, "other": 0.2} {
		t.Run(kind, func(t *testing.T) {
			silent(t, made{days: 42, noise: 0.15, kw: while(working, kw, 0)}.subject(kind))
			silent(t, made{days: 42, noise: 0.15, kw: while(working, kw, 0.0006)}.subject(kind))
		})
	}
	t.Run("a meter with a usual night", func(t *testing.T) {
		silent(t, made{days: 84, noise: 0.2, kw: while(working, 40, 14)}.subject("meter"))
	})
	t.Run("a refrigerator never rests", func(t *testing.T) {
		silent(t, made{days: 42, noise: 0.4, kw: func(time.Time) float64 { return 0.05 }}.subject("appliance"))
	})
	t.Run("a router neither", func(t *testing.T) {
		silent(t, made{days: 42, noise: 0.05, kw: func(time.Time) float64 { return 0.007 }}.subject("other"))
	})
}

func TestTooLittleIsSaidToBeTooLittle(t *testing.T) {
	wasteful := made{days: 6, kw: func(time.Time) float64 { return 1.2 }}
	out := Judge(wasteful.subject("ac"))
	require.Empty(t, out.Findings)
	require.Equal(t, &Shortage{Days: 6, Needed: MinDays}, out.Shortage)

	empty := Judge(made{days: 30, kw: func(time.Time) float64 { return math.NaN() }}.subject("ac"))
	require.Equal(t, &Shortage{Days: 0, Needed: MinDays}, empty.Shortage)
	require.False(t, empty.Inputs.Consumption)

	none := Judge(made{days: 0, kw: func(time.Time) float64 { return 1 }}.subject("meter"))
	require.Equal(t, &Shortage{Days: 0, Needed: MinDays}, none.Shortage)
}

func TestLightsOnScatteredDays(t *testing.T) {
	// Measured only on Tuesdays and Thursdays, on all night.
	m := made{days: 42, kw: func(t time.Time) float64 {
		if t.Weekday() != time.Tuesday && t.Weekday() != time.Thursday {
			return math.NaN()
		}
		return 0.4
	}}
	f := only(t, m.subject("lighting"))
	require.Equal(t, OutOfHours, f.Kind)
	require.InDelta(t, 12, f.Figure("dates_watched"), 0)
	// Closed dates were never measured, so nothing is promised for them: 00–06 minus an hour, and 23.
	require.InDelta(t, month.OpenDates*7*0.4, f.Saving.KWh, 1)
}

func TestStandby(t *testing.T) {
	tv := made{days: 28, noise: 0.05, kw: while(working, 0.12, 0.009)}
	f := only(t, tv.subject("tv"))
	require.Equal(t, StandbyLoad, f.Kind)
	require.InDelta(t, 9, f.Figure("power"), 0.5)
	require.InDelta(t, (14*month.OpenDates+24*month.ShutDates)*0.009, f.Saving.KWh, 0.5)

	t.Run("of a device that never runs, by its own word", func(t *testing.T) {
		s := made{days: 28, noise: 0.05, kw: func(time.Time) float64 { return 0.012 }}.subject("tv")
		s.StandbyW = 10
		require.Equal(t, StandbyLoad, only(t, s).Kind)
	})
	t.Run("under two watts is as good as devices get", func(t *testing.T) {
		silent(t, made{days: 28, noise: 0.05, kw: while(working, 0.12, 0.0014)}.subject("console"))
	})
}

func TestStateSaysOffButPowerIsDrawn(t *testing.T) {
	off := func(t time.Time) history.State {
		if working(t) {
			return history.On
		}
		return history.Off
	}
	f := only(t, made{days: 21, noise: 0.1, kw: while(working, 1.5, 0.3), state: off}.subject("ac"))
	require.Equal(t, StateMismatch, f.Kind)
	require.InDelta(t, 300, f.Figure("power"), 20)
	silent(t, made{days: 21, noise: 0.1, kw: while(working, 1.5, 0.001), state: off}.subject("ac"))
}

func TestEmptyRoom(t *testing.T) {
	afternoon := func(t time.Time) bool { return weekday(t) && t.Hour() >= 14 && t.Hour() < 18 }
	people := func(t time.Time) float64 {
		if working(t) && !afternoon(t) {
			return 12
		}
		return 0
	}
	f := only(t, made{days: 28, noise: 0.1, kw: while(working, 1.2, 0), occupancy: people}.subject("ac"))
	require.Equal(t, UnusedRoom, f.Kind)
	require.InDelta(t, 20*4*1.2/24*month.OpenDates, f.Saving.KWh, 6)
	always := func(t time.Time) float64 { return 3 }
	silent(t, made{days: 28, noise: 0.1, kw: while(working, 1.2, 0), occupancy: always}.subject("ac"))
}

func TestScheduleThatStopsLate(t *testing.T) {
	late := func(t time.Time) bool { return working(t) || (weekday(t) && (t.Hour() >= 18 || t.Hour() < 1)) }
	m := made{days: 28, noise: 0.1, kw: while(late, 1.2, 0)}
	f := only(t, m.subject("ac"))
	require.Equal(t, Schedule, f.Kind)
	require.InDelta(t, 23, f.Figure("from_hour"), 0)
	t.Run("not where the hours are assumed", func(t *testing.T) {
		s := m.subject("ac")
		s.Calendar.Assumed = true
		require.Equal(t, OutOfHours, only(t, s).Kind)
	})
}

func TestMeterWithSomeNightsLeftOn(t *testing.T) {
	kw := func(t time.Time) float64 {
		_, week := t.ISOWeek()
		thatDay := t.Weekday() == time.Wednesday || t.Weekday() == time.Thursday
		on := week%2 == 0 && thatDay && (t.Hour() < 7 || t.Hour() >= 22)
		if working(t) || on {
			return 40
		}
		return 14
	}
	f := only(t, made{days: 56, noise: 0.1, kw: kw}.subject("meter"))
	require.Equal(t, OutOfHours, f.Kind)
	require.InDelta(t, 8, f.Figure("dates_seen"), 0)
	require.InDelta(t, 26, f.Figure("power")/1000-f.Figure("reference_power")/1000, 2)
}

func TestNoKilowattHourIsPromisedTwice(t *testing.T) {
	off := func(t time.Time) history.State {
		if t.Hour() < 3 {
			return history.Off
		}
		return history.Unknown
	}
	out := Judge(made{days: 28, noise: 0.1, kw: while(working, 1.2, 0.5), state: off}.subject("ac"))
	require.NotEmpty(t, out.Findings)
	total := 0.0
	for _, f := range out.Findings {
		total += f.Saving.KWh
	}
	require.Less(t, total, out.UseKWh)
}

func TestWhatIsOverIsNotSaid(t *testing.T) {
	m := made{days: 56, noise: 0.1, kw: func(t time.Time) float64 {
		if working(t) || (nightly(t) && t.Before(monday.AddDate(0, 0, 28))) {
			return 1.2
		}
		return 0
	}}
	silent(t, m.subject("ac"))
}
