package advice

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/forecast"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// MostHoursAhead is how far a forecast reaches: a week.
const MostHoursAhead = DaysPerWeek * HoursPerDay

// staleDays are how long ago a target may last have been measured to be told anything of its future.
const staleDays = 7

// NoRecentData says that nothing was measured in the last week.
const NoRecentData baseline.Code = "no_recent_data"

// PeakRisk is how likely the coming week is to make a new monthly peak.
type PeakRisk string

// The risks: below the peak with its band, within the band, and above it as expected.
const (
	PeakUnlikely PeakRisk = "unlikely"
	PeakPossible PeakRisk = "possible"
	PeakLikely   PeakRisk = "likely"
)

// WeatherAhead is the outdoor temperature that a forecast rests on.
type WeatherAhead string

// What there is: the weather that is forecast, as far as that reaches and its last days beyond; the weather of the last days;
// or none was ever measured.
const (
	WeatherForecast WeatherAhead = "forecast"
	WeatherRecent   WeatherAhead = "recent"
	WeatherNone     WeatherAhead = "none"
)

// weatherDays are the local days that a weather forecast is looked for in, today's among them.
const weatherDays = 9

// Forecast is what a device or space is expected to use.
type Forecast struct {
	Target Target
	// At is the instant of which it is told. From is the hour that ran then, Hours those from it on. Empty where Why says so.
	At    time.Time
	From  time.Time
	Hours []ForecastHour
	// Weather is what it rests on; empty where nothing is told.
	Weather WeatherAhead
	// CVRMSE is how well the last weeks would have been told a day ahead, on Judged hours; NaN where nothing was. With forecast
	// weather it is how well with the weather as it came, since what was forecast of it then is not kept.
	CVRMSE float64
	Judged int
	Month  *MonthAhead
	Peak   *PeakAhead
	Why    []baseline.Code
}

// ForecastHour is an hour's energy, kWh, and what it costs; Low and High bound it in eight of ten cases, NaN where too little
// is known.
type ForecastHour struct {
	Start               time.Time
	Expected, Low, High float64
	Cost                float64
}

// MonthAhead is the local month that runs: what was measured of it, as the overview tells it, and what it will come to, kWh and
// money for energy alone.
type MonthAhead struct {
	Start, End                     time.Time
	Measured, Expected, Low, High  float64
	CostSoFar, Cost                float64
	CostLow, CostHigh              float64
	Currency                       string
	HoursMeasured, HoursNotCovered int
	// Price is the tariff that holds.
	Price Rate
}

// PeakAhead is the month's highest quarter hour so far, kW, in the hour At, and the highest that is expected in its hours to come.
type PeakAhead struct {
	At         time.Time
	KW         float64
	ExpectedAt time.Time
	// HighKW is the upper end of the band of the highest quarter hour to come.
	ExpectedKW, HighKW float64
	Risk               PeakRisk
}

// Forecast tells a device's or space's next hours, at most MostHoursAhead. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (a *Advisor) Forecast(ctx context.Context, caller Caller, id string, hours int) (Forecast, error) {
	return a.ForecastAt(ctx, caller, id, hours, time.Time{})
}

// ForecastAt is Forecast as it is told at an instant; zero is now. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (a *Advisor) ForecastAt(ctx context.Context, caller Caller, id string, hours int, at time.Time) (Forecast, error) {
	if !caller.MayRead() {
		return Forecast{}, ErrForbidden{}
	}
	if hours < 1 || hours > MostHoursAhead {
		return Forecast{}, ErrInvalid{[]Flaw{{Field: "hours", Rule: "maximum", Args: map[string]any{"max": MostHoursAhead}}}}
	}
	now, err := AsOf(a.Clock, at)
	if err != nil {
		return Forecast{}, err
	}
	c, t, err := a.Directory.Target(ctx, caller, id)
	if err != nil {
		return Forecast{}, err
	}
	zone := c.Zone(c.SpaceOf(t))
	out := Forecast{Target: t, At: now, From: history.HourOf(now, zone).In(zone), CVRMSE: math.NaN()}
	w, found, err := a.windowSeenAt(ctx, c, caller, t, now)
	switch {
	case err != nil:
		return out, err
	case !found:
		out.Why = []baseline.Code{baseline.TooFewDays}
		return out, nil
	case w.to.Before(out.From.AddDate(0, 0, -staleDays)):
		out.Why = []baseline.Code{NoRecentData}
		return out, nil
	}
	midnight := MidnightOf(out.From, zone)
	rows, past, err := a.rowsBetween(ctx, c, t, w.from, out.From)
	if err != nil {
		return out, err
	}
	whole := int(midnight.Sub(past.Start) / time.Hour)
	monthEnd := time.Date(midnight.Year(), midnight.Month()+1, 1, 0, 0, 0, 0, zone)
	days := max(1+out.From.Add(time.Duration(hours)*time.Hour).Sub(midnight).Hours()/HoursPerDay, monthEnd.Sub(midnight).Hours()/HoursPerDay+1)
	rows = rows[:max(0, whole)]
	weather, coming, err := a.comingRows(ctx, c, t, rows, out.From, int(days))
	if err != nil {
		return out, err
	}
	told, known := a.outlooks.ahead(rows, int(days), coming)
	if !known {
		out.Why = whyUntold(rows)
		return out, nil
	}
	out.Weather = weather
	rates, err := a.Prices.Rates(ctx, c.SpaceOf(t), past.Start, midnight.AddDate(0, 0, int(days)))
	if err != nil {
		return out, err
	}
	out.CVRMSE, out.Judged = told.CVRMSE, told.Judged
	expected := comingHours(told, out.From, zone, rates)
	used, err := a.monthUsed(ctx, c, caller, t, out)
	if err != nil {
		return out, err
	}
	out.Month = monthAhead(told, past, expected, out.From, used, rates)
	out.Peak = peakAhead(past, expected, out.From, used.month.PeakKW)
	out.Hours = expected[:min(hours, len(expected))]
	return out, nil
}

// comingRows are the hours of so many days from the last midnight on, with what the calendar says of them and the temperatures
// that are forecast.
func (a *Advisor) comingRows(ctx context.Context, c *Campus, t Target, past []baseline.Row, now time.Time, days int) (WeatherAhead, []baseline.Row, error) {
	midnight := MidnightOf(now, now.Location())
	h := history.New(midnight, midnight.AddDate(0, 0, days), now.Location())
	hours, _, err := a.Calendar.CalendarHours(ctx, c.SpaceOf(t), h.Start, h.End())
	if err != nil {
		return WeatherNone, nil, err
	}
	h.FillCalendar(hours)
	weather := WeatherNone
	if slices.ContainsFunc(past, func(r baseline.Row) bool { return !math.IsNaN(r.Temp) }) {
		weather, err = a.weatherAhead(ctx, c, t, h, now)
	}
	return weather, rowsOf(h), err
}

// weatherAhead enters the temperatures that are forecast.
func (a *Advisor) weatherAhead(ctx context.Context, c *Campus, t Target, h *history.History, now time.Time) (WeatherAhead, error) {
	until := Earliest(h.End(), h.Start.AddDate(0, 0, weatherDays))
	outdoor, err := a.Ambience.AmbientHours(ctx, c.SiteOf(c.SpaceOf(t)), h.Start, until)
	if err != nil {
		return WeatherNone, err
	}
	ahead := func(hour AmbientHour) bool {
		return hour.Temperature != nil && !hour.Start.Before(now) && hour.Start.Before(until)
	}
	if !slices.ContainsFunc(outdoor, ahead) {
		return WeatherRecent, nil
	}
	h.FillOutdoor(Temperatures(outdoor))
	return WeatherForecast, nil
}

// whyUntold is the reason that a baseline would give as well.
func whyUntold(rows []baseline.Row) []baseline.Code {
	if why := baseline.Disqualified(rows); len(why) > 0 {
		return why
	}
	return []baseline.Code{baseline.TooFewDays}
}

// comingHours places what is told on the clock, from an instant on, and prices it. An hour that the clock repeats is told
// twice, one that it leaves out not at all.
func comingHours(told forecast.Outlook, from time.Time, zone *time.Location, rates []Rate) []ForecastHour {
	type clock struct{ date, hour int }
	by := make(map[clock]forecast.Hour, len(told.Hours))
	for _, h := range told.Hours {
		by[clock{h.Date, h.Clock}] = h
	}
	var hours []ForecastHour
	for at := from; ; at = at.Add(time.Hour) {
		local := at.In(zone)
		h, known := by[clock{history.DateOf(local), local.Hour()}]
		if !known {
			return hours
		}
		if math.IsNaN(h.Expected) {
			continue
		}
		hours = append(hours, ForecastHour{Start: at, Expected: h.Expected, Low: h.Low, High: h.High, Cost: h.Expected * RateAt(rates, at).Price})
	}
}

// monthUsed is what was used in the month until the instant of a forecast, and in the hour that runs.
type monthUsed struct{ month, hour DayUse }

func (a *Advisor) monthUsed(ctx context.Context, c *Campus, caller Caller, t Target, f Forecast) (used monthUsed, err error) {
	since := Latest(time.Date(f.From.Year(), f.From.Month(), 1, 0, 0, 0, 0, f.From.Location()), c.MovedIn(t, caller.Space))
	if used.month, err = a.Consumption.Total(ctx, t, since, f.At); err == nil {
		used.hour, err = a.Consumption.Total(ctx, t, Latest(f.From, since), f.At)
	}
	return used, err
}

// monthAhead adds what was measured of the month to what is told of the rest; what was measured of the hour that runs is part of
// what is told of that hour.
func monthAhead(told forecast.Outlook, past *history.History, coming []ForecastHour, now time.Time, used monthUsed, rates []Rate) *MonthAhead {
	zone := now.Location()
	start := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, zone)
	price := RateAt(rates, now)
	m := &MonthAhead{Start: start, End: start.AddDate(0, 1, 0), Currency: price.Currency, Price: price, Measured: used.month.KWh, CostSoFar: used.month.Cost}
	for i, h := range past.Hours {
		if past.At(i).Before(start) {
			continue
		}
		if !h.Known() {
			m.HoursNotCovered++
			continue
		}
		m.HoursMeasured++
	}
	var rest float64
	for _, h := range coming {
		switch {
		case !h.Start.Before(m.End):
		case h.Start.Equal(now):
			rest += max(0, h.Expected-used.hour.KWh)
			m.Cost += max(0, h.Cost-used.hour.Cost)
		default:
			rest += h.Expected
			m.Cost += h.Cost
		}
	}
	lastDay := history.DateOf(m.End.AddDate(0, 0, -1)) - history.DateOf(now)
	total, low, high := told.Total(now.Hour(), lastDay)
	m.Expected, m.Low, m.High = m.Measured+rest, math.NaN(), math.NaN()
	m.Cost += m.CostSoFar
	m.CostLow, m.CostHigh = math.NaN(), math.NaN()
	if total > 0 && !math.IsNaN(low) {
		restCost := m.Cost - m.CostSoFar
		m.Low, m.High = m.Measured+rest*low/total, m.Measured+rest*high/total
		m.CostLow, m.CostHigh = m.CostSoFar+restCost*low/total, m.CostSoFar+restCost*high/total
	}
	return m
}

// peakAhead compares the month's peak, as the overview tells it, with the highest quarter hours expected in the coming week: hours are
// told, and their highest quarter hour lies above them as it did in the high hours before. Nil in a month of which no quarter hour was
// wholly measured.
func peakAhead(past *history.History, coming []ForecastHour, now time.Time, told float64) *PeakAhead {
	start := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	if math.IsNaN(told) || told <= 0 {
		return nil
	}
	p := PeakAhead{KW: told, At: peakHour(past, start, now, told)}
	p.Risk = PeakUnlikely
	above := peakOverHour(past)
	for _, h := range coming[:min(len(coming), MostHoursAhead)] {
		if !h.Start.Before(start.AddDate(0, 1, 0)) {
			break
		}
		expected, high := above*h.Expected, above*h.High
		if expected > p.ExpectedKW {
			p.ExpectedAt, p.ExpectedKW, p.HighKW = h.Start, expected, high
		}
		switch {
		case expected > p.KW:
			p.Risk = PeakLikely
		case high > p.KW && p.Risk == PeakUnlikely:
			p.Risk = PeakPossible
		}
	}
	return &p
}

// peakHour is the hour since an instant that held the highest quarter hour, of told kW, or was the highest where none was measured
// by itself; the hour that runs where no earlier one was as high.
func peakHour(past *history.History, since, running time.Time, told float64) (at time.Time) {
	const same = 1e-6 // an hour's figures are kept to this, kW
	var quarter, mean float64
	found := false
	for i, h := range past.Hours {
		if !h.Known() || past.At(i).Before(since) {
			continue
		}
		switch {
		case h.PeakKW > quarter:
			quarter, at, found = h.PeakKW, past.At(i), true
		case !found && h.KW > mean:
			mean, at = h.KW, past.At(i)
		}
	}
	if at.IsZero() || found && quarter < told-same {
		return running
	}
	return at
}

// peakOverHour is how far above its mean the highest quarter hour of an hour lay, as a ratio: the median of the highest tenth of
// the last weeks' hours.
func peakOverHour(past *history.History) float64 {
	const recentHours, high = 28 * 24, 0.9
	recent := past.Cut(max(0, len(past.Hours)-recentHours), len(past.Hours))
	bar := history.Percentile(recent.Powers(history.Hour.Known), high)
	var ratios []float64
	for _, h := range recent.Hours {
		if h.Known() && h.KW > 0 && h.KW >= bar {
			ratios = append(ratios, h.Highest()/h.KW)
		}
	}
	if len(ratios) == 0 {
		return 1
	}
	return max(1, history.Median(ratios))
}
