package httpadvice

import (
	"bytes"
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/report"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
	"github.com/holotwin/holotwin/platform/sheet"
)

func (h *Handlers) registerMonth(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "monthlyReport", Method: http.MethodGet, Path: "/api/reportes/mensual", Tags: []string{"advice"},
		Summary:     "Informe mensual · Monthly report",
		Description: "A space's month as a PDF of one page: its days, the largest consumers, open recommendations and verified savings. `Accept: text/csv` returns the days as a table with all digits, so that they add up to the month.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Rendered), Errors: []int{404},
		Responses: map[string]*huma.Response{"200": {
			Description: "The month",
			Content: map[string]*huma.MediaType{
				"application/pdf": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
				"text/csv":        {Schema: &huma.Schema{Type: huma.TypeString}},
			},
		}},
	}, h.monthlyReport)
}

type monthInput struct {
	SpaceID string `query:"space_id" maxLength:"64" doc:"Default: the caller's own space, or the first site"`
	Month   string `query:"month" required:"true" maxLength:"7" example:"2026-05" doc:"YYYY-MM, in the site's time zone"`
	AsOfInput
	Accept string `header:"Accept"`
}

func (h *Handlers) monthlyReport(ctx context.Context, in *monthInput) (*fileOutput, error) {
	month, err := time.Parse("2006-01", in.Month)
	if err != nil {
		return nil, problem.Invalid(problem.Field{Field: "month", Rule: problem.Pattern, Params: map[string]any{"pattern": "YYYY-MM"}})
	}
	m, err := h.Reporter.MonthAt(ctx, callerOf(ctx), in.SpaceID, month.Year(), month.Month(), in.AsOf)
	if err != nil {
		return nil, err
	}
	name := `filename="` + m.Space.ID + "-" + in.Month
	if strings.Contains(in.Accept, "text/csv") {
		table, err := monthTable(m)
		return &fileOutput{ContentType: sheet.CSVType, ContentDisposition: "attachment; " + name + `.csv"`, Body: table}, err
	}
	pdf, err := h.Reporter.MonthPDF(ctx, languageOf(ctx), m)
	return &fileOutput{ContentType: "application/pdf", ContentDisposition: "inline; " + name + `.pdf"`, Body: pdf}, err
}

// peakDecimals keep a peak in kW exact to the mW.
const peakDecimals = 6

// coverageDecimals are the same as in the other answers with a coverage.
const coverageDecimals = 6

// monthTable returns the month's days as a CSV, one day per row.
func monthTable(m report.Month) ([]byte, error) {
	var out bytes.Buffer
	table, err := sheet.New("csv", &out, m.From.Location(), "date", "kwh", "cost", "currency", "co2_kg", "peak_kw", "coverage", "tariff", "tariff_year", "tariff_default", "emission_factor", "emission_factor_year")
	if err != nil {
		return nil, err
	}
	number := func(v float64, decimals int) sheet.Cell {
		return sheet.Number(strconv.FormatFloat(rounded(v, decimals), 'f', -1, 64))
	}
	for _, d := range m.Days {
		row := []sheet.Cell{sheet.Text(d.Start.In(m.From.Location()).Format(time.DateOnly)), {}, {}, {}, {}, {}, number(d.Coverage, coverageDecimals), {}, {}, {}, {}, {}}
		if d.Known {
			row[1], row[2], row[3], row[4] = sheet.Number(d.Exact.KWh), sheet.Number(d.Exact.Cost), sheet.Text(m.Currency), sheet.Number(d.Exact.CO2Kg)
			copy(row[7:], pricingCells(m.PriceOn(d.Start)))
		}
		if !math.IsNaN(d.PeakKW) {
			row[5] = number(d.PeakKW, peakDecimals)
		}
		if err := table.Row(row...); err != nil {
			return nil, err
		}
	}
	err = table.Close()
	return out.Bytes(), err
}

// pricingCells returns the cells for a day's tariff and emission factor.
func pricingCells(r advice.Rate) []sheet.Cell {
	year := func(n int) sheet.Cell {
		if n == 0 {
			return sheet.Cell{}
		}
		return sheet.Number(strconv.Itoa(n))
	}
	f := r.FootprintFactor
	return []sheet.Cell{
		sheet.Text(r.Tariff), year(r.NamedTariff().Year()), sheet.Text(strconv.FormatBool(r.Default)), sheet.Number(strconv.FormatFloat(f.KgPerKWh, 'f', -1, 64)), year(f.Year),
	}
}
