package outlook

import (
	"context"
	"math"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/forecast"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// MonthForecast is the current local month: its measured use, as in the overview, and its predicted total, kWh and money for energy alone.
type MonthForecast struct {
	Start, End                     time.Time
	Measured, Expected, Low, High  float64
	CostSoFar, Cost                float64
	CostLow, CostHigh              float64
	Currency                       string
	HoursMeasured, HoursNotCovered int
	// Price is the valid rate.
	Price advice.Rate
}

// MonthEnd returns the month of a device's or space's forecast as of an instant; nil if there is no forecast. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid.
func (forecaster *Forecaster) MonthEnd(ctx context.Context, caller advice.Caller, id string, at time.Time) (*MonthForecast, error) {
	f, err := forecaster.ForecastAt(ctx, caller, id, advice.HoursPerDay, at) // one day, as pages request, so that both use the same forecast
	return f.Month, err
}

// monthUsed is the use of the month until the instant of a forecast, and the use of the current hour.
type monthUsed struct{ month, hour advice.DayUse }

func (forecaster *Forecaster) monthUsed(ctx context.Context, c *campus.Campus, caller advice.Caller, t advice.Target, f Forecast) (used monthUsed, err error) {
	since := advice.Latest(time.Date(f.From.Year(), f.From.Month(), 1, 0, 0, 0, 0, f.From.Location()), c.MovedIn(t, caller.Space))
	if used.month, err = forecaster.consumption.Total(ctx, t, since, f.At); err == nil {
		used.hour, err = forecaster.consumption.Total(ctx, t, advice.Latest(f.From, since), f.At)
	}
	return used, err
}

// monthForecast adds the measured use of the month to the forecast of the rest. The measured part of the current hour is counted in the
// forecast of that hour.
func monthForecast(predicted forecast.Outlook, past *history.History, coming []ForecastHour, now time.Time, used monthUsed, rates []advice.Rate) *MonthForecast {
	zone := now.Location()
	start := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, zone)
	price := advice.RateAt(rates, now)
	m := &MonthForecast{Start: start, End: start.AddDate(0, 1, 0), Currency: price.Currency, Price: price, Measured: used.month.KWh, CostSoFar: used.month.Cost}
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
	total, low, high := predicted.Total(now.Hour(), lastDay)
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
