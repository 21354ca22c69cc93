package blackbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// coverageOf is the coverage in an answer.
type coverageOf struct {
	Coverage float64
	Missing  []struct {
		DeviceID string `json:"device_id"`
		Name     string
		Share    float64
	}
	Items []struct {
		KWh       *float64
		Estimated *float64 `json:"estimated_kwh"`
		Coverage  float64
	}
}

func coverageIn(t *testing.T, c *program.Client, query url.Values) (out coverageOf) {
	t.Helper()
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).JSON(&out))
	return out
}

func post(t *testing.T, c *program.Client, table string) {
	t.Helper()
	answer, err := c.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(table))
	require.NoError(t, err)
	var out uploaded
	require.NoError(t, answer.JSON(&out), "%s", answer.Body)
	require.Zero(t, out.Rejected, "%+v", out.Errors)
}

// TestCoverageIsOfTheEnergy measures eight meters wholly, and fifteen plugs that use next to nothing for a third of the time.
func TestCoverageIsOfTheEnergy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		var devices []map[string]any
		for m := range 8 {
			devices = append(devices, map[string]any{"id": fmt.Sprintf("m%d", m), "kind": "meter", "name": fmt.Sprintf("Medidor %d", m)})
		}
		for p := range 15 {
			devices = append(devices, map[string]any{"id": fmt.Sprintf("p%02d", p)})
		}
		site := campusIn(t, c, "America/Bogota", devices...)
		zone, err := time.LoadLocation("America/Bogota")
		require.NoError(t, err)
		begin := time.Date(2026, 4, 1, 0, 0, 0, 0, zone)
		table := &strings.Builder{}
		fmt.Fprintln(table, "device_id,timestamp,kwh,interval_s")
		for h := range 4 * 24 {
			at := begin.Add(time.Duration(h+1) * time.Hour).Format(time.RFC3339)
			for m := range 8 {
				fmt.Fprintf(table, "m%d,%s,%d,3600\n", m, at, 40+h%24)
			}
			for p := 0; p < 15 && h%24 >= 16; p++ {
				fmt.Fprintf(table, "p%02d,%s,0.02,3600\n", p, at)
			}
		}
		post(t, c, table.String())

		ask := func(bucket, from, to string) coverageOf {
			return coverageIn(t, c, url.Values{"bucket": {bucket}, "from": {from}, "to": {to}})
		}
		day := ask("month", "2026-04-02", "2026-04-03")
		require.GreaterOrEqual(t, day.Coverage, 0.99)
		require.Less(t, day.Coverage, 1.0)
		require.Len(t, day.Missing, 15)
		require.Equal(t, []string{"p00", "p00"}, []string{day.Missing[0].DeviceID, day.Missing[0].Name})
		sum := 0.0
		for _, m := range day.Missing {
			sum += m.Share
		}
		require.InDelta(t, 1-day.Coverage, sum, 2e-5)
		for _, bucket := range []string{"15m", "hour", "day", "week"} {
			again := ask(bucket, "2026-04-02", "2026-04-03")
			require.Equal(t, []any{day.Coverage, day.Missing}, []any{again.Coverage, again.Missing}, bucket)
		}
		days := ask("day", "2026-04-01", "2026-04-05")
		for _, one := range days.Items {
			require.InDelta(t, day.Coverage, one.Coverage, 2e-6)
		}
		requireSheetsAlike(t, c, site, days)

		var profile struct{ Items []struct{ Coverage float64 } }
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/perfil?from=2026-04-01&to=2026-04-05", nil).JSON(&profile))
		for _, hour := range profile.Items {
			require.True(t, hour.Coverage == 0 || hour.Coverage > 0.99, "%v", hour.Coverage)
		}
		requireCompared(t, c)
	})
}

// requireSheetsAlike checks that the tables of a month's days show the same coverage as the series.
func requireSheetsAlike(t *testing.T, c *program.Client, site string, days coverageOf) {
	t.Helper()
	for path, column := range map[string]int{
		"/api/consumo/serie?bucket=day&from=2026-04-01&to=2026-04-05": 9,
		"/api/reportes/mensual?space_id=" + site + "&month=2026-04":   6,
	} {
		table, err := c.Raw(http.MethodGet, path, "", nil, "Accept", "text/csv")
		require.NoError(t, err)
		lines := strings.Split(strings.ReplaceAll(string(table.Body), "\r", ""), "\n")
		for i, day := range days.Items {
			told, err := strconv.ParseFloat(strings.Split(lines[i+1], ",")[column], 64)
			require.NoError(t, err, lines[i+1])
			require.InDelta(t, day.Coverage, told, 1e-6, path)
		}
	}
}

// requireCompared sets two of the days beside two others: of the plugs, the hours that were measured in both.
func requireCompared(t *testing.T, c *program.Client) {
	t.Helper()
	compare := func(from, to string) (out comparisonOf) {
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/comparacion?from="+from+"&to="+to, nil).JSON(&out))
		return out
	}
	both := compare("2026-04-03", "2026-04-05")
	require.Greater(t, both.Share, 0.99)
	require.NotNil(t, both.Change)
	require.InDelta(t, 0, *both.Change, 1e-9, "the days are alike")
	require.Len(t, both.Devices, 23)
	require.Len(t, both.Missing, 15)
	part := compare("2026-04-02", "2026-04-05") // of the three days before only one was measured
	require.InDelta(t, 1.0/3, part.Share, 0.02)
	require.Nil(t, part.Change, "too little is compared")
}

type comparisonOf struct {
	KWh     float64
	Earlier float64 `json:"earlier_kwh"`
	Change  *float64
	Share   float64
	Devices []struct {
		DeviceID string `json:"device_id"`
	}
	Missing []struct {
		DeviceID string `json:"device_id"`
	}
}

// TestTheSummaryTellsWhoIsMissing requests today and the month so far, in which future time does not count.
func TestTheSummaryTellsWhoIsMissing(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campusIn(t, c, "America/Bogota", map[string]any{"id": "m1", "kind": "meter"}, map[string]any{"id": "m2", "kind": "meter"})
		table := &strings.Builder{}
		fmt.Fprintln(table, "device_id,timestamp,kwh,interval_s")
		now := time.Now().Truncate(15 * time.Minute)
		for at := now.AddDate(0, 0, -70); !at.After(now); at = at.Add(time.Hour) {
			fmt.Fprintf(table, "m1,%s,9,3600\n", at.Format(time.RFC3339))
			if at.Before(now.AddDate(0, 0, -35)) {
				fmt.Fprintf(table, "m2,%s,1,3600\n", at.Format(time.RFC3339))
			}
		}
		post(t, c, table.String())
		type told struct {
			Coverage float64
			Missing  []struct{ Share float64 }
		}
		var summary struct {
			Month      told `json:"month_to_date"`
			Comparison comparisonOf
		}
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/resumen", nil).JSON(&summary))
		zone, err := time.LoadLocation("America/Bogota")
		require.NoError(t, err)
		if local := now.In(zone); local.Day() == 1 && local.Hour() < 4 {
			t.Skip("the month has hardly begun")
		}
		require.InDelta(t, 0.9, summary.Month.Coverage, 0.05, "it is of the time that has passed")
		require.InDelta(t, 0.1, summary.Month.Missing[0].Share, 0.05)
		require.InDelta(t, 0.9, summary.Comparison.Share, 0.08)
		require.InDelta(t, 0, *summary.Comparison.Change, 1e-9, "who was silent this month is not compared")

		var twin struct{ Spaces []struct{ Coverage float64 } }
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/gemelo", nil).JSON(&twin))
		var today struct{ Today told }
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/resumen", nil).JSON(&today))
		require.InDelta(t, today.Today.Coverage, twin.Spaces[0].Coverage, 0.05)
	})
}

// TestHourlyCountersAreMeasured sends counters whose interval is not configured.
func TestHourlyCountersAreMeasured(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campusIn(t, c, "Europe/Madrid", map[string]any{"id": "h1", "kind": "meter"})
		zone, err := time.LoadLocation("Europe/Madrid")
		require.NoError(t, err)
		rows := []string{}
		for h := range 97 {
			if h > 60 && h < 66 { // a silence of six hours
				continue
			}
			at := time.Date(2026, 4, 1, 0, 0, 0, 0, zone).Add(time.Duration(h) * time.Hour)
			rows = append(rows, fmt.Sprintf("h1,%s,%d", at.Format(time.RFC3339), 1000+h))
		}
		post(t, c, "device_id,timestamp,register_kwh\n"+strings.Join(rows[40:], "\n"))
		post(t, c, "device_id,timestamp,register_kwh\n"+strings.Join(rows[:45], "\n"))
		got := coverageIn(t, c, url.Values{"bucket": {"day"}, "from": {"2026-04-01"}, "to": {"2026-04-05"}})
		for i, day := range got.Items {
			want := []float64{1, 0}
			if i == 2 {
				want = []float64{0.75, 6}
			}
			require.Equal(t, 24.0, *day.KWh)
			require.InDelta(t, want[0], day.Coverage, 1e-6, "day %d", i)
			require.InDelta(t, want[1], *day.Estimated, 1e-9, "day %d", i)
		}
	})
}
