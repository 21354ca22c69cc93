package baseline

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// withHolidays closes a building on every twentieth weekday, with a load towards of the way to its Sunday.
func withHolidays(rows []Row, towards float64) []Row {
	rows = append([]Row{}, rows...)
	for i, r := range rows {
		if r.Date%20 != 4 || r.Date%7 > 4 {
			continue
		}
		rows[i].Day = history.Holiday
		sunday := rows[i-i%dayHours+(6-r.Date%7)*dayHours+i%dayHours].Load
		rows[i].Load += towards * (sunday - r.Load)
	}
	return rows
}

// errorOn returns a model's mean error on days of a kind, as a share of their load.
func errorOn(m Model, rows []Row, kind history.DayKind) float64 {
	var missed, load float64
	for _, r := range rows {
		if r.Day == kind {
			missed, load = missed+m.Predict(r)-r.Load, load+r.Load
		}
	}
	return missed / load
}

func TestHolidaysAreWhatTheyWereOnThisMeter(t *testing.T) {
	rows := drifting(rand.New(rand.NewPCG(3, 5)), 300)
	for name, towards := range map[string]float64{"shut": 1, "half shut": 0.5, "open as ever": 0} {
		t.Run(name, func(t *testing.T) {
			marked := withHolidays(rows, towards)
			past, coming := marked[:240*dayHours], marked[240*dayHours:]
			require.InDelta(t, 0, errorOn(Fit(past).Model, coming, history.Holiday), 0.15)
		})
	}
	shut := withHolidays(rows, 1)
	unmarked := append([]Row{}, shut...)
	for i := range unmarked {
		unmarked[i].Day = history.Usual
	}
	m := Fit(unmarked[:240*dayHours]).Model
	require.Greater(t, m.Predict(unmarked[284*dayHours+12]), 2*shut[284*dayHours+12].Load, "without a calendar it is its weekday")
}

func TestAHolidayThatWasNeverSeenIsTakenForMostlyShut(t *testing.T) {
	rows := drifting(rand.New(rand.NewPCG(3, 6)), 120)
	m := Fit(rows).Model
	monday := rows[98*dayHours+12]
	holiday, sunday := monday, rows[97*dayHours+12]
	holiday.Day = history.Holiday
	require.Less(t, m.Predict(holiday), 0.6*m.Predict(monday))
	require.Greater(t, m.Predict(holiday), m.Predict(sunday)*0.9)
}

// TestWhatIsUsedRarelyIsExpected switches a load on in a few of many working hours.
func TestWhatIsUsedRarelyIsExpected(t *testing.T) {
	for _, oneIn := range []int{5, 10, 40} {
		chance := rand.New(rand.NewPCG(uint64(oneIn), 1))
		rows := drifting(chance, 240)
		used := 0.0
		for i := range rows {
			rows[i].Load = 0
			if hour := i % dayHours; hour >= 8 && hour < 20 && chance.IntN(oneIn) == 0 {
				rows[i].Load = 0.1
			}
			used += rows[i].Load
		}
		expected, _, _ := sums(Fit(rows).Model, rows)
		require.InDelta(t, used, expected, 0.1*used, "one in %d", oneIn)
	}
}

// TestFaultsDoNotBendTheFit puts a stuck meter, zeros and spikes into the history, and compares the predictions.
func TestFaultsDoNotBendTheFit(t *testing.T) {
	rows := drifting(rand.New(rand.NewPCG(9, 9)), 260)
	past, coming := rows[:200*dayHours], rows[200*dayHours:]
	clean, _, _ := sums(Fit(past).Model, coming)
	for name, spoil := range map[string]func(i int, r *Row){
		"spikes": func(i int, r *Row) {
			if i%97 == 0 {
				r.Load *= 100
			}
		},
		"stuck for a week": func(i int, r *Row) {
			if day := i / dayHours; day >= 100 && day < 107 {
				r.Load = 60
			}
		},
		"zeros for two days": func(i int, r *Row) {
			if day := i / dayHours; day >= 100 && day < 102 {
				r.Load = 0
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := append([]Row{}, past...)
			for i := range spoilt {
				spoil(i, &spoilt[i])
			}
			expected, _, _ := sums(Fit(spoilt).Model, coming)
			require.Less(t, math.Abs(expected/clean-1), 0.03, "%.0f in place of %.0f", expected, clean)
		})
	}
}
