package baseline

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLocalFollowsTheLevel predicts the year after one in which the load grew: the latest level counts, and the empty weeks are known from
// the year before.
func TestLocalFollowsTheLevel(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 4))
	var rows []Row
	for day := range 2 * 366 {
		holidays := day%366 > 350
		level := 1 + 0.4*min(1, float64(day)/366)
		for hour := range dayHours {
			r := Row{Date: day, WeekHour: day%7*dayHours + hour, Temp: 24 + 4*math.Sin(float64(hour)/4), Load: 5 * level}
			if hour > 7 && hour < 20 && !holidays {
				r.Load += 10 * level
			}
			r.Load *= 1 + 0.02*chance.NormFloat64()
			rows = append(rows, r)
		}
	}
	before, after := rows[:366*dayHours], rows[366*dayHours:]
	single, whole := Judge(FitTOWT(before), after), Judge(Fit(before).Model, after)
	require.Less(t, whole.CVRMSE, 0.95*single.CVRMSE)
	require.Less(t, math.Abs(whole.NMBE), math.Abs(single.NMBE))
	require.Nil(t, fitLocal(nil))
	require.Nil(t, fitLocal([]Row{{Load: 1, Temp: math.NaN()}}))
}
