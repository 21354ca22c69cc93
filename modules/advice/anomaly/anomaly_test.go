package anomaly_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// campusMeter returns days of a building: working hours, weather, noise within a day and from day to day.
func campusMeter(days int, seed uint64) []baseline.Row {
	chance := rand.New(rand.NewPCG(seed, 11))
	start := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
	rows := make([]baseline.Row, 0, days*24)
	level, drift := 0.0, 0.0
	for i := range days * 24 {
		at := start.Add(time.Duration(i) * time.Hour)
		if i%24 == 0 {
			level = 0.5*level + 0.7*chance.NormFloat64()
		}
		drift = 0.8*drift + 0.5*chance.NormFloat64()
		weekHour := (int(at.Weekday())+6)%7*24 + at.Hour()
		temp := 24 + 4*math.Sin(float64(at.Hour()-8)/24*2*math.Pi) + chance.NormFloat64()
		load := 20 + level + drift + 0.3*chance.NormFloat64()
		if weekHour < 120 && at.Hour() >= 7 && at.Hour() < 20 {
			load += 40 + 1.5*max(0, temp-22)
		}
		rows = append(rows, baseline.Row{WeekHour: weekHour, Load: math.Round(load*100) / 100, Temp: temp, Date: int(at.Unix() / 86400)})
	}
	return rows
}

const judgedFrom = 250 * 24

// at returns the index of an hour of a judged day.
func at(day, hour int) int { return judgedFrom + day*24 + hour }

func detect(rows []baseline.Row) []anomaly.Finding { return anomaly.Detect(rows, judgedFrom) }

// only returns the single finding of a kind, which must overlap [from, to) by half.
func only(t *testing.T, found []anomaly.Finding, kind anomaly.Kind, from, to int) anomaly.Finding {
	t.Helper()
	var those []anomaly.Finding
	for _, f := range found {
		if f.From < to && f.To > from {
			those = append(those, f)
		}
	}
	require.Len(t, those, 1, "%v", found)
	f := those[0]
	require.Equal(t, kind, f.Kind)
	require.GreaterOrEqual(t, 2*(min(f.To, to)-max(f.From, from)), to-from)
	require.Greater(t, f.Known, f.From)
	return f
}

func TestACleanMeterIsLeftAlone(t *testing.T) {
	n := 0
	for seed := range uint64(6) {
		n += len(detect(campusMeter(340, seed)))
	}
	require.LessOrEqual(t, n, 4, "in eighteen months")
}

func TestWasteIsFoundWithItsKindSpanAndEnergy(t *testing.T) {
	for kind, c := range map[anomaly.Kind]struct {
		from, to int
		add      func(r baseline.Row) float64
		within   int // maximum hours until detection
	}{
		anomaly.OffHours: {at(20, 0), at(32, 0), func(r baseline.Row) float64 {
			if r.WeekHour < 120 && r.WeekHour%24 >= 7 && r.WeekHour%24 < 20 {
				return 0
			}
			return 12
		}, 48},
		anomaly.StuckOn: {at(20, 0), at(30, 0), func(baseline.Row) float64 { return 10 }, 72},
		anomaly.WeekendOn: {at(21, 0), at(23, 0), func(r baseline.Row) float64 {
			if r.WeekHour >= 120 && r.WeekHour%24 >= 7 && r.WeekHour%24 < 20 {
				return 40
			}
			return 0
		}, 48},
		anomaly.ScheduleShift: {at(23, 5), at(33, 0), func(r baseline.Row) float64 {
			if r.WeekHour < 120 && (r.WeekHour%24 == 5 || r.WeekHour%24 == 6) {
				return 40
			}
			return 0
		}, 48},
	} {
		t.Run(string(kind), func(t *testing.T) {
			rows := campusMeter(310, 3)
			sum := 0.0
			for i := c.from; i < c.to; i++ {
				sum += c.add(rows[i])
				rows[i].Load += c.add(rows[i])
			}
			f := only(t, detect(rows), kind, c.from, c.to)
			require.LessOrEqual(t, f.Known-c.from, c.within)
			require.InDelta(t, sum, f.KWh, 0.3*sum)
		})
	}
}

func TestASpikeIsKnownAtOnce(t *testing.T) {
	rows := campusMeter(310, 4)
	i := at(24, 11) // a Tuesday
	rows[i].Load += 40
	rows[i+1].Load += 40
	f := only(t, detect(rows), anomaly.PeakSpike, i, i+2)
	require.LessOrEqual(t, f.Known-i, 2)
	require.InDelta(t, 80, f.KWh, 12)
}

func TestFaultsOfTheDataAreNoWaste(t *testing.T) {
	for kind, spoil := range map[anomaly.Kind]func(r, first *baseline.Row){
		anomaly.MeterGap:   func(r, _ *baseline.Row) { r.Load = math.NaN() },
		anomaly.MeterZero:  func(r, _ *baseline.Row) { r.Load = 0 },
		anomaly.MeterStuck: func(r, first *baseline.Row) { r.Load = first.Load },
	} {
		t.Run(string(kind), func(t *testing.T) {
			rows := campusMeter(310, 5)
			from, to := at(20, 9), at(21, 15)
			first := rows[from]
			for i := from; i < to; i++ {
				spoil(&rows[i], &first)
			}
			f := only(t, detect(rows), kind, from, to)
			require.Equal(t, [2]int{from, to}, [2]int{f.From, f.To})
			require.LessOrEqual(t, f.Known-from, 6)
			require.Zero(t, f.KWh)
			require.True(t, kind.Fault())
		})
	}
}

// TestWhatIsKnownRestsOnThePastAlone cuts the rows at each finding's detection, and finds it again.
func TestWhatIsKnownRestsOnThePastAlone(t *testing.T) {
	rows := campusMeter(310, 3)
	for i := at(20, 0); i < at(30, 0); i++ {
		rows[i].Load += 10
	}
	rows[at(40, 11)].Load += 60
	for i := at(45, 3); i < at(45, 20); i++ {
		rows[i].Load = math.NaN()
	}
	found := detect(rows)
	require.Len(t, found, 3)
	for _, f := range found {
		cut := detect(rows[:f.Known])
		require.NotEmpty(t, cut, "%v", f)
		last := cut[len(cut)-1]
		require.Equal(t, f.Known, last.Known, "%v", f)
		require.InDelta(t, f.From, last.From, 3*24)
	}
}

func TestTooLittleToJudge(t *testing.T) {
	rows := campusMeter(310, 1)
	require.Empty(t, anomaly.Detect(nil, 0))
	require.Empty(t, anomaly.Detect(rows, 0))
	require.Empty(t, anomaly.Detect(rows, len(rows)))
	require.Empty(t, anomaly.Detect(rows[:30*24], 20*24))
	for i := range rows {
		rows[i].Load = 7
	}
	require.NotPanics(t, func() { detect(rows) })
	for i := range rows {
		rows[i].Load, rows[i].Temp = math.NaN(), math.NaN()
	}
	found := detect(rows)
	require.Len(t, found, 1)
	require.Equal(t, anomaly.MeterGap, found[0].Kind)
	require.True(t, found[0].Open)
}

func TestWhatStaysBecomesUsual(t *testing.T) {
	rows := campusMeter(250+120, 6)
	for i := at(10, 0); i < len(rows); i++ {
		rows[i].Load += 10
	}
	found := detect(rows)
	require.NotEmpty(t, found)
	require.InDelta(t, at(10, 0), found[0].From, 3*24)
	for _, f := range found {
		require.Less(t, f.From, at(90, 0), "%v", f)
		require.Less(t, f.To, at(90, 0), "%v", f)
	}
}

func TestAGapOfTheUsualKindIsNoEvent(t *testing.T) {
	rows := campusMeter(340, 2)
	silent := func(day, from, hours int) {
		for i := at(day, from); i < at(day, from)+hours; i++ {
			rows[i].Load = math.NaN()
		}
	}
	for day := -60; day < 60; day += 14 {
		silent(day, 2, 9) // every other Saturday
	}
	silent(24, 2, 40)
	silent(31, 12, 5)
	var gaps []anomaly.Finding
	for _, f := range detect(rows) {
		if f.Kind == anomaly.MeterGap {
			gaps = append(gaps, f)
		}
	}
	require.Len(t, gaps, 1, "the one that lasts longer than usual")
	require.Equal(t, at(24, 2), gaps[0].From)
}

func ExampleDetect() {
	rows := campusMeter(260, 1)
	for hour := at(3, 20); hour < at(5, 6); hour++ { // something stays on over two nights
		rows[hour].Load += 25
	}
	for hour := at(8, 0); hour < at(8, 6); hour++ {
		rows[hour].Load = math.NaN()
	}
	for _, f := range detect(rows) {
		day, hours := (f.From-judgedFrom)/24, f.To-f.From
		fmt.Println(f.Kind, "on day", day, "a fault of the data:", f.Kind.Fault(), "longer than a day:", hours > 24)
	}
	// Output:
	// offhours_base on day 3 a fault of the data: false longer than a day: true
	// meter_gap on day 8 a fault of the data: true longer than a day: false
}
