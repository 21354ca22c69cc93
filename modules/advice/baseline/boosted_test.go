package baseline

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// heavy is a building whose cooling depends on the warmth of the last day, in working hours only.
func heavy(seed uint64, days int) []Row {
	chance := rand.New(rand.NewPCG(seed, 9))
	rows := make([]Row, days*dayHours)
	swing := 0.0
	for i := range rows {
		hour, date := i%dayHours, i/dayHours
		if hour == 0 {
			swing = 0.7*swing + 4*chance.NormFloat64()
		}
		rows[i] = Row{
			WeekHour: date%7*dayHours + hour, Date: date,
			Temp: 22 + swing + 5*math.Sin(2*math.Pi*float64(hour-9)/dayHours),
		}
	}
	FillWarmth(rows)
	for i := range rows {
		hour := rows[i].WeekHour % dayHours
		rows[i].Load = 20 + chance.NormFloat64()
		if rows[i].WeekHour < 5*dayHours && hour >= 8 && hour < 18 {
			rows[i].Load += 30 + 3*max(0, rows[i].Temp+rows[i].Warmer24-20)
		}
	}
	return rows
}

func TestTreesLearnTheWarmthOfTheDayBefore(t *testing.T) {
	rows := heavy(1, 300)
	past, coming := rows[:270*dayHours], rows[270*dayHours:]
	fit := Fit(past)
	alone := fitTOWT(past, fit.weight)
	require.Equal(t, alone.Name(), fit.Model.Name())
	require.Less(t, Judge(fit.Model, coming).CVRMSE, 0.85*Judge(alone, coming).CVRMSE)
}

func TestTreesAreTheSameForTheSameHours(t *testing.T) {
	rows := heavy(2, 120)
	a, b := Fit(rows), Fit(rows)
	for _, r := range rows[:7*dayHours] {
		require.Equal(t, math.Float64bits(a.Model.Predict(r)), math.Float64bits(b.Model.Predict(r)))
	}
}

func TestAModelOfTheWeatherSaysNothingWithoutIt(t *testing.T) {
	rows := heavy(3, 120)
	fit := Fit(rows)
	require.Equal(t, TOWT, fit.Model.Name())
	r := rows[50]
	r.Temp = math.NaN()
	require.True(t, math.IsNaN(fit.Model.Predict(r)))
}
