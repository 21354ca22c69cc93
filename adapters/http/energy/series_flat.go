package httpenergy

import (
	"bufio"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// SeriesFormatInput selects a table, or rows, instead of nested JSON.
type SeriesFormatInput struct {
	Accept string `header:"Accept"`
	Format string `query:"format" enum:"json,csv,xlsx,flat" doc:"Overrides Accept, for links that cannot set a header. flat: a JSON array with a row for each step of each group, for Grafana's Infinity source, Power BI and pandas"`
}

func (in SeriesFormatInput) isFlat() bool { return in.Format == "flat" }

func (in SeriesFormatInput) sheet() string {
	if in.isFlat() {
		return ""
	}
	return SheetInput(in).sheet()
}

// flatStep is a step with the group that it belongs to. Every row has every column.
type flatStep struct {
	Time         instant    `json:"time" doc:"The start of the step"`
	ID           string     `json:"id" doc:"The space or device, or the key of the group if by is given"`
	Name         string     `json:"name"`
	KWh          *kwh       `json:"kwh" nullable:"true" doc:"null in a gap, as are the other figures"`
	EstimatedKWh *kwh       `json:"estimated_kwh" nullable:"true"`
	PeakKW       *kilowatts `json:"peak_kw" nullable:"true"`
	Cost         *amount    `json:"cost" nullable:"true"`
	Currency     *string    `json:"currency"`
	CO2Kg        *amount    `json:"co2_kg" nullable:"true"`
	Coverage     float64    `json:"coverage"`
}

func flatOf(s usage.Series, one step) flatStep {
	return flatStep{
		Time: one.Start, ID: s.Key, Name: s.Name, KWh: one.KWh, EstimatedKWh: one.EstimatedKWh, PeakKW: one.PeakKW,
		Cost: one.Cost, Currency: orNull(one.Currency), CO2Kg: one.CO2Kg, Coverage: one.Coverage,
	}
}

// streamFlat streams the rows of all series, one series after the other.
func streamFlat(all []usage.Series) *huma.StreamResponse {
	return httpserver.Stream("application/json", func(w *bufio.Writer) error {
		out := jsontext.NewEncoder(w, jsontext.AllowInvalidUTF8(true))
		return writeTokens(out, jsontext.BeginArray, func() error {
			for i := range all {
				if err := writeFlat(out, all[i]); err != nil {
					return err
				}
				all[i].Steps = nil // free the memory of what is written
			}
			return nil
		}, jsontext.EndArray)
	})
}

func writeFlat(out *jsontext.Encoder, s usage.Series) error {
	for steps := s.Steps; len(steps) > 0; {
		n := min(stepsAtOnce, len(steps))
		for _, one := range stepsOf(steps[:n], "") {
			if err := json.MarshalEncode(out, flatOf(s, one)); err != nil {
				return err
			}
		}
		steps = steps[n:]
	}
	return nil
}

// seriesAnswer documents nested JSON or flat rows.
func seriesAnswer(api *httpserver.API) *huma.Response {
	answer := httpserver.JSONResponse[SeriesBody](api, "The series; with format=flat an array of rows", sheetTypes...)
	rows := httpserver.JSONResponse[[]flatStep](api, "")
	content, flat := answer.Content["application/json"], rows.Content["application/json"].Schema
	flat.Nullable = false
	content.Schema = &huma.Schema{OneOf: []*huma.Schema{content.Schema, flat}}
	return answer
}
