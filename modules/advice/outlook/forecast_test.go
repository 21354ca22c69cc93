package outlook_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/outlook"
)

// TestForecastTellsTheNextHoursAndTheMonth forecasts in the afternoon of a working day after eight weeks.
func TestForecastTellsTheNextHoursAndTheMonth(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddDevice(advicetest.Device("luz-1", "Luces", "lighting", "sala"))
	now := time.Date(2026, 3, 31, 14, 30, 0, 0, advicetest.Bogota)
	c.Measure("luz-1", advicetest.Start, int(now.Sub(advicetest.Start).Hours()), advicetest.Clean(3, 0.4))
	a := advicetest.NewServices(c, advicetest.NewClock(now), nil)
	f, err := a.Forecast(t.Context(), advicetest.Manager, "luz-1", 48)
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
	require.NotEqual(t, outlook.PeakLikely, f.Peak.Risk)
}

func TestForecastWarnsOfANewPeak(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddDevice(advicetest.Device("luz-1", "Luces", "lighting", "sala"))
	// It is Sunday, the first of a month: only a night and a Sunday were measured in it.
	now := time.Date(2026, 3, 1, 20, 0, 0, 0, advicetest.Bogota)
	base := advicetest.Clean(3, 0.4)
	c.Measure("luz-1", advicetest.Start.AddDate(0, 0, -28), int(now.Sub(advicetest.Start.AddDate(0, 0, -28)).Hours()), func(at time.Time) float64 { return 0.05 + base(at) })
	a := advicetest.NewServices(c, advicetest.NewClock(now), nil)
	f, err := a.Forecast(t.Context(), advicetest.Manager, "luz-1", 24)
	require.NoError(t, err)
	require.Equal(t, outlook.PeakLikely, f.Peak.Risk)
	require.InDelta(t, 0.05, f.Peak.KW, 1e-9)
}

// TestForecastsFollowTheWeatherToCome cools a room according to the weather, which was mild and will be hot.
func TestForecastsFollowTheWeatherToCome(t *testing.T) {
	now := time.Date(2026, 3, 31, 6, 0, 0, 0, advicetest.Bogota)
	degrees := func(at time.Time) float64 {
		switch {
		case !at.Before(now):
			return 27.5
		case !at.Before(now.AddDate(0, 0, -4)):
			return 21
		}
		return 24 + 4*math.Sin(2.1*float64(at.YearDay()))
	}
	load := func(at time.Time) float64 { return 1 + 0.2*(degrees(at)-20) }
	forecast := func(until time.Time) outlook.Forecast {
		c := advicetest.NewCampus()
		c.AddRoom("sala", "Sala de Juegos", 0)
		c.AddDevice(advicetest.Device("aire", "Aire", "ac", "sala"))
		c.Measure("aire", advicetest.Start, int(now.Sub(advicetest.Start).Hours()), load)
		var outdoors []advice.AmbientHour
		for at := advicetest.Start; at.Before(until); at = at.Add(time.Hour) {
			warmth := degrees(at.In(advicetest.Bogota))
			outdoors = append(outdoors, advice.AmbientHour{Start: at, Temperature: &warmth})
		}
		c.SetAmbient("sitio", outdoors)
		f, err := advicetest.NewServices(c, advicetest.NewClock(now), nil).Forecast(t.Context(), advicetest.Manager, "aire", 24)
		require.NoError(t, err)
		require.Len(t, f.Hours, 24)
		return f
	}
	sum := func(f outlook.Forecast) (kwh float64) {
		for _, h := range f.Hours {
			kwh += h.Expected
		}
		return kwh
	}
	hot := 24 * load(now)
	none, recent, told := forecast(advicetest.Start), forecast(now), forecast(now.AddDate(0, 0, 8))
	require.Equal(t, []outlook.WeatherSource{outlook.WeatherNone, outlook.WeatherRecent, outlook.WeatherForecast}, []outlook.WeatherSource{none.Weather, recent.Weather, told.Weather})
	require.Less(t, sum(recent), 0.8*hot, "what the last days were like says nothing of a hot one")
	require.InDelta(t, hot, sum(told), 0.12*hot)
	require.Less(t, told.CVRMSE, recent.CVRMSE)
	require.Greater(t, told.Month.Expected, recent.Month.Expected)
	require.Equal(t, outlook.PeakLikely, told.Peak.Risk)
}

func TestForecastSaysWhyThereIsNone(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	for _, id := range []string{"nuevo", "viejo", "nada", "ceros"} {
		c.AddDevice(advicetest.Device(id, id, "lighting", "sala"))
	}
	c.Measure("nuevo", advicetest.End.AddDate(0, 0, -3), 72, advicetest.Clean(1, 1))
	c.Measure("viejo", advicetest.Start.AddDate(-1, 0, 0), advicetest.FourWeeks, advicetest.Clean(1, 1))
	c.Measure("ceros", advicetest.Start.AddDate(0, 0, -14), advicetest.FourWeeks+14*24, func(time.Time) float64 { return 0 })
	a := advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil)
	for id, why := range map[string]baseline.Code{"nuevo": baseline.TooFewDays, "nada": baseline.TooFewDays, "viejo": outlook.NoRecentData, "ceros": baseline.NoVariation} {
		f, err := a.Forecast(t.Context(), advicetest.Manager, id, 24)
		require.NoError(t, err)
		require.Equal(t, []baseline.Code{why}, f.Why, id)
		require.Empty(t, f.Hours)
		require.True(t, math.IsNaN(f.CVRMSE))
	}
	_, err := a.Forecast(t.Context(), advicetest.Manager, "nuevo", 169)
	require.ErrorAs(t, err, &advice.ErrInvalid{})
	_, err = a.Forecast(t.Context(), advice.Caller{Role: advice.Viewer, Space: "bloque-9"}, "nuevo", 24)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Forecast(t.Context(), advice.Caller{Role: "device"}, "nuevo", 24)
	require.ErrorIs(t, err, advice.ErrForbidden{})
}

// TestForecastsKnowTheCalendar forecasts a Monday that is a holiday, for a room that is closed on holidays.
func TestForecastsKnowTheCalendar(t *testing.T) {
	now := time.Date(2026, 3, 30, 6, 0, 0, 0, advicetest.Bogota)
	holidays := []string{"2026-01-12", "2026-02-03", "2026-02-25", "2026-03-12", "2026-03-30"}
	noon := func(known []string) float64 {
		c := advicetest.NewCampus()
		c.Holidays = known
		c.AddRoom("sala", "Sala de Juegos", 0)
		c.AddDevice(advicetest.Device("consola", "Consola", "console", "sala"))
		c.Measure("consola", advicetest.Start, int(now.Sub(advicetest.Start).Hours()), func(local time.Time) float64 {
			if advicetest.Opens(local) && !slices.Contains(holidays, local.Format(time.DateOnly)) {
				return 0.5
			}
			return 0.05
		})
		f, err := advicetest.NewServices(c, advicetest.NewClock(now), nil).Forecast(t.Context(), advicetest.Manager, "consola", 24)
		require.NoError(t, err)
		return f.Hours[12-now.Hour()].Expected
	}
	require.InDelta(t, 0.05, noon(holidays), 0.1)
	require.InDelta(t, 0.5, noon(nil), 0.1)
}
