package outlook

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/forecast"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/inputs"
)

// MaxHours is the maximum length of a forecast: a week.
const MaxHours = advice.DaysPerWeek * advice.HoursPerDay

// staleDays is the maximum age of a target's last measurement for a forecast.
const staleDays = 7

// NoRecentData means that nothing was measured in the last week.
const NoRecentData baseline.Code = "no_recent_data"

// WeatherSource is the source of a forecast's outdoor temperature.
type WeatherSource string

// The sources: the weather forecast, continued with its last days; the weather of the last days; or none, since it was never measured.
const (
	WeatherForecast WeatherSource = "forecast"
	WeatherRecent   WeatherSource = "recent"
	WeatherNone     WeatherSource = "none"
)

// weatherDays is the number of local days for which a weather forecast is read, today included.
const weatherDays = 9

// Forecast is the predicted use of a device or space.
type Forecast struct {
	Target advice.Target
	// At is the instant of the forecast, From the hour that contains it, Hours the hours from there; empty if Why is set.
	At    time.Time
	From  time.Time
	Hours []ForecastHour
	// Weather is the source of its temperature; empty if there is no forecast.
	Weather WeatherSource
	// CVRMSE is the error of forecasts one day ahead in the last weeks, over Judged hours; NaN if there are none. It uses the measured
	// weather, since past weather forecasts are not stored.
	CVRMSE float64
	Judged int
	Month  *MonthForecast
	Peak   *PeakForecast
	Why    []baseline.Code
}

// ForecastHour is an hour's energy, kWh, and its cost. Eight of ten hours are between Low and High; NaN if too little is known.
type ForecastHour struct {
	Start               time.Time
	Expected, Low, High float64
	Cost                float64
}

// Forecast predicts a device's or space's next hours, at most MaxHours. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (forecaster *Forecaster) Forecast(ctx context.Context, caller advice.Caller, id string, hours int) (Forecast, error) {
	return forecaster.ForecastAt(ctx, caller, id, hours, time.Time{})
}

// ForecastAt is Forecast as of an instant; zero means now. Errors: ErrForbidden, ErrNotFound, ErrInvalid.
func (forecaster *Forecaster) ForecastAt(ctx context.Context, caller advice.Caller, id string, hours int, at time.Time) (Forecast, error) {
	if !caller.MayRead() {
		return Forecast{}, advice.ErrForbidden{}
	}
	if hours < 1 || hours > MaxHours {
		return Forecast{}, advice.ErrInvalid{Flaws: []advice.Flaw{{Field: "hours", Rule: "maximum", Args: map[string]any{"max": MaxHours}}}}
	}
	now, err := advice.AsOf(forecaster.clock, at)
	if err != nil {
		return Forecast{}, err
	}
	c, t, err := forecaster.directory.Target(ctx, caller, id)
	if err != nil {
		return Forecast{}, err
	}
	zone := c.Zone(c.SpaceOf(t))
	out := Forecast{Target: t, At: now, From: history.HourOf(now, zone).In(zone), CVRMSE: math.NaN()}
	w, found, err := forecaster.inputs.VisibleWindowAt(ctx, c, caller, t, now)
	switch {
	case err != nil:
		return out, err
	case !found:
		out.Why = []baseline.Code{baseline.TooFewDays}
		return out, nil
	case w.To.Before(out.From.AddDate(0, 0, -staleDays)):
		out.Why = []baseline.Code{NoRecentData}
		return out, nil
	}
	midnight := advice.MidnightOf(out.From, zone)
	rows, past, err := forecaster.inputs.Rows(ctx, c, t, w.From, out.From)
	if err != nil {
		return out, err
	}
	whole := int(midnight.Sub(past.Start) / time.Hour)
	monthEnd := time.Date(midnight.Year(), midnight.Month()+1, 1, 0, 0, 0, 0, zone)
	days := max(1+out.From.Add(time.Duration(hours)*time.Hour).Sub(midnight).Hours()/advice.HoursPerDay, monthEnd.Sub(midnight).Hours()/advice.HoursPerDay+1)
	rows = rows[:max(0, whole)]
	weather, coming, err := forecaster.comingRows(ctx, c, t, rows, out.From, int(days))
	if err != nil {
		return out, err
	}
	predicted, known := forecaster.cache.predict(rows, int(days), coming)
	if !known {
		out.Why = reasonsAgainst(rows)
		return out, nil
	}
	out.Weather = weather
	rates, err := forecaster.prices.Rates(ctx, c.SpaceOf(t), past.Start, midnight.AddDate(0, 0, int(days)))
	if err != nil {
		return out, err
	}
	out.CVRMSE, out.Judged = predicted.CVRMSE, predicted.Judged
	expected := comingHours(predicted, out.From, zone, rates)
	used, err := forecaster.monthUsed(ctx, c, caller, t, out)
	if err != nil {
		return out, err
	}
	out.Month = monthForecast(predicted, past, expected, out.From, used, rates)
	out.Peak = peakForecast(past, expected, out.From, used.month.PeakKW)
	out.Hours = expected[:min(hours, len(expected))]
	return out, nil
}

// comingRows returns the hours of a number of days from the last midnight, with their calendar and forecast temperatures.
func (forecaster *Forecaster) comingRows(ctx context.Context, c *campus.Campus, t advice.Target, past []baseline.Row, now time.Time, days int) (WeatherSource, []baseline.Row, error) {
	midnight := advice.MidnightOf(now, now.Location())
	h := history.New(midnight, midnight.AddDate(0, 0, days), now.Location())
	hours, _, err := forecaster.calendar.CalendarHours(ctx, c.SpaceOf(t), h.Start, h.End())
	if err != nil {
		return WeatherNone, nil, err
	}
	h.FillCalendar(hours)
	weather := WeatherNone
	if slices.ContainsFunc(past, func(r baseline.Row) bool { return !math.IsNaN(r.Temp) }) {
		weather, err = forecaster.fillWeather(ctx, c, t, h, now)
	}
	return weather, inputs.RowsOf(h), err
}

// fillWeather sets the forecast temperatures.
func (forecaster *Forecaster) fillWeather(ctx context.Context, c *campus.Campus, t advice.Target, h *history.History, now time.Time) (WeatherSource, error) {
	until := advice.Earliest(h.End(), h.Start.AddDate(0, 0, weatherDays))
	outdoor, err := forecaster.ambience.AmbientHours(ctx, c.SiteOf(c.SpaceOf(t)), h.Start, until)
	if err != nil {
		return WeatherNone, err
	}
	ahead := func(hour advice.AmbientHour) bool {
		return hour.Temperature != nil && !hour.Start.Before(now) && hour.Start.Before(until)
	}
	if !slices.ContainsFunc(outdoor, ahead) {
		return WeatherRecent, nil
	}
	h.FillOutdoor(advice.Temperatures(outdoor))
	return WeatherForecast, nil
}

// reasonsAgainst returns the reasons against a forecast, the same as for a baseline.
func reasonsAgainst(rows []baseline.Row) []baseline.Code {
	if why := baseline.Disqualified(rows); len(why) > 0 {
		return why
	}
	return []baseline.Code{baseline.TooFewDays}
}

// comingHours assigns a forecast to clock hours from an instant, and prices it. When clocks change, a repeated hour appears twice and a
// skipped hour is left out.
func comingHours(predicted forecast.Outlook, from time.Time, zone *time.Location, rates []advice.Rate) []ForecastHour {
	type clock struct{ date, hour int }
	by := make(map[clock]forecast.Hour, len(predicted.Hours))
	for _, h := range predicted.Hours {
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
		hours = append(hours, ForecastHour{Start: at, Expected: h.Expected, Low: h.Low, High: h.High, Cost: h.Expected * advice.RateAt(rates, at).Price})
	}
}

// PrepareForecasts computes the forecast of each site in advance, since training on a year takes a second. Cached forecasts are not
// computed again.
func (forecaster *Forecaster) PrepareForecasts(ctx context.Context) error {
	c, err := forecaster.directory.Campus(ctx)
	if err != nil {
		return err
	}
	const shown = advice.HoursPerDay
	var failed error
	for _, id := range c.Children("") {
		if ctx.Err() == nil {
			_, err := forecaster.Forecast(ctx, advice.Caller{Role: advice.Admin}, id, shown)
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
