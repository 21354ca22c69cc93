package rules

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// between reports whether an hour is in days [from, to) of the test history.
func between(t time.Time, from, to int) bool {
	return !t.Before(monday.AddDate(0, 0, from)) && t.Before(monday.AddDate(0, 0, to))
}

func TestStuckMeterRaisesNoOtherAdvice(t *testing.T) {
	m := made{days: 28, noise: 0.2, kw: while(working, 40, 14)}
	s := m.subject("meter")
	for i := range s.History.Hours {
		if between(s.History.At(i), 22, 27) {
			s.History.Hours[i].KW = 33.123456
		}
	}
	f := only(t, s)
	require.Equal(t, Sensor, f.Kind)
	require.Equal(t, CauseStuck, f.Cause)
	require.InDelta(t, 120, f.Figure("hours"), 0)
	require.Zero(t, f.Saving.KWh)
	require.Equal(t, []Span{{From: f.From, To: f.To}}, f.Spans)
	for _, d := range f.Days {
		require.Equal(t, d.Date >= dateOf(22) && d.Date < dateOf(27), d.Seen)
	}
}

func TestMeterAtZero(t *testing.T) {
	m := made{days: 28, noise: 0.2, kw: func(t time.Time) float64 {
		if between(t, 25, 26) {
			return 0
		}
		return while(working, 40, 14)(t)
	}}
	f := only(t, m.subject("meter"))
	require.Equal(t, CauseZero, f.Cause)
	t.Run("a plug may well be at zero", func(t *testing.T) { silent(t, m.subject("lab")) })
}

func TestSilentMeter(t *testing.T) {
	m := made{days: 28, noise: 0.2, kw: while(working, 40, 14)}
	s := m.subject("meter")
	s.SiteEnd = s.History.End().Add(100 * time.Hour)
	f := only(t, s)
	require.Equal(t, CauseSilent, f.Cause)
	require.InDelta(t, 100, f.Figure("hours"), 0)
	require.Equal(t, []Span{{From: f.From, To: f.To}}, f.Spans)
	require.Equal(t, s.SiteEnd, f.LastSeen())
	t.Run("not where the whole site went silent", func(t *testing.T) { silent(t, m.subject("meter")) })
	t.Run("not where it was never dense", func(t *testing.T) {
		s := made{days: 28, kw: func(t time.Time) float64 {
			if t.Weekday() == time.Monday {
				return 5
			}
			return math.NaN()
		}}.subject("meter")
		s.SiteEnd = s.History.End().Add(100 * time.Hour)
		silent(t, s)
	})
}

func TestSteadyDeviceIsNotStuck(t *testing.T) {
	// Without noise every hour repeats, as in artificial and coarse readings.
	out := Judge(made{days: 28, kw: while(working, 0.12, 0.009)}.subject("tv"))
	require.Len(t, out.Findings, 1)
	require.Equal(t, StandbyLoad, out.Findings[0].Kind)
}

// TestClockIsSaid checks that a wrong clock is reported with its direction, if the data have no fault.
func TestClockIsSaid(t *testing.T) {
	s := made{days: 28, noise: 0.2, kw: while(working, 40, 14)}.subject("meter")
	s.ClockOff = -5 * time.Hour
	_, fault := findFault(s)
	require.NotNil(t, fault)
	require.Equal(t, []any{CauseBehind, 300.0}, []any{fault.Cause, fault.Figure("minutes")})
	s.ClockOff = -10 * 366 * 24 * time.Hour
	_, fault = findFault(s)
	require.NotNil(t, fault)
	require.Equal(t, CauseUnset, fault.Cause, "by years it was never set")
	s.ClockOff = 30 * time.Second
	_, fault = findFault(s)
	require.Nil(t, fault)
}
