package rules

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
)

func day(n int) time.Time { return monday.AddDate(0, 0, n) }

func found(t *testing.T, s Subject, kind Kind) Finding {
	t.Helper()
	for _, f := range Judge(s).Findings {
		if f.Kind == kind {
			return f
		}
	}
	require.Fail(t, "not found", "%s among %+v", kind, Judge(s).Findings)
	return Finding{}
}

func TestALevelThatStaysIsSaidWhileItStays(t *testing.T) {
	added := func(from, to int) func(time.Time) float64 {
		return func(at time.Time) float64 {
			kw := while(working, 30, 12)(at)
			if !at.Before(day(from)) && at.Before(day(to)) {
				kw += 5
			}
			return kw
		}
	}
	s := made{days: 180, kw: added(170, 180), noise: 0.05}.subject("meter")
	departures := departuresOf(s)
	require.Len(t, departures, 1)
	require.Equal(t, anomaly.StuckOn, departures[0].Kind)
	require.True(t, departures[0].Open)
	require.Greater(t, departures[0].Certainty(), 0.8)
	sc := prepare(s, make([]bool, len(s.History.Hours)))
	sc.departures = departures
	f := stuckOn(sc, nil)
	require.NotNil(t, f)
	require.InDelta(t, 5*hoursPerMonth, f.Saving.KWh, 0.15*5*hoursPerMonth)
	require.Less(t, f.Saving.Low, f.Saving.KWh)
	require.InDelta(t, 5000, f.Figure("power"), 750)
	proven(t, *f)
	require.Len(t, f.Spans, 1)
	require.Equal(t, Span{From: departures[0].From, To: departures[0].To, KWh: inMWh(departures[0].KWh)}, f.Spans[0])
	require.Nil(t, stuckOn(sc, []Finding{{Kind: BaseLoad}}), "said already")
	gone := made{days: 180, kw: added(160, 170), noise: 0.05}.subject("meter")
	sc.departures = departuresOf(gone)
	require.Nil(t, stuckOn(sc, nil), "over")
}

func TestASlowRiseIsSaid(t *testing.T) {
	s := made{days: 200, noise: 0.03, kw: func(at time.Time) float64 {
		rise := math.Max(0, at.Sub(day(165)).Hours()/24/35)
		return while(working, 30, 12)(at) * (1 + 0.35*rise)
	}}.subject("meter")
	departures := departuresOf(s)
	require.NotEmpty(t, departures)
	last := departures[len(departures)-1]
	require.Equal(t, anomaly.Degradation, last.Kind)
	require.True(t, last.Open)
	sc := prepare(s, make([]bool, len(s.History.Hours)))
	sc.departures = departures
	f := degradation(sc, nil)
	require.NotNil(t, f)
	proven(t, *f)
	require.Len(t, f.Spans, 1)
	require.Empty(t, f.Worst.Hours)
	for _, d := range f.Days {
		require.Equal(t, d.Seen, d.KWh == nil, "a slow rise is not told day by day")
	}
}

func TestAPeakAboveOtherDaysIsSaid(t *testing.T) {
	s := made{days: 60, noise: 0.02, kw: func(at time.Time) float64 {
		if at.Equal(day(50).Add(11 * time.Hour)) {
			return 50
		}
		return while(working, 30, 5)(at)
	}}.subject("meter")
	f := found(t, s, Peak)
	require.Equal(t, day(50).Add(11*time.Hour).UTC(), f.From)
	require.InDelta(t, 20, f.Figure("shave"), 1.5)
	require.Zero(t, f.Saving)
	require.Equal(t, []Span{{From: f.From, To: f.To}}, f.Spans, "it wastes nothing by itself")
	for _, d := range f.Days {
		require.Equal(t, d.Date == dateOf(50), d.Seen)
	}
	require.InDelta(t, 50_000, f.Figure("power"), 3000)
	for i, h := range s.History.Hours {
		s.History.Hours[i].PeakKW = 1.2 * h.KW // the bill is for a quarter hour
	}
	require.InDelta(t, 60_000, found(t, s, Peak).Figure("power"), 3000)
	flat := made{days: 60, noise: 0.02, kw: while(working, 30, 5)}.subject("meter")
	require.Nil(t, peak(prepare(flat, make([]bool, len(flat.History.Hours)))))
}

func TestAYoungMeterIsNotJudged(t *testing.T) {
	require.Empty(t, departuresOf(made{days: 30, kw: while(working, 30, 5), noise: 0.05}.subject("meter")))
}
