package recommendations_test

import (
	"strconv"
	"testing"

	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
)

// BenchmarkList lists the recommendations of an analysed campus with a thousand devices in a hundred rooms.
func BenchmarkList(b *testing.B) {
	c := advicetest.NewCampus()
	for room := range 100 {
		id := "sala-" + strconv.Itoa(room)
		c.AddRoom(id, id, 50)
		for i := range 10 {
			c.AddDevice(advicetest.Device("d"+strconv.Itoa(10*room+i), "x", "other", id))
		}
	}
	a := advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil)
	if _, err := a.List(b.Context(), advicetest.Manager, recommendations.Query{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := a.List(b.Context(), advicetest.Manager, recommendations.Query{}); err != nil {
			b.Fatal(err)
		}
	}
}
