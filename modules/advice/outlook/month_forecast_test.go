package outlook_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/outlook"
)

// TestAMonthsEndIsToldTheSameOfAnyLength forecasts an hour and a week, now and as of now, and as of a past instant with and without later
// data.
func TestAMonthsEndIsToldTheSameOfAnyLength(t *testing.T) {
	now := time.Date(2026, 3, 20, 14, 0, 0, 0, advicetest.Bogota) // the test data are whole hours
	forecast := func(measured, at time.Time, hours int) outlook.Forecast {
		c := advicetest.NewCampus()
		c.AddRoom("sala", "Sala de Juegos", 0)
		c.AddDevice(advicetest.Device("luz-1", "Luces", "lighting", "sala"))
		c.Measure("luz-1", advicetest.Start, int(measured.Sub(advicetest.Start).Hours()), advicetest.Clean(3, 0.4))
		f, err := advicetest.NewServices(c, advicetest.NewClock(measured), nil).ForecastAt(t.Context(), advicetest.Manager, "luz-1", hours, at)
		require.NoError(t, err)
		require.Empty(t, f.Why)
		return f
	}
	short, long := forecast(now, time.Time{}, 1), forecast(now, time.Time{}, 168)
	require.Equal(t, short.Month, long.Month)
	require.Equal(t, short.Peak, long.Peak)
	later := forecast(now.Add(49*time.Hour), now, 1)
	require.Equal(t, short.Month, later.Month, "what came after does not count")
	require.Equal(t, now.UTC(), later.At)
}

// TestTheFutureHasNoFigures rejects an instant ahead of the clock, and treats one that is only slightly ahead as now.
func TestTheFutureHasNoFigures(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddDevice(advicetest.Device("luz-1", "Luces", "lighting", "sala"))
	now := time.Date(2026, 3, 20, 14, 30, 0, 0, advicetest.Bogota)
	c.Measure("luz-1", advicetest.Start, int(now.Sub(advicetest.Start).Hours()), advicetest.Clean(3, 0.4))
	a := advicetest.NewServices(c, advicetest.NewClock(now), nil)
	f, err := a.ForecastAt(t.Context(), advicetest.Manager, "luz-1", 1, now.Add(4*time.Minute))
	require.NoError(t, err)
	require.Equal(t, now.UTC(), f.At)
	var invalid advice.ErrInvalid
	_, err = a.ForecastAt(t.Context(), advicetest.Manager, "luz-1", 1, now.Add(time.Hour))
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "as_of", invalid.Flaws[0].Field)
	_, err = a.MonthAt(t.Context(), advicetest.Manager, "sala", 2026, time.March, now.Add(time.Hour))
	require.ErrorAs(t, err, &invalid)
}
