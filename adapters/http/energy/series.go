package httpenergy

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerSeries(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "series", Method: http.MethodGet, Path: "/api/consumo/serie", Tags: []string{"energy"},
		Summary: "Consumo en el tiempo · Consumption over time",
		Description: "In the site's local time. A gap is null, never zero; `coverage` says how much of the step was measured, and once more of the whole range, with the devices that lack something. With `by`, one series a group, and `unmetered` for what a meter counted beyond the devices behind it; their sums are the whole. " +
			"A range of more than a year is cut to what is measured. An answer of more steps than the bound is refused with 400, one for which there is no room just now with 503.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Light), Errors: []int{404},
		Responses: map[string]*huma.Response{"200": httpserver.JSONResponse[SeriesBody](api, "The series", sheetTypes...)},
	}, h.series)
}

type seriesInput struct {
	RangeInput
	SheetInput
	Level  string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID     string `query:"id" maxLength:"64" doc:"The space's or device's id; the only site may be left out"`
	Bucket string `query:"bucket" enum:"15m,hour,day,week,month" default:"day"`
	By     string `query:"by" enum:"device,room,building,kind"`
}

// step is one bucket. Pointers are null in a gap.
type step struct {
	Start        instant    `json:"start"`
	KWh          *kwh       `json:"kwh" nullable:"true"`
	EstimatedKWh *kwh       `json:"estimated_kwh" nullable:"true"`
	PeakKW       *kilowatts `json:"peak_kw" nullable:"true" doc:"Greatest mean power of a wholly measured quarter hour"`
	Cost         *amount    `json:"cost" nullable:"true"`
	Currency     string     `json:"currency,omitempty"`
	CO2Kg        *amount    `json:"co2_kg" nullable:"true"`
	Coverage     float64    `json:"coverage" doc:"Measured part of the time that has passed, 0 to 1: of the devices that the total is made of, weighed by what each usually draws at that time"`
	Missing      []missing  `json:"missing,omitempty" doc:"In a summary: the devices that lack something, the greatest share first"`
	Excesses     []excess   `json:"excesses,omitempty" doc:"Of unmetered: the meters that counted less than the devices behind them"`
}

// missing is a device that lacks measurements.
type missing struct {
	DeviceID string  `json:"device_id"`
	Name     string  `json:"name"`
	Share    float64 `json:"share" doc:"Part of all expected energy that is missing here, 0 to 1: the device's own usual at that time, else its rated power"`
}

func missingOf(all []usage.Missing) []missing {
	out := make([]missing, len(all))
	for i, m := range all {
		out[i] = missing{DeviceID: string(m.Device), Name: m.Name, Share: m.Share}
	}
	return out
}

// excess is a meter that counted less than the devices behind it.
type excess struct {
	MeterID  string  `json:"meter_id"`
	KWh      kwh     `json:"kwh" doc:"What the devices counted beyond the meter"`
	Cause    string  `json:"cause" enum:"part_estimated,meter_stopped,within_accuracy,clocks_apart,not_behind,counted_twice" doc:"The likeliest"`
	DeviceID *string `json:"device_id" doc:"The device that the cause is about; null where it is about none"`
	Message  string  `json:"message"`
}

func excessesOf(all []usage.Excess, language string) []excess {
	var out []excess
	for _, e := range all {
		out = append(out, excess{
			MeterID: string(e.Meter), KWh: kwh(e.Energy), Cause: string(e.Cause), DeviceID: orNull(string(e.Device)),
			Message: causeWords[e.Cause].in(language),
		})
	}
	return out
}

// words are a text in both languages.
type words struct{ es, en string }

func (w words) in(language string) string {
	if language == "en" {
		return w.en
	}
	return w.es
}

var causeWords = map[usage.Cause]words{
	usage.PartEstimated: {
		"Una parte se estimó por falta de lecturas: la hora en que se usó no es segura.",
		"A part was filled in for want of readings: when it was used is not certain.",
	},
	usage.MeterStopped: {
		"El medidor no contó nada mientras los equipos tras él sí: revise su conexión.",
		"The meter counted nothing while the devices behind it did: check its connection.",
	},
	usage.WithinAccuracy: {
		"La diferencia cabe en la exactitud de los medidores.",
		"The difference is within the meters' accuracy.",
	},
	usage.ClocksApart: {
		"El paso vecino lo compensa: los relojes del medidor y de los equipos no coinciden.",
		"The step beside it makes up for it: the clocks of the meter and the devices do not agree.",
	},
	usage.NotBehind: {
		"Un solo equipo usó más que el medidor: no está tras él, o su unidad o relación de transformación es errada.",
		"One device alone used more than the meter: it is not behind it, or its unit or transformer ratio is wrong.",
	},
	usage.CountedTwice: {
		"Los equipos suman más que el medidor: alguno no está tras él o se cuenta dos veces.",
		"The devices add up to more than the meter: one of them is not behind it or is counted twice.",
	},
}

type group struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Items []step `json:"items"`
}

// SeriesBody is one series, or one a group.
type SeriesBody struct {
	Coverage float64   `json:"coverage" doc:"Of the whole range, as far as it has passed, 0 to 1"`
	Missing  []missing `json:"missing" nullable:"false" doc:"The devices that lack something in the range, the greatest share first"`
	Items    []step    `json:"items,omitempty"`
	Series   []group   `json:"series,omitempty" doc:"One a group, where by is given"`
	Pricing
}

// defaultSpan is what a series covers that does not say from when.
const defaultSpan = 7 * 24 * time.Hour

func (h *Handlers) series(ctx context.Context, in *seriesInput) (*huma.StreamResponse, error) {
	from, to, err := in.spanBefore(ctx, h, defaultSpan, in.ID)
	if err != nil {
		return nil, err
	}
	q, steps, err := h.Reports.Plan(ctx, callerOf(ctx), usage.Query{
		Level: campus.Level(in.Level), ID: in.ID, From: from, To: to, Bucket: usage.Bucket(in.Bucket), By: usage.Grouping(in.By),
	})
	if err != nil {
		return nil, err
	}
	if err := httpserver.Reserve(ctx, seriesWeight(steps, in.sheet())); err != nil {
		return nil, err
	}
	all, coverage, p, err := h.Reports.SeriePriced(ctx, callerOf(ctx), q)
	if err != nil {
		return nil, err
	}
	if format := in.sheet(); format != "" {
		zone, err := h.zoneOf(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return h.seriesSheet(ctx, zone, all, p, format), nil
	}
	if steps > streamedSteps {
		return streamSeries(all, coverage, p, in.By != "", httpserver.Language(ctx)), nil
	}
	return httpserver.JSON(seriesBody(all, coverage, p, in.By != "", httpserver.Language(ctx))), nil
}

// stepsPerWeight is how many steps take about a megabyte while they are answered; of more than streamedSteps the JSON is
// written as it is made.
const (
	stepsPerWeight = 3000
	streamedSteps  = 2000
)

func seriesWeight(steps int, format string) int {
	weight := httpserver.Light + steps/stepsPerWeight
	if format != "" {
		weight += sheetWeight
	}
	return weight
}

func seriesBody(all []usage.Series, coverage usage.Coverage, p tariffs.Pricing, grouped bool, language string) SeriesBody {
	out := SeriesBody{Coverage: coverage.Measured, Missing: missingOf(coverage.Missing), Pricing: pricingOf(p)}
	if !grouped {
		out.Items = stepsOf(all[0].Steps, language)
		return out
	}
	out.Series = make([]group, len(all))
	for i, s := range all {
		out.Series[i] = group{Key: s.Key, Name: s.Name, Items: stepsOf(s.Steps, language)}
	}
	return out
}

func stepsOf(steps []usage.Step, language string) []step {
	out := make([]step, len(steps))
	for i, s := range steps {
		out[i] = step{Start: instant(s.Start), Coverage: s.Coverage, Excesses: excessesOf(s.Excesses, language)}
		if len(s.Missing) > 0 {
			out[i].Missing = missingOf(s.Missing)
		}
		if !s.Known {
			continue
		}
		out[i].KWh, out[i].EstimatedKWh = pointer(kwh(s.Energy)), pointer(kwh(s.Estimated))
		out[i].Cost, out[i].CO2Kg, out[i].Currency = &amount{s.Charge.Cost}, &amount{s.Charge.CO2}, s.Charge.Currency
		if s.PeakKnown {
			out[i].PeakKW = pointer(kilowatts(s.Peak))
		}
	}
	return out
}
