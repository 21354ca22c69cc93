package blackbox

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/holotwin/holotwin/test/program"
)

// TestOneFigureHasOneValue reads the month of a campus as of one instant in every place that shows it: overview, series, sheets, bill,
// forecast and report agree to the last digit that they show, and name the tariff and the emission factor. Later readings change nothing.
func TestOneFigureHasOneValue(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		campus, err := client.MakeCampus(2)
		require.NoError(t, err)
		zone, err := time.LoadLocation("America/Bogota")
		require.NoError(t, err)
		// In the middle of a quarter hour of a day that has a month behind it, whatever day the test runs on.
		now := time.Now().In(zone)
		asOf := time.Date(now.Year(), now.Month(), 1, 10, 7, 30, 0, zone).AddDate(0, -1, 17)
		fillUnevenly(t, client, campus.Devices, asOf.AddDate(0, -2, 0), asOf.Add(3*time.Hour))
		all := figuresAt{t: t, client: client, at: asOf, month: time.Date(asOf.Year(), asOf.Month(), 1, 0, 0, 0, 0, zone), site: campus.Site}

		overview := all.overview()
		require.Equal(t, asOf.UTC().Format(time.RFC3339), overview.AsOf)
		serie := all.serie()
		require.Equal(t, overview.Month, serie, "the series")
		bill := all.bill()
		require.Equal(t, overview.Month, bill, "the bill")
		require.Equal(t, overview.Month, all.report(), "the report's days")
		require.Equal(t, overview.Month, all.sheet("csv"), "the CSV")
		require.Equal(t, overview.Month, all.sheet("xlsx"), "the XLSX")
		all.forecast(overview)
		all.pdf(overview)
		for _, wrong := range []string{now.AddDate(0, 0, 1).UTC().Format(time.RFC3339), "ayer"} {
			for _, path := range []string{"/api/consumo/resumen?", "/api/consumo/factura?month=2026-01&", "/api/pronostico?id=" + campus.Site + "&", "/api/reportes/mensual?month=2026-01&"} {
				require.Contains(t, string(send(t, client, 400, http.MethodGet, path+"as_of="+wrong, nil).Body), `as_of`, path)
			}
		}
	})
}

// fillUnevenly sends a quarter hour's energy of devices that every rounding changes.
func fillUnevenly(t *testing.T, client *program.Client, devices []string, from, to time.Time) {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("device_id,timestamp,kwh\n")
	quarter := 15 * time.Minute
	for at := from.Truncate(quarter); !at.After(to); at = at.Add(quarter) {
		for i, device := range devices {
			local := at.In(from.Location())
			mWh := 100_003 + 7*(local.Hour()*local.Minute()+int(local.Weekday())) + i*333_331 + local.Hour()*10_007
			fmt.Fprintf(&rows, "%s,%s,0.%06d\n", device, at.UTC().Format(time.RFC3339), mWh)
		}
	}
	answer, err := client.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(rows.String()))
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, "%s", answer.Body)
}

// figures are a month's figures in one answer.
type figures struct{ KWh, Cost, CO2, Peak string }

type figuresAt struct {
	t      *testing.T
	client *program.Client
	at     time.Time
	month  time.Time
	site   string
}

type pricedAnswer struct {
	Tariff struct {
		Name      string
		ValidFrom string `json:"valid_from"`
		Year      int
		Default   bool
	}
	EmissionFactor struct {
		Value   decimal.Decimal
		Year    int
		Name    string
		Default bool
	} `json:"emission_factor"`
}

func (f figuresAt) get(path string, query url.Values, into any) {
	query.Set("as_of", f.at.Format(time.RFC3339))
	require.NoError(f.t, send(f.t, f.client, 200, http.MethodGet, path+"?"+query.Encode(), nil).JSON(into))
}

// named requires that an answer says on which tariff and factor it rests, both not the site's own.
func (f figuresAt) named(p pricedAnswer) {
	require.Contains(f.t, p.Tariff.Name, "Codensa")
	require.Equal(f.t, 2017, p.Tariff.Year)
	require.True(f.t, p.Tariff.Default)
	require.Equal(f.t, 2022, p.EmissionFactor.Year)
	require.True(f.t, p.EmissionFactor.Default)
	require.Contains(f.t, p.EmissionFactor.Name, "UPME")
}

type jsonStep struct {
	KWh  decimal.Decimal
	Cost decimal.Decimal
	CO2  decimal.Decimal `json:"co2_kg"`
	Peak decimal.Decimal `json:"peak_kw"`
}

func (s jsonStep) figures() figures {
	return figures{s.KWh.String(), s.Cost.String(), s.CO2.String(), s.Peak.String()}
}

type overviewFigures struct {
	AsOf       string
	Month      figures
	KWh, Cost  decimal.Decimal
	CO2, Peak  decimal.Decimal
	Before     decimal.Decimal
	Projection decimal.Decimal
}

func (f figuresAt) overview() overviewFigures {
	var got struct {
		pricedAnswer
		AsOf       string   `json:"as_of"`
		Month      jsonStep `json:"month_to_date"`
		Comparison struct {
			Before decimal.Decimal `json:"earlier_kwh"`
		}
		Projected   decimal.Decimal `json:"projected_month_kwh"`
		ProjectedBy string          `json:"projected_by"`
	}
	f.get("/api/consumo/resumen", url.Values{}, &got)
	f.named(got.pricedAnswer)
	require.Equal(f.t, "forecast", got.ProjectedBy)
	require.True(f.t, got.Month.Peak.IsPositive())
	return overviewFigures{
		AsOf: got.AsOf, Month: got.Month.figures(), KWh: got.Month.KWh, Cost: got.Month.Cost, CO2: got.Month.CO2, Peak: got.Month.Peak,
		Before: got.Comparison.Before, Projection: got.Projected,
	}
}

func (f figuresAt) serie() figures {
	var got struct {
		pricedAnswer
		Items []jsonStep
	}
	query := f.span("month")
	require.NoError(f.t, send(f.t, f.client, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).JSON(&got))
	f.named(got.pricedAnswer)
	require.Len(f.t, got.Items, 1)
	return got.Items[0].figures()
}

func (f figuresAt) span(bucket string) url.Values {
	return url.Values{"bucket": {bucket}, "from": {f.month.Format(time.RFC3339)}, "to": {f.at.Format(time.RFC3339)}}
}

func (f figuresAt) bill() figures {
	var got struct {
		pricedAnswer
		KWh        decimal.Decimal
		EnergyCost decimal.Decimal `json:"energy_cost"`
		CO2        decimal.Decimal `json:"co2_kg"`
	}
	f.get("/api/consumo/factura", url.Values{"month": {f.month.Format("2006-01")}}, &got)
	f.named(got.pricedAnswer)
	var serie struct {
		Items []struct {
			Peak decimal.Decimal `json:"peak_kw"`
		}
	}
	require.NoError(f.t, send(f.t, f.client, 200, http.MethodGet, "/api/consumo/serie?"+f.span("15m").Encode(), nil).JSON(&serie))
	peak := decimal.Zero // a bill without a price for it has none; it is the highest quarter hour's
	for _, quarter := range serie.Items {
		peak = decimal.Max(peak, quarter.Peak)
	}
	return figures{got.KWh.String(), got.EnergyCost.String(), got.CO2.String(), peak.String()}
}

// report adds up the days of the monthly report's table.
func (f figuresAt) report() figures {
	query := url.Values{"month": {f.month.Format("2006-01")}, "as_of": {f.at.Format(time.RFC3339)}, "space_id": {f.site}}
	answer, err := f.client.Raw(http.MethodGet, "/api/reportes/mensual?"+query.Encode(), "", nil, "Accept", "text/csv")
	require.NoError(f.t, err)
	require.Equal(f.t, 200, answer.Status, "%s", answer.Body)
	rows, err := csv.NewReader(bytes.NewReader(answer.Body)).ReadAll()
	require.NoError(f.t, err)
	return f.sum(rows)
}

func (f figuresAt) sheet(format string) figures {
	query := f.span("day")
	query.Set("format", format)
	answer := send(f.t, f.client, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil)
	if format == "csv" {
		rows, err := csv.NewReader(bytes.NewReader(answer.Body)).ReadAll()
		require.NoError(f.t, err)
		return f.sum(rows)
	}
	book, err := excelize.OpenReader(bytes.NewReader(answer.Body))
	require.NoError(f.t, err)
	defer func() { _ = book.Close() }()
	rows, err := book.GetRows(book.GetSheetName(0), excelize.Options{RawCellValue: true})
	require.NoError(f.t, err)
	words := map[string]string{"Costo": "cost", "CO2 (kg)": "co2_kg", "Pico (kW)": "peak_kw", "Año de la tarifa": "tariff_year", "Tarifa de referencia": "tariff_default", "Año del factor": "emission_factor_year", "kWh": "kwh"}
	for i, title := range rows[0] {
		if member, known := words[title]; known {
			rows[0][i] = member
		}
	}
	return f.sum(rows)
}

// sum adds a table's rows up; each names the tariff and factor that are not the site's own.
func (f figuresAt) sum(rows [][]string) figures {
	column := make(map[string]int)
	for i, title := range rows[0] {
		column[title] = i
	}
	var kwh, cost, co2, peak decimal.Decimal
	for _, row := range rows[1:] {
		number := func(name string) decimal.Decimal {
			v, err := decimal.NewFromString(row[column[name]])
			require.NoError(f.t, err, "%s in %s", name, row)
			return v
		}
		kwh, cost, co2, peak = kwh.Add(number("kwh")), cost.Add(number("cost")), co2.Add(number("co2_kg")), decimal.Max(peak, number("peak_kw"))
		require.Equal(f.t, "2017", row[column["tariff_year"]])
		require.Equal(f.t, "true", row[column["tariff_default"]])
		require.Equal(f.t, "2022", row[column["emission_factor_year"]])
	}
	return figures{kwh.String(), cost.String(), co2.String(), peak.String()}
}

func (f figuresAt) forecast(overview overviewFigures) {
	for _, hours := range []string{"1", "168"} {
		var got struct {
			pricedAnswer
			AsOf  string `json:"as_of"`
			Month struct {
				KWh         decimal.Decimal
				MeasuredKWh decimal.Decimal `json:"measured_kwh"`
				CostSoFar   decimal.Decimal `json:"cost_so_far"`
			}
			Peak struct{ KW decimal.Decimal }
		}
		f.get("/api/pronostico", url.Values{"id": {f.site}, "hours": {hours}}, &got)
		require.Equal(f.t, overview.AsOf, got.AsOf)
		require.Equal(f.t, overview.Projection.String(), got.Month.KWh.String(), "the month's end")
		require.Equal(f.t, overview.KWh.RoundBank(3).String(), got.Month.MeasuredKWh.String(), "so far")
		require.Equal(f.t, overview.Cost.RoundBank(2).String(), got.Month.CostSoFar.String())
		require.Equal(f.t, overview.Peak.RoundBank(3).String(), got.Peak.KW.String(), "the month's peak")
		require.Equal(f.t, 2017, got.Tariff.Year)
		require.True(f.t, got.Tariff.Default)
	}
}

func (f figuresAt) pdf(overview overviewFigures) {
	query := url.Values{"month": {f.month.Format("2006-01")}, "as_of": {f.at.Format(time.RFC3339)}, "space_id": {f.site}}
	answer := send(f.t, f.client, 200, http.MethodGet, "/api/reportes/mensual?"+query.Encode(), nil)
	lines := pdfLines(f.t, answer.Body)
	for _, want := range []string{
		spanish(overview.KWh, 0) + " kWh", spanish(overview.Cost, 0) + " COP", spanish(overview.CO2, digitsOf(overview.CO2)) + " kg", spanish(overview.Peak, digitsOf(overview.Peak)) + " kW",
	} {
		require.Contains(f.t, lines, want)
	}
	text := strings.Join(lines, " ")
	require.Contains(f.t, text, "("+spanish(overview.Before, digitsOf(overview.Before))+" kWh)", "the same days of last month")
	require.Contains(f.t, text, "tarifa de referencia 2017")
	require.Contains(f.t, text, "2022", "the factor's year")
}

// digitsOf are the decimals with which an amount is shown.
func digitsOf(v decimal.Decimal) int32 {
	switch {
	case v.GreaterThanOrEqual(decimal.NewFromInt(100)):
		return 0
	case v.GreaterThanOrEqual(decimal.NewFromInt(1)):
		return 1
	}
	return 2
}

// spanish writes a number as it is written in Colombia, rounded half to even.
func spanish(v decimal.Decimal, digits int32) string {
	whole, fraction, _ := strings.Cut(v.RoundBank(digits).StringFixed(digits), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	if fraction != "" {
		return whole + "," + fraction
	}
	return whole
}
