package blackbox

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// asksForMore reads what the demo's year foretells, what departed from it, and what changes would have come to.
func asksForMore(t *testing.T, c *program.Client) {
	const meter = "demo-medidor-bloque-4"
	t.Run("forecast", func(t *testing.T) { foretold(t, c, meter) })
	t.Run("anomalies", func(t *testing.T) { departed(t, c, meter) })
	t.Run("simulation", func(t *testing.T) { simulated(t, c, meter) })
	t.Run("month", func(t *testing.T) { reported(t, c) })
	t.Run("jobs", func(t *testing.T) { analysedAgain(t, c) })
}

func foretold(t *testing.T, c *program.Client, meter string) {
	var f struct {
		Hours []struct{ KWh, Low, High, Cost float64 }
		Month struct {
			MeasuredKWh float64 `json:"measured_kwh"`
			KWh         float64
		}
		Peak    struct{ Risk string }
		Message string
		Why     []string
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/pronostico?id="+meter+"&hours=48", nil).JSON(&f))
	require.Empty(t, f.Why)
	require.Len(t, f.Hours, 48)
	for _, h := range f.Hours {
		require.LessOrEqual(t, h.Low, h.KWh)
		require.LessOrEqual(t, h.KWh, h.High)
		require.Positive(t, h.Cost)
	}
	require.GreaterOrEqual(t, f.Month.KWh, f.Month.MeasuredKWh)
	require.Contains(t, f.Message, "kWh")
	require.Contains(t, []string{"unlikely", "possible", "likely"}, f.Peak.Risk)
	send(t, c, 404, http.MethodGet, "/api/pronostico?id=nada", nil)
	send(t, c, 400, http.MethodGet, "/api/pronostico?id="+meter+"&hours=0", nil)
}

type anomalies struct {
	Items []struct {
		ID, Kind, Message string
		Start, End        time.Time
		DetectedAt        time.Time `json:"detected_at"`
		Fault             bool
		KWh               *float64
	}
	Targets int
	Next    *string
}

func departed(t *testing.T, c *program.Client, meter string) {
	var all, one anomalies
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/anomalias", nil).JSON(&all))
	require.Greater(t, all.Targets, 10)
	require.NotEmpty(t, all.Items)
	for i, a := range all.Items {
		require.True(t, a.Start.Before(a.End) && a.DetectedAt.After(a.Start), "%+v", a)
		require.Equal(t, a.Fault, a.KWh == nil, "waste has an estimate, a fault has none")
		require.NotEmpty(t, a.Message)
		require.True(t, i == 0 || !a.Start.After(all.Items[i-1].Start), "the newest first")
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/anomalias?id="+meter+"&kind=meter_gap", nil).JSON(&one))
	for _, a := range one.Items {
		require.Equal(t, [2]string{meter, "meter_gap"}, [2]string{a.ID, a.Kind})
	}
	var paged []string
	for next := ""; ; {
		var page anomalies
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/anomalias?limit=4&cursor="+next, nil).JSON(&page))
		require.LessOrEqual(t, len(page.Items), 4)
		for _, a := range page.Items {
			paged = append(paged, a.Message)
		}
		if page.Next == nil {
			break
		}
		next = *page.Next
	}
	require.Len(t, paged, len(all.Items), "page by page they are the same")
	for i, a := range all.Items {
		require.Equal(t, a.Message, paged[i])
	}
	send(t, c, 400, http.MethodGet, "/api/anomalias?cursor=x", nil)
	for _, kind := range []string{"peak", "degradation", "stuck_on"} {
		send(t, c, 200, http.MethodGet, "/api/recomendaciones?kind="+kind, nil)
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/anomalias?to="+url.QueryEscape("2001-01-01T00:00:00Z"), nil).JSON(&one))
	require.Empty(t, one.Items)
	send(t, c, 404, http.MethodGet, "/api/anomalias?id=nada", nil)
}

type simulation struct {
	ID            string
	Before, After struct {
		KWh, Cost float64
		PeakKW    float64 `json:"peak_kw"`
	}
	Saving struct {
		KWh  float64
		Low  *float64 `json:"kwh_low"`
		High *float64 `json:"kwh_high"`
	}
	Message string
}

func simulated(t *testing.T, c *program.Client, meter string) {
	run := func(status int, body map[string]any) (s simulation) {
		require.NoError(t, send(t, c, status, http.MethodPost, "/api/simulaciones", body).JSON(&s))
		return s
	}
	none := run(200, map[string]any{"changes": []any{}})
	require.Equal(t, none.Before, none.After)
	off := []any{map[string]any{"target": meter, "action": "off_hours"}}
	kept := run(201, map[string]any{"name": "Apagar de noche", "save": true, "changes": off})
	require.Positive(t, kept.Saving.KWh)
	require.Less(t, kept.Saving.KWh, kept.Before.KWh)
	require.Less(t, *kept.Saving.Low, kept.Saving.KWh)
	require.Greater(t, *kept.Saving.High, kept.Saving.KWh)
	dearer := run(200, map[string]any{"changes": append(off, map[string]any{"action": "tariff", "price_per_kwh": 10_000})})
	require.Equal(t, kept.After.KWh, dearer.After.KWh)
	require.Greater(t, dearer.After.Cost, kept.After.Cost)
	var all struct{ Items []simulation }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/simulaciones?ids="+kept.ID, nil).JSON(&all))
	require.Equal(t, []simulation{kept}, all.Items)
	answer := send(t, c, 400, http.MethodPost, "/api/simulaciones", map[string]any{"changes": []any{
		map[string]any{"target": meter, "action": "shift", "from": "18:30"}, map[string]any{"target": meter, "action": "replace"},
	}})
	for _, field := range []string{"changes[0].from", "changes[0].to", "changes[0].start", "changes[1].count", "changes[1].watts"} {
		require.Contains(t, string(answer.Body), `"`+field+`"`, "all bad fields at once")
	}
	played(t, c, kept)
	send(t, c, 204, http.MethodDelete, "/api/simulaciones/"+kept.ID, nil)
	send(t, c, 404, http.MethodGet, "/api/simulaciones/"+kept.ID, nil)
}

// played plays a kept scenario to its end: the sums of its hours are those that it was kept with. Another is stopped.
func played(t *testing.T, c *program.Client, kept simulation) {
	stream := followed(t, c, "/api/eventos?kind=simulation", "")
	var run struct {
		RunID string `json:"run_id"`
		Hours int
	}
	begin := func(perSecond int) {
		require.NoError(t, send(t, c, 202, http.MethodPost, "/api/simulaciones/"+kept.ID+"/inicio", map[string]any{"hours_per_second": perSecond}).JSON(&run))
	}
	type step struct {
		RunID    string `json:"run_id"`
		State    string
		Before   float64 `json:"before_total_kwh"`
		After    float64 `json:"after_total_kwh"`
		Progress float64
	}
	shown := func() (s step) {
		require.NoError(t, json.Unmarshal([]byte(next(t, stream).Data), &s))
		return s
	}
	begin(10)
	slow := run.RunID
	require.Equal(t, slow, shown().RunID)
	begin(500)
	s, n := shown(), 0
	for s.RunID == slow { // events from before the new run replaced it
		s = shown()
	}
	for n = 1; s.State != "finished"; n++ {
		require.Equal(t, run.RunID, s.RunID)
		s = shown()
	}
	require.Equal(t, run.Hours, n, "every hour, once")
	require.InDelta(t, kept.Before.KWh, s.Before, 1e-6*kept.Before.KWh)
	require.InDelta(t, kept.After.KWh, s.After, 1e-6*kept.After.KWh)
	require.Equal(t, 1.0, s.Progress)
	begin(10)
	require.Equal(t, run.RunID, shown().RunID)
	send(t, c, 204, http.MethodPost, "/api/simulaciones/"+kept.ID+"/fin", nil)
	for {
		if _, err := stream.Next(time.Second); err != nil {
			break // it is silent
		}
	}
	send(t, c, 404, http.MethodPost, "/api/simulaciones/nada/inicio", map[string]any{})
	send(t, c, 400, http.MethodPost, "/api/simulaciones/"+kept.ID+"/inicio", map[string]any{"hours_per_second": 501})
}

func analysedAgain(t *testing.T, c *program.Client) {
	type job struct {
		ID, Status  string
		Done, Total int
	}
	var begun job
	require.NoError(t, send(t, c, 202, http.MethodPost, "/api/trabajos", nil).JSON(&begun))
	require.Eventually(t, func() bool {
		var all struct{ Items []job }
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/trabajos", nil).JSON(&all))
		require.NotEmpty(t, all.Items)
		for _, j := range all.Items {
			if j.ID == begun.ID && j.Status == "done" {
				return j.Total > 0 && j.Done == j.Total
			}
		}
		return false
	}, eventuallyFor, 100*time.Millisecond)
}

func reported(t *testing.T, c *program.Client) {
	month := time.Now().AddDate(0, 0, -time.Now().Day()).Format("2006-01")
	drawn := send(t, c, 200, http.MethodGet, "/api/reportes/mensual?month="+month, nil)
	require.Equal(t, "application/pdf", drawn.Header.Get("Content-Type"))
	require.True(t, strings.HasPrefix(string(drawn.Body), "%PDF"))
	table, err := c.Raw(http.MethodGet, "/api/reportes/mensual?month="+month, "", nil, "Accept", "text/csv")
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(table.Body)).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 28)
	require.Equal(t, "kwh", rows[0][1])
	sum := 0.0
	for _, row := range rows[1:] {
		kwh, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		sum += kwh
	}
	var bill struct{ KWh float64 }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/factura?month="+month, nil).JSON(&bill))
	require.InDelta(t, bill.KWh, sum, 0.02, "the same month as its bill")
	send(t, c, 400, http.MethodGet, "/api/reportes/mensual?month=mayo", nil)
	send(t, c, 400, http.MethodGet, "/api/reportes/mensual?month=2001-01", nil)
}
