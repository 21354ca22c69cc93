package recommendations_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
)

func TestARoomIsComparedPerAreaAndOpeningHour(t *testing.T) {
	c := advicetest.NewCampus()
	for i := range 5 {
		id := "aula-" + strconv.Itoa(i)
		c.AddRoom(id, "Aula "+strconv.Itoa(i), 50)
		c.AddDevice(advicetest.Device("luz-"+strconv.Itoa(i), "Luces", "lighting", id))
		kw := 0.5
		if i == 0 {
			kw = 1
		}
		c.Measure("luz-"+strconv.Itoa(i), advicetest.Start, advicetest.FourWeeks, advicetest.Clean(uint64(i), kw))
	}
	c.AddRoom("bodega", "Bodega", 0)
	a := advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil)
	got, err := a.Compare(t.Context(), advicetest.Manager, "aula-0")
	require.NoError(t, err)
	require.Equal(t, 4, got.Peers)
	require.NotEmpty(t, got.Measures)
	by := make(map[recommendations.Measure]recommendations.Compared)
	for _, m := range got.Measures {
		by[m.Measure] = m
	}
	use, open := by[recommendations.UsePerArea], by[recommendations.OpenHourPerArea]
	require.InDelta(t, 2, use.Value/use.Median, 0.05)
	require.Equal(t, 4, use.Below)
	require.InDelta(t, 2, open.Value/open.Median, 0.05)
	// People work in about 55 of the 78 + 6 opening hours a week, at 1 kW, on 50 m².
	require.InDelta(t, 1000*(50+5.0)/81/50, open.Value, 1.5)
	bare, err := a.Compare(t.Context(), advicetest.Manager, "bodega")
	require.NoError(t, err)
	require.Empty(t, bare.Measures)
	_, err = a.Compare(t.Context(), advicetest.Manager, "luz-1")
	require.ErrorAs(t, err, &advice.ErrNotFound{}, "a device has none")
	_, err = a.Compare(t.Context(), advice.Caller{Role: advice.Viewer, Space: "aula-1"}, "aula-0")
	require.ErrorAs(t, err, &advice.ErrNotFound{})
}
