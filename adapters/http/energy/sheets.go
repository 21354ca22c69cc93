package httpenergy

import (
	"bufio"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/sheet"
)

// sheetTypes are the media types of the tables that a route offers in addition to JSON.
var sheetTypes = []string{"text/csv", sheet.XLSXType}

// SheetInput selects a table instead of JSON.
type SheetInput struct {
	Accept string `header:"Accept"`
	Format string `query:"format" enum:"json,csv,xlsx" doc:"Overrides Accept, for links that cannot set a header"`
}

// sheet returns the requested table format; empty for JSON.
func (in SheetInput) sheet() string {
	switch {
	case in.Format == "json":
		return ""
	case in.Format != "":
		return in.Format
	case strings.Contains(in.Accept, sheet.XLSXType):
		return "xlsx"
	case strings.Contains(in.Accept, "text/csv"):
		return "csv"
	}
	return ""
}

// sheetWeight is the weight of a table. It does not depend on the length, because rows are written as they are read.
const sheetWeight = httpserver.Table

// streamTable streams rows as a file.
func (h *Handlers) streamTable(zone *time.Location, name, format string, titles []string, rows func(sheet.Writer) error) *huma.StreamResponse {
	media := sheet.CSVType
	if format == "xlsx" {
		media = sheet.XLSXType
	}
	return httpserver.Download(media, name+"."+format, func(w *bufio.Writer) error {
		out, err := sheet.New(format, w, zone, titles...)
		if err != nil {
			return err
		}
		if err := rows(out); err != nil {
			return err
		}
		return out.Close()
	})
}

// titlesOf returns a table's column titles: field names in a CSV, so that it can be uploaded again, and words in an XLSX.
func titlesOf(ctx context.Context, format string, members []string, titles map[string]bilingual) []string {
	if format == "csv" {
		return members
	}
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = titles[m].in(httpserver.Language(ctx))
	}
	return out
}

var readingColumns = []string{"device_id", "timestamp", "kwh", "interval_s", "register_kwh", "power_w", "kvarh", "register_kvarh"}

var columnTexts = map[string]bilingual{
	"device_id": {"Dispositivo", "Device"}, "timestamp": {"Instante (hora local)", "Instant (local time)"}, "kwh": {"kWh", "kWh"},
	"interval_s": {"Intervalo (s)", "Interval (s)"}, "register_kwh": {"Registro (kWh)", "Register (kWh)"}, "power_w": {"Potencia (W)", "Power (W)"},
	"kvarh": {"kvarh", "kvarh"}, "register_kvarh": {"Registro (kvarh)", "Register (kvarh)"},
	"start": {"Inicio (hora local)", "Start (local time)"}, "key": {"Clave", "Key"}, "name": {"Nombre", "Name"},
	"estimated_kwh": {"kWh estimados", "Estimated kWh"}, "peak_kw": {"Pico (kW)", "Peak (kW)"}, "cost": {"Costo", "Cost"},
	"currency": {"Moneda", "Currency"}, "co2_kg": {"CO2 (kg)", "CO2 (kg)"}, "coverage": {"Cobertura", "Coverage"},
	"tariff": {"Tarifa", "Tariff"}, "tariff_year": {"Año de la tarifa", "Year of the tariff"}, "tariff_default": {"Tarifa de referencia", "Reference tariff"},
	"emission_factor": {"Factor de emisión (kg/kWh)", "Emission factor (kg/kWh)"}, "emission_factor_year": {"Año del factor", "Year of the factor"},
}

// readingSheet streams all readings of the query, with one page in memory at a time.
func (h *Handlers) readingSheet(ctx context.Context, q ledger.ReadingsQuery, format string) (*huma.StreamResponse, error) {
	const rowsPerPage = 5000
	q.Limit = rowsPerPage
	caller := callerOf(ctx)
	page, err := h.Ledger.List(ctx, caller, q)
	if err != nil {
		return nil, err
	}
	zone, err := h.zoneOf(ctx, string(q.Device), string(q.Space))
	if err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	show := h.showReadings(ctx)
	return h.streamTable(zone, "consumo", format, titlesOf(ctx, format, readingColumns, columnTexts), func(out sheet.Writer) error {
		for {
			for _, r := range page {
				if err := out.Row(readingRow(show(r))...); err != nil {
					return err
				}
			}
			if len(page) < q.Limit {
				return nil
			}
			if err := httpserver.CheckRights(ctx); err != nil {
				return err
			}
			q.After = page[len(page)-1].Key()
			if page, err = h.Ledger.List(ctx, caller, q); err != nil {
				return err
			}
		}
	}), nil
}

// readingRow returns a reading's cells in the order of readingColumns.
func readingRow(r reading) []sheet.Cell {
	row := make([]sheet.Cell, len(readingColumns))
	row[0], row[1] = sheet.Text(string(r.of.Device)), sheet.Instant(r.of.At.Time())
	for _, figure := range r.of.Figures(r.measures) {
		if column := slices.Index(readingColumns, figure.Name); column >= 0 {
			row[column] = sheet.Number(figure.Text())
		}
	}
	return row
}

// cell is a number; an empty cell for nil.
func cell[T interface{ String() string }](v *T) sheet.Cell {
	if v == nil {
		return sheet.Cell{}
	}
	return sheet.Number((*v).String())
}

var seriesColumns = []string{"start", "key", "name", "kwh", "estimated_kwh", "peak_kw", "cost", "currency", "co2_kg", "coverage", "tariff", "tariff_year", "tariff_default", "emission_factor", "emission_factor_year"}

// seriesSheet streams the steps of all series, one group after the other.
func (h *Handlers) seriesSheet(ctx context.Context, zone *time.Location, all []usage.Series, p tariffs.Pricing, format string) *huma.StreamResponse {
	return h.streamTable(zone, "serie", format, titlesOf(ctx, format, seriesColumns, columnTexts), func(out sheet.Writer) error {
		pricing := pricingCells(p)
		for _, s := range all {
			for _, step := range stepsOf(s.Steps, "") {
				var currency sheet.Cell
				if step.Currency != "" {
					currency = sheet.Text(step.Currency)
				}
				row := []sheet.Cell{
					sheet.Instant(time.UnixMilli(int64(step.Start))), sheet.Text(s.Key), sheet.Text(s.Name), cell(step.KWh), cell(step.EstimatedKWh), cell(step.PeakKW),
					cell(step.Cost), currency, cell(step.CO2Kg), sheet.Number(strconv.FormatFloat(step.Coverage, 'f', -1, 64)),
				}
				if step.Cost != nil {
					row = append(row, pricing...)
				} else {
					row = append(row, make([]sheet.Cell, len(pricing))...)
				}
				if err := out.Row(row...); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// pricingCells returns the cells for the tariff and the emission factor of a row. Several tariffs or factors share one cell.
func pricingCells(p tariffs.Pricing) []sheet.Cell {
	var names, years, factors, factorYears []string
	byDefault := false
	for _, t := range p.Tariffs {
		names, years = append(names, t.Name), append(years, numberOrNone(yearOf(t.ValidFrom)))
		byDefault = byDefault || t.Default
	}
	for _, f := range p.Factors {
		factors, factorYears = append(factors, f.Value.String()), append(factorYears, numberOrNone(f.Year))
	}
	return []sheet.Cell{
		sheet.Text(strings.Join(names, " + ")), figureCell(years), sheet.Text(strconv.FormatBool(byDefault)), figureCell(factors), figureCell(factorYears),
	}
}

// figureCell returns a number for one value, and a text for several values.
func figureCell(all []string) sheet.Cell {
	if len(all) == 1 && all[0] != "" {
		return sheet.Number(all[0])
	}
	return sheet.Text(strings.Join(all, " + "))
}

func numberOrNone(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
