package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// regular is a meter of so many days that is high in working hours.
func regular(days int) []baseline.Row {
	rows := make([]baseline.Row, days*hoursOfDay)
	for i := range rows {
		hour, day := i%hoursOfDay, i/hoursOfDay
		rows[i] = baseline.Row{WeekHour: i % baseline.WeekHours, Load: 20 + math.Mod(float64(i)*0.37, 1), Temp: 20 + 5*math.Sin(float64(hour)/4), Date: 19999 + day}
		if rows[i].WeekHour < 120 && hour >= 7 && hour < 20 {
			rows[i].Load += 40
		}
	}
	return rows
}

func TestWhatIsPutInIsKnownToTheKWh(t *testing.T) {
	rows := regular(600)
	from := 300 * hoursOfDay
	s := split{id: "a", name: "A"}
	spoilt, truth := inject(s, rows, from, 3)
	require.GreaterOrEqual(t, len(truth), 8)
	changed := make([]bool, len(rows))
	for n, one := range truth {
		if n > 0 {
			require.GreaterOrEqual(t, one.from-truth[n-1].to, clearHours-hoursOfDay)
		}
		sum := 0.0
		for i := one.from; i < one.to; i++ {
			changed[i] = true
			sum += spoilt[i].Load - rows[i].Load
		}
		if !one.kind.Fault() {
			require.Positive(t, one.kwh)
			require.InDelta(t, one.kwh, sum, 1e-6, one.kind)
		}
	}
	for i := range rows {
		if !changed[i] {
			require.Equal(t, rows[i], spoilt[i])
		}
	}
	again, same := inject(s, rows, from, 3)
	require.Equal(t, truth, same)
	require.Len(t, again, len(spoilt))
	_, other := inject(s, rows, from, 4)
	require.NotEqual(t, truth, other)
	_, none := inject(s, rows[:from+leastJudged-1], from, 3)
	require.Empty(t, none)
}

func TestFindingsAreMatchedOneToOne(t *testing.T) {
	found := func(kind anomaly.Kind, from, to int) anomaly.Finding {
		return anomaly.Finding{Kind: kind, From: from, To: to, Known: from + 24, KWh: 90}
	}
	r := run{
		truth: []putIn{{anomaly.StuckOn, 100, 200, 100}, {anomaly.PeakSpike, 400, 402, 10}, {anomaly.MeterGap, 600, 620, 0}},
		found: []anomaly.Finding{
			found(anomaly.StuckOn, 110, 190), found(anomaly.OffHours, 170, 210), // the second touches what has its finding
			found(anomaly.StuckOn, 500, 520), found(anomaly.StuckOn, 700, 720), // one of them is reported for the meter as it was
			found(anomaly.MeterGap, 600, 620),
		},
		clean: []anomaly.Finding{found(anomaly.StuckOn, 690, 715)},
	}
	g := judgeRuns([]run{r}, false)
	require.Equal(t, []int{2, 1, 1}, []int{g.putIn, g.right, g.wrong})
	require.InDelta(t, 0.5, g.precision, 1e-9)
	require.InDelta(t, 0.1, g.errorMedian, 1e-9)
	require.InDelta(t, 34, g.hoursMedian, 1e-9)
	require.InDelta(t, 1, judgeRuns([]run{r}, true).f1, 1e-9)
}

func TestScoresPartLabelledHours(t *testing.T) {
	area, best := parted([]scored{{3, true}, {2, false}, {2, true}, {1, false}})
	require.InDelta(t, 0.875, area, 1e-9)
	require.InDelta(t, 0.8, best, 1e-9)
}
