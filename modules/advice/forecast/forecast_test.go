package forecast_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/forecast"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// office returns days of load: high in working hours, with a temperature effect and noise that lasts a day.
func office(days int, seed uint64) []baseline.Row {
	chance := rand.New(rand.NewPCG(seed, 7))
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	rows := make([]baseline.Row, 0, days*24)
	level := 0.0
	for i := range days * 24 {
		at := start.Add(time.Duration(i) * time.Hour)
		if i%24 == 0 {
			level = 0.5*level + chance.NormFloat64()
		}
		weekHour := (int(at.Weekday())+6)%7*24 + at.Hour()
		temp := 22 + 5*math.Sin(float64(i%24)/24*2*math.Pi) + 2*chance.NormFloat64()
		load := 10 + level + chance.NormFloat64()
		if weekHour < 120 && at.Hour() >= 8 && at.Hour() < 18 {
			load += 20 + temp - 22
		}
		rows = append(rows, baseline.Row{WeekHour: weekHour, Load: load, Temp: temp, Date: int(at.Unix() / 86400)})
	}
	return rows
}

func TestForecastsSeeNothingOfWhatComes(t *testing.T) {
	rows := office(100, 1)
	from := rows[80*24].Date
	told := forecast.Replay(rows, from, forecast.WeatherUnknown)
	changed := append([]baseline.Row(nil), rows...)
	for i := 90 * 24; i < len(changed); i++ {
		changed[i].Load, changed[i].Temp = 500, 50
	}
	again := forecast.Replay(changed, from, forecast.WeatherUnknown)
	require.Len(t, told, 20*24)
	require.Equal(t, told[:11*24], again[:11*24], "up to the day that begins when the change does")
	require.NotEqual(t, told[12*24:], again[12*24:])
}

func TestBandsHoldEightOfTen(t *testing.T) {
	var inside, n float64
	for seed := range uint64(2) {
		rows := office(200, seed)
		for i, h := range forecast.Replay(rows, rows[140*24].Date, forecast.WeatherKnown) {
			load := rows[140*24+i].Load
			require.LessOrEqual(t, h.Low, h.High)
			n++
			if load >= h.Low && load <= h.High {
				inside++
			}
		}
	}
	require.InDelta(t, 0.8, inside/n, 0.05)
}

func TestForecastsBeatTheSameHourOfLastWeek(t *testing.T) {
	rows := office(200, 3)
	first := 150 * 24
	var told, naive float64
	for i, h := range forecast.Replay(rows, rows[first].Date, forecast.WeatherKnown) {
		told += math.Abs(rows[first+i].Load - h.Expected)
		naive += math.Abs(rows[first+i].Load - rows[first+i-7*24].Load)
	}
	require.Less(t, told, 0.8*naive)
}

func TestWhatIsToldAheadIsWhatAReplayTells(t *testing.T) {
	rows := office(120, 5)
	cut := 110 * 24
	told, known := forecast.Predict(rows[:cut], 3, nil)
	require.True(t, known)
	require.Len(t, told.Hours, 3*24)
	replayed := forecast.Replay(rows, rows[cut].Date, forecast.WeatherUnknown)
	require.Equal(t, replayed[:24], told.Hours[:24], "the first day is the same; the band rests on the same past")
	require.Greater(t, told.Judged, 1000)
	expected, low, high := told.Total(0, 2)
	require.Less(t, low, expected)
	require.Less(t, expected, high)
}

// TestOnlyTheTemperatureOfWhatComesIsSeen checks that a forecast with temperatures has the first day of a replay that knew the weather.
func TestOnlyTheTemperatureOfWhatComesIsSeen(t *testing.T) {
	rows := office(120, 5)
	cut := 110 * 24
	coming := append([]baseline.Row(nil), rows[cut:cut+4*24]...)
	told, known := forecast.Predict(rows[:cut], 3, coming)
	require.True(t, known)
	require.Equal(t, forecast.Replay(rows, rows[cut].Date, forecast.WeatherKnown)[:24], told.Hours[:24])
	for i := range coming {
		coming[i].Load = 500
	}
	again, _ := forecast.Predict(rows[:cut], 3, coming)
	require.Equal(t, told.Hours, again.Hours)

	untold, _ := forecast.Predict(rows[:cut], 3, nil)
	for i := range coming {
		coming[i].Temp = math.NaN()
	}
	again, _ = forecast.Predict(rows[:cut], 3, coming)
	require.Equal(t, untold.Hours, again.Hours, "hours of which no temperature is known say nothing")

	late, known := forecast.Predict(rows[:cut], 3, rows[cut+30:cut+48])
	require.True(t, known)
	require.Len(t, late.Hours, 3*24)
	early, _ := forecast.Predict(rows[:cut], 1, rows[cut-48:cut+24])
	require.Equal(t, told.Hours[:24], early.Hours[:24], "what lies before is known already")
}

func TestTooLittleIsNotToldFrom(t *testing.T) {
	gaps := office(60, 1)
	for i := range gaps {
		gaps[i].Load = math.NaN()
	}
	zero := office(60, 1)
	for i := range zero {
		zero[i].Load = 0
	}
	for name, rows := range map[string][]baseline.Row{"nothing": nil, "a day": office(1, 1), "three weeks": office(21, 1), "gaps": gaps, "zero": zero} {
		_, known := forecast.Predict(rows, 2, nil)
		require.False(t, known, name)
	}
}

func TestNoTemperatureAndHolesGiveNumbers(t *testing.T) {
	rows := office(90, 2)
	for i := range rows {
		rows[i].Temp = math.NaN()
		if i%50 < 7 || i > 86*24 {
			rows[i].Load = math.NaN()
		}
	}
	told, known := forecast.Predict(rows, 7, nil)
	require.True(t, known)
	for _, h := range told.Hours {
		require.False(t, math.IsNaN(h.Expected) || math.IsInf(h.Expected, 0))
		require.GreaterOrEqual(t, h.Expected, 0.0)
	}
}

func TestAConstantLoadIsToldAsItIs(t *testing.T) {
	rows := office(60, 2)
	for i := range rows {
		rows[i].Load = 3
	}
	told, known := forecast.Predict(rows, 2, nil)
	require.True(t, known)
	for _, h := range told.Hours {
		require.InDelta(t, 3, h.Expected, 1e-9)
	}
}

// TestHolidaysAreToldLikeSundays closes an office on some weekdays, and forecasts weeks with known holidays.
func TestHolidaysAreToldLikeSundays(t *testing.T) {
	rows := office(200, 3)
	for i := range rows {
		if day := i / 24; day%17 == 3 && day%7 < 5 {
			rows[i].Day = history.Holiday
			rows[i].Load = rows[max(0, i-(day%7+1)*24)].Load // the Sunday before
		}
	}
	const begin = 185 // a Wednesday; day 190 is a Monday and a holiday
	require.Equal(t, history.Holiday, rows[190*24].Day)
	coming := append([]baseline.Row{}, rows[begin*24:195*24]...)
	for i := range coming {
		coming[i].Load, coming[i].Temp = math.NaN(), math.NaN()
	}
	noon := func(coming []baseline.Row, day int) float64 {
		o, known := forecast.Predict(rows[:begin*24], 10, coming)
		require.True(t, known)
		return o.Hours[(day-begin)*24+12].Expected
	}
	require.InDelta(t, 10, noon(coming, 190), 6)
	require.InDelta(t, 30, noon(coming, 191), 6, "the day after is its weekday")
	require.InDelta(t, 30, noon(nil, 190), 6, "without a calendar it would be its weekday")
}
