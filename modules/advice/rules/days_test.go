package rules

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// weather varies by day and week between some 19 and 31 °C.
func weather(t time.Time) float64 {
	day := float64(t.YearDay())
	return math.Round(1000*(24+3*math.Sin(day/3)+4*math.Sin(float64(t.Hour()-9)/24*2*math.Pi))) / 1000
}

// cooled is an air conditioner with a slope in kW per °C above 20 °C, which changes on a certain day.
func cooled(before, after float64, day int) func(time.Time) float64 {
	return func(t time.Time) float64 {
		if !working(t) {
			return 0
		}
		slope := before
		if !between(t, 0, day) {
			slope = after
		}
		return 0.3 + slope*max(0, weather(t)-20)
	}
}

func TestCoolingSteeperThanBefore(t *testing.T) {
	f := only(t, made{days: 112, noise: 0.05, kw: cooled(0.10, 0.15, 76), outdoor: weather}.subject("ac"))
	require.Equal(t, CoolingSlope, f.Kind)
	require.Equal(t, CausePast, f.Cause)
	require.InDelta(t, 50, f.Figure("rise"), 20)
	require.Positive(t, f.Saving.Low)
	t.Run("no steeper", func(t *testing.T) {
		silent(t, made{days: 112, noise: 0.1, kw: cooled(0.10, 0.10, 76), outdoor: weather}.subject("ac"))
	})
	t.Run("no temperature", func(t *testing.T) {
		out := Judge(made{days: 112, noise: 0.05, kw: cooled(0.10, 0.15, 76)}.subject("ac"))
		require.Empty(t, out.Findings)
		require.False(t, out.Inputs.Temperature)
	})
	t.Run("too few days since", func(t *testing.T) {
		silent(t, made{days: 112, noise: 0.05, kw: cooled(0.10, 0.15, 110), outdoor: weather}.subject("ac"))
	})
}

func TestCoolingSteeperThanPeers(t *testing.T) {
	s := made{days: 42, noise: 0.05, kw: cooled(0.2, 0.2, 42), outdoor: weather}.subject("room")
	s.AreaM2 = 50
	own := Judge(s).Traits.SlopeKWh
	require.Positive(t, own)
	for _, share := range []float64{0.4, 0.5, 0.45, 0.42} {
		s.Peers = append(s.Peers, Traits{AreaM2: 100, SlopeKWh: 2 * own * share})
	}
	f := only(t, s)
	require.Equal(t, CoolingSlope, f.Kind)
	require.Equal(t, CausePeers, f.Cause)
	s.Peers = s.Peers[:2]
	silent(t, s)
}

func TestSetpointTooLow(t *testing.T) {
	cold := func(time.Time) float64 { return 20.5 }
	m := made{days: 28, noise: 0.1, kw: while(working, 1.2, 0), indoor: cold}
	f := only(t, m.subject("ac"))
	require.Equal(t, Setpoint, f.Kind)
	require.InDelta(t, 2.5, f.Figure("degrees"), 0.01)
	require.InDelta(t, 0.04*2.5*f.Figure("cooling"), f.Saving.KWh, 0.01)
	m.indoor = func(time.Time) float64 { return 23.5 }
	silent(t, m.subject("ac"))
}

func TestBaseLoadAbovePast(t *testing.T) {
	risen := func(t time.Time) float64 {
		base := 14.0
		if !between(t, 0, 60) {
			base = 19
		}
		if working(t) {
			return base + 26
		}
		return base
	}
	f := only(t, made{days: 90, noise: 0.05, kw: risen}.subject("meter"))
	require.Equal(t, BaseLoad, f.Kind)
	require.Equal(t, CausePast, f.Cause)
	require.InDelta(t, 36, f.Figure("rise"), 5)
	require.InDelta(t, 4.5*month.ShutHours, f.Saving.KWh, 300)
	proven(t, f)
	silent(t, made{days: 90, noise: 0.05, kw: while(working, 40, 14)}.subject("meter"))
}

func TestBaseLoadThatNeverFalls(t *testing.T) {
	f := only(t, made{days: 28, noise: 0.05, kw: while(working, 2, 1.8)}.subject("meter"))
	require.Equal(t, BaseLoad, f.Kind)
	require.Equal(t, CauseNever, f.Cause)
	require.Less(t, f.Confidence, 0.6, "nobody has measured what must stay on")
	t.Run("of a building whose hours nobody has said", func(t *testing.T) {
		s := made{days: 28, noise: 0.05, kw: while(working, 2, 1.8)}.subject("meter")
		s.Within, s.Calendar.Assumed = "building", true
		silent(t, s)
	})
}

func TestBaseLoadAbovePeers(t *testing.T) {
	s := made{days: 28, noise: 0.05, kw: while(working, 10, 4)}.subject("building")
	s.AreaM2 = 400
	for _, w := range []float64{4, 5, 4.5, 4.2} { // per m², against 10
		s.Peers = append(s.Peers, Traits{AreaM2: 1000, BaseW: 1000 * w})
	}
	f := only(t, s)
	require.Equal(t, BaseLoad, f.Kind)
	require.Equal(t, CausePeers, f.Cause)
	require.InDelta(t, (4-2.7)*month.ShutHours, f.Saving.KWh, 60)
}

func TestJudgingTwiceGivesTheSame(t *testing.T) {
	m := made{days: 112, noise: 0.1, kw: while(working, 1.2, 0.3), outdoor: weather}
	require.Equal(t, Judge(m.subject("ac")), Judge(m.subject("ac")))
}

func TestEveryNumberIsFinite(t *testing.T) {
	worst := []func(time.Time) float64{
		func(time.Time) float64 { return 0 },
		func(time.Time) float64 { return 5 },
		func(t time.Time) float64 { return float64(t.Hour() % 2) },
		func(t time.Time) float64 {
			if t.Hour() == 12 {
				return 1e9
			}
			return 0
		},
	}
	for _, kw := range worst {
		for _, kind := range []string{"ac", "meter", "room", "sensor", "appliance", "strange"} {
			s := made{days: 60, kw: kw, outdoor: func(time.Time) float64 { return 25 }, indoor: func(time.Time) float64 { return 18 }}.subject(kind)
			s.Calendar = Calendar{}
			out := Judge(s)
			require.False(t, math.IsNaN(out.UseKWh+out.Traits.BaseW+out.Traits.SlopeKWh))
			for _, f := range out.Findings {
				require.True(t, worthReporting(f, out.UseKWh))
			}
		}
	}
}
