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
		Description: "In the site's local time. A gap is null, never zero. Each step has its `coverage`, the measured share; the answer has the coverage of the whole range and the devices with gaps. With `by` there is one series per group, plus `unmetered` for the energy that a meter counted in excess of the devices behind it; together they add up to the total. " +
			"A range of more than a year is shortened to the measured time. An answer with too many steps is rejected with 400; if the server has no capacity now, it answers 503.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Light), Errors: []int{404},
		Responses: map[string]*huma.Response{"200": seriesAnswer(api)},
	}, h.series)
}

type seriesInput struct {
	RangeInput
	SeriesFormatInput
	Level  string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID     string `query:"id" maxLength:"64" doc:"The id of the space or device; optional if there is only one site"`
	Bucket string `query:"bucket" enum:"15m,hour,day,week,month" default:"day"`
	By     string `query:"by" enum:"device,room,building,kind"`
}

// step is one bucket. In a gap the pointers are null.
type step struct {
	Start        instant    `json:"start"`
	KWh          *kwh       `json:"kwh" nullable:"true"`
	EstimatedKWh *kwh       `json:"estimated_kwh" nullable:"true"`
	PeakKW       *kilowatts `json:"peak_kw" nullable:"true" doc:"Maximum mean power of a completely measured quarter hour"`
	Cost         *amount    `json:"cost" nullable:"true"`
	Currency     string     `json:"currency,omitempty"`
	CO2Kg        *amount    `json:"co2_kg" nullable:"true"`
	Coverage     float64    `json:"coverage" doc:"Measured share of the elapsed time, 0 to 1, of the devices in the total, weighted by the usual load of each device at that time"`
	Missing      []missing  `json:"missing,omitempty" doc:"In a summary: the devices with gaps, largest share first"`
	Excesses     []excess   `json:"excesses,omitempty" doc:"In unmetered: the meters that counted less than the devices behind them"`
}

// missing is a device that lacks measurements.
type missing struct {
	DeviceID string  `json:"device_id"`
	Name     string  `json:"name"`
	Share    float64 `json:"share" doc:"Share of all expected energy that is missing because of this device, 0 to 1; the expectation is the device's usual load at that time, or else its rated power"`
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
	KWh      kwh     `json:"kwh" doc:"Energy that the devices counted in excess of the meter"`
	Cause    string  `json:"cause" enum:"part_estimated,meter_stopped,within_accuracy,clocks_apart,not_behind,counted_twice" doc:"The most likely cause"`
	DeviceID *string `json:"device_id" doc:"The device that the cause concerns; null if it concerns no single device"`
	Message  string  `json:"message"`
}

func excessesOf(all []usage.Excess, language string) []excess {
	var out []excess
	for _, e := range all {
		out = append(out, excess{
			MeterID: string(e.Meter), KWh: kwh(e.Energy), Cause: string(e.Cause), DeviceID: orNull(string(e.Device)),
			Message: causeTexts[e.Cause].in(language),
		})
	}
	return out
}

// bilingual is a text in both languages.
type bilingual struct{ es, en string }

func (w bilingual) in(language string) string {
	if language == "en" {
		return w.en
	}
	return w.es
}

var causeTexts = map[usage.Cause]bilingual{
	usage.PartEstimated: {
		"Una parte se estimó por falta de lecturas: no es segura la hora en que se consumió.",
		"A part was estimated because readings are missing: the time of use is uncertain.",
	},
	usage.MeterStopped: {
		"El medidor no contó nada, pero los equipos conectados a él sí: revise su conexión.",
		"The meter counted nothing, but the devices behind it did: check its connection.",
	},
	usage.WithinAccuracy: {
		"La diferencia está dentro de la exactitud de los medidores.",
		"The difference is within the meters' accuracy.",
	},
	usage.ClocksApart: {
		"El paso anterior o siguiente compensa la diferencia: los relojes del medidor y de los equipos no coinciden.",
		"The next or previous step compensates the difference: the clocks of the meter and the devices do not agree.",
	},
	usage.NotBehind: {
		"Un solo equipo consumió más que el medidor: no está conectado a él, o su unidad o relación de transformación es incorrecta.",
		"A single device used more than the meter counted: it is not behind the meter, or its unit or transformer ratio is wrong.",
	},
	usage.CountedTwice: {
		"Los equipos suman más que el medidor: alguno no está conectado a él o se cuenta dos veces.",
		"The devices add up to more than the meter: a device is not behind it or is counted twice.",
	},
}

type group struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Items []step `json:"items"`
}

// SeriesBody is one series, or one series per group.
type SeriesBody struct {
	Coverage float64   `json:"coverage" doc:"Measured share of the elapsed part of the range, 0 to 1"`
	Missing  []missing `json:"missing" nullable:"false" doc:"The devices with gaps in the range, largest share first"`
	Items    []step    `json:"items,omitempty"`
	Series   []group   `json:"series,omitempty" doc:"One series per group, if by is given"`
	Pricing
}

// defaultSpan is the length of the range if the request has no from.
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
	all, coverage, p, err := h.Reports.SeriesWithPricing(ctx, callerOf(ctx), q)
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
	if in.isFlat() {
		return streamFlat(all), nil
	}
	if steps > streamedSteps {
		return streamSeries(all, coverage, p, in.By != "", httpserver.Language(ctx)), nil
	}
	return httpserver.JSON(seriesBody(all, coverage, p, in.By != "", httpserver.Language(ctx))), nil
}

// stepsPerWeight is how many steps take about a megabyte of memory while the answer is built. Above streamedSteps the JSON is streamed
// instead of built in memory.
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
