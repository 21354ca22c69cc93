package advice_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// TestForecastTellsTheNextHoursAndTheMonth stands in the afternoon of a working day with eight weeks behind it.
func TestForecastTellsTheNextHoursAndTheMonth(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddDevice(device("luz-1", "Luces", "lighting", "sala"))
	now := time.Date(2026, 3, 31, 14, 30, 0, 0, advicetest.Bogota)
	c.Measure("luz-1", start, int(now.Sub(start).Hours()), clean(3, 0.4))
	a := advicetest.NewAdvisor(c, advicetest.NewClock(now), nil)
	f, err := a.Forecast(ctx, manager, "luz-1", 48)
	require.NoError(t, err)
	require.Empty(t, f.Why)
	require.Len(t, f.Hours, 48)
	require.Equal(t, time.Date(2026, 3, 31, 14, 0, 0, 0, advicetest.Bogota), f.Hours[0].Start.In(advicetest.Bogota))
	for i, h := range f.Hours {
		local := h.Start.In(advicetest.Bogota)
		want := 0.0
		if advicetest.Opens(local) && local.Hour() >= 8 && local.Hour() < 18 {
			want = 0.4
		}
		require.InDelta(t, want, h.Expected, 0.06, "hour %d, %s", i, local)
		require.InDelta(t, 500*h.Expected, h.Cost, 1e-9)
		require.LessOrEqual(t, h.Low, h.High)
	}
	m := f.Month
	require.Equal(t, time.Date(2026, 3, 1, 0, 0, 0, 0, advicetest.Bogota), m.Start)
	require.InDelta(t, m.Measured+4*0.4, m.Expected, 0.15, "four working hours are left")
	require.LessOrEqual(t, m.Low, m.Expected)
	require.LessOrEqual(t, m.Expected, m.High+1e-9)
	require.InDelta(t, 500*m.Expected, m.Cost, 1)
	require.Zero(t, m.HoursNotCovered)
	require.InDelta(t, 0.44, f.Peak.KW, 0.01)
	require.NotEqual(t, advice.PeakLikely, f.Peak.Risk)
}

func TestForecastWarnsOfANewPeak(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddDevice(device("luz-1", "Luces", "lighting", "sala"))
	// A Sunday, the first of a month: only nights and a Sunday were measured of it.
	now := time.Date(2026, 3, 1, 20, 0, 0, 0, advicetest.Bogota)
	base := clean(3, 0.4)
	c.Measure("luz-1", start.AddDate(0, 0, -28), int(now.Sub(start.AddDate(0, 0, -28)).Hours()), func(at time.Time) float64 { return 0.05 + base(at) })
	a := advicetest.NewAdvisor(c, advicetest.NewClock(now), nil)
	f, err := a.Forecast(ctx, manager, "luz-1", 24)
	require.NoError(t, err)
	require.Equal(t, advice.PeakLikely, f.Peak.Risk)
	require.InDelta(t, 0.05, f.Peak.KW, 1e-9)
}

func TestForecastSaysWhyThereIsNone(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	for _, id := range []string{"nuevo", "viejo", "nada", "ceros"} {
		c.AddDevice(device(id, id, "lighting", "sala"))
	}
	c.Measure("nuevo", end.AddDate(0, 0, -3), 72, clean(1, 1))
	c.Measure("viejo", start.AddDate(-1, 0, 0), fourWeeks, clean(1, 1))
	c.Measure("ceros", start.AddDate(0, 0, -14), fourWeeks+14*24, func(time.Time) float64 { return 0 })
	a := advicetest.NewAdvisor(c, advicetest.NewClock(end), nil)
	for id, why := range map[string]baseline.Code{"nuevo": baseline.TooFewDays, "nada": baseline.TooFewDays, "viejo": advice.NoRecentData, "ceros": baseline.NoVariation} {
		f, err := a.Forecast(ctx, manager, id, 24)
		require.NoError(t, err)
		require.Equal(t, []baseline.Code{why}, f.Why, id)
		require.Empty(t, f.Hours)
		require.True(t, math.IsNaN(f.CVRMSE))
	}
	_, err := a.Forecast(ctx, manager, "nuevo", 169)
	require.ErrorAs(t, err, &advice.ErrInvalid{})
	_, err = a.Forecast(ctx, advice.Caller{Role: advice.Viewer, Space: "bloque-9"}, "nuevo", 24)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Forecast(ctx, advice.Caller{Role: "device"}, "nuevo", 24)
	require.ErrorIs(t, err, advice.ErrForbidden{})
}
