package httpadvice

import (
	"context"
	"math"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/outlook"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerForecast(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getForecast", Method: http.MethodGet, Path: "/api/pronostico", Tags: []string{"advice"},
		Summary: "Pronóstico · Forecast",
		Description: "The expected use of a device or space in the next hours, computed from the measurements up to the last local midnight and, if available, the weather forecast. In the last weeks, `low` and `high` enclosed the measured value in eight of ten hours. " +
			"The answer also has the forecast for the current month (kWh, and the cost of energy only) and the risk of a new peak. If there is no forecast, `why` lists the reasons.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404, 422},
	}, h.forecast)
}

type forecastInput struct {
	ID    string `query:"id" required:"true" minLength:"1" maxLength:"64" doc:"The id of a device or space"`
	Hours int    `query:"hours" minimum:"1" maximum:"168" default:"24"`
	AsOfInput
}

// ForecastBody is a forecast, or the reasons why there is none.
type ForecastBody struct {
	ID      string         `json:"id"`
	Level   string         `json:"level"`
	From    string         `json:"from" format:"date-time" doc:"The current hour"`
	Hours   []ForecastHour `json:"hours" nullable:"false"`
	Weather string         `json:"weather,omitempty" enum:"forecast,recent,none" doc:"The outdoor temperature used. forecast: the forecast for the site (about eight days); recent: the last three days; none: no temperature was measured. Absent if there is no forecast"`
	CVRMSE  *float64       `json:"cvrmse" doc:"Error in the last weeks, with each day forecast at its midnight; if the weather forecast is used, computed with the actual weather"`
	N       int            `json:"n" doc:"Number of hours used to compute cvrmse"`
	Month   *ForecastMonth `json:"month,omitempty"`
	Peak    *ForecastPeak  `json:"peak,omitempty"`
	Message string         `json:"message"`
	Why     []string       `json:"why" nullable:"false" doc:"too_few_days, no_recent_data"`
	AsOf    string         `json:"as_of" format:"date-time" doc:"The instant for which the forecast was computed"`
	Pricing
}

// ForecastHour is the forecast for an hour.
type ForecastHour struct {
	Start string   `json:"start" format:"date-time"`
	KWh   float64  `json:"kwh"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
	Cost  float64  `json:"cost"`
}

// ForecastMonth is the forecast for the current month.
type ForecastMonth struct {
	Start         string   `json:"start" format:"date-time"`
	End           string   `json:"end" format:"date-time"`
	MeasuredKWh   float64  `json:"measured_kwh" doc:"Use in the month to date, as in /api/consumo/resumen"`
	KWh           float64  `json:"kwh" doc:"Expected use of the whole month"`
	Low           *float64 `json:"low"`
	High          *float64 `json:"high"`
	CostSoFar     float64  `json:"cost_so_far"`
	Cost          float64  `json:"cost"`
	CostLow       *float64 `json:"cost_low"`
	CostHigh      *float64 `json:"cost_high"`
	Currency      string   `json:"currency"`
	HoursMeasured int      `json:"hours_measured"`
	HoursMissing  int      `json:"hours_missing" doc:"Hours up to now without data; they add nothing to the forecast"`
}

// ForecastPeak is the month's highest quarter hour so far and the highest expected one.
type ForecastPeak struct {
	At         string   `json:"at" format:"date-time"`
	KW         float64  `json:"kw"`
	ExpectedAt *string  `json:"expected_at" format:"date-time"`
	ExpectedKW *float64 `json:"expected_kw"`
	HighKW     *float64 `json:"high_kw"`
	Risk       string   `json:"risk" enum:"unlikely,possible,likely" doc:"Risk that the coming week exceeds the month's peak. likely: the expected value exceeds it; possible: only the upper bound exceeds it; unlikely: neither does"`
}

type forecastOutput struct{ Body ForecastBody }

func (h *Handlers) forecast(ctx context.Context, in *forecastInput) (*forecastOutput, error) {
	f, err := h.Forecaster.ForecastAt(ctx, callerOf(ctx), in.ID, in.Hours, in.AsOf)
	if err != nil {
		return nil, err
	}
	body := ForecastBody{
		ID: f.Target.ID, Level: string(f.Target.Level), From: instant(f.From), AsOf: instant(f.At), Hours: []ForecastHour{}, Weather: string(f.Weather), CVRMSE: finite(f.CVRMSE, otherDecimals), N: f.Judged, Why: codesOf(f.Why),
		Message: text.Forecast(languageOf(ctx), outlookOf(f)),
	}
	for _, hour := range f.Hours {
		body.Hours = append(body.Hours, ForecastHour{
			Start: instant(hour.Start), KWh: rounded(hour.Expected, kwhDecimals), Low: finite(hour.Low, kwhDecimals), High: finite(hour.High, kwhDecimals), Cost: rounded(hour.Cost, moneyDecimals),
		})
	}
	if m := f.Month; m != nil {
		body.Pricing = pricingOf(m.Price.NamedTariff(), advice.Factor{})
		body.Month = &ForecastMonth{
			Start: instant(m.Start), End: instant(m.End), MeasuredKWh: rounded(m.Measured, kwhDecimals), KWh: rounded(m.Expected, kwhDecimals), Low: finite(m.Low, kwhDecimals), High: finite(m.High, kwhDecimals),
			CostSoFar: rounded(m.CostSoFar, moneyDecimals), Cost: rounded(m.Cost, moneyDecimals), CostLow: finite(m.CostLow, moneyDecimals), CostHigh: finite(m.CostHigh, moneyDecimals),
			Currency: m.Currency, HoursMeasured: m.HoursMeasured, HoursMissing: m.HoursNotCovered,
		}
	}
	body.Peak = peakOf(f.Peak)
	return &forecastOutput{Body: body}, nil
}

func peakOf(p *outlook.PeakForecast) *ForecastPeak {
	if p == nil {
		return nil
	}
	out := &ForecastPeak{At: instant(p.At), KW: rounded(p.KW, kwhDecimals), Risk: string(p.Risk)}
	if !p.ExpectedAt.IsZero() {
		at := instant(p.ExpectedAt)
		out.ExpectedAt, out.ExpectedKW, out.HighKW = &at, finite(p.ExpectedKW, kwhDecimals), finite(p.HighKW, kwhDecimals)
	}
	return out
}

// outlookOf returns the part of a forecast that its message needs.
func outlookOf(f outlook.Forecast) text.Outlook {
	var o text.Outlook
	if f.Month != nil {
		o = text.Outlook{Known: true, KWh: f.Month.Expected, Low: f.Month.Low, High: f.Month.High, Cost: f.Month.Cost, Currency: f.Month.Currency, Tariff: f.Month.Price.NamedTariff().Words()}
	}
	if f.Peak != nil {
		o.PeakKW, o.Risk, o.ExpectedKW, o.ExpectedAt = f.Peak.KW, string(f.Peak.Risk), f.Peak.ExpectedKW, f.Peak.ExpectedAt
	}
	o.Stale = len(f.Why) > 0 && f.Why[0] == outlook.NoRecentData
	return o
}

// finite returns the rounded number; nil for NaN and infinities.
func finite(v float64, decimals int) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = rounded(v, decimals)
	return &v
}
