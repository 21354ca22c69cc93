package blackbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// proof is what an evidence shows of where it was seen.
type proof struct {
	Reproduced bool
	LastSeen   time.Time `json:"last_seen"`
	Spans      []struct {
		From, To time.Time
		KWh      float64
	}
	Days []struct {
		Date, Kind            string
		Measured, Seen, Asked bool
		KWh                   *float64
	}
	Worst []struct {
		Start       time.Time
		KWh         *float64
		ExpectedKWh *float64 `json:"expected_kwh"`
		WastedKWh   float64  `json:"wasted_kwh"`
	}
	Results struct {
		Figures []struct {
			Name  string
			Value float64
		}
	}
	History []struct{ From, To, By, Note string }
}

type advised struct {
	Recomendaciones []struct {
		ID, Kind, Status string
		EndedReason      string `json:"ended_reason"`
		DeviceID         string `json:"device_id"`
		Trivial          bool
	}
	Questions []struct {
		ID, Text, Detail string
		SpaceID          string `json:"space_id"`
		Days             []string
	}
	Pending int
}

func adviceOf(t *testing.T, c *program.Client, query string) advised {
	t.Helper()
	var got advised
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/recomendaciones"+query, nil).JSON(&got))
	require.Zero(t, got.Pending)
	return got
}

// closedAndWorked closes a space on five working days of the last four weeks, and sends nine weeks of a meter that does not know.
func closedAndWorked(t *testing.T, c *program.Client, site, room string) (closed []string) {
	t.Helper()
	zone := time.FixedZone("", -5*3600)
	y, m, d := time.Now().In(zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for day := today.AddDate(0, 0, -4); len(closed) < 5; day = day.AddDate(0, 0, -4) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		date := day.Format(time.DateOnly)
		send(t, c, 201, http.MethodPost, "/api/calendarios", map[string]any{"space_id": site, "name": "Cierre", "kind": "closed", "from": date, "to": date})
		closed = append(closed, date)
	}
	slices.Sort(closed)
	send(t, c, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "contador", "name": "Contador", "kind": "meter", "space_id": room, "rated_w": 100_000, "interval_s": 3600})
	var rows strings.Builder
	rows.WriteString("device_id,kwh,timestamp\n")
	for at := today.AddDate(0, 0, -63); at.Before(today); at = at.Add(time.Hour) {
		fmt.Fprintf(&rows, "contador,%.3f,%s\n", pick(working(at), 40, 4)+0.05*float64(at.Hour()%5)+0.01*float64(at.Day()%7), at.Add(time.Hour).Format(time.RFC3339))
	}
	answer, err := c.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(rows.String()))
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, string(answer.Body))
	return closed
}

// TestClosedDaysThatLookLikeWorkingDays are a question and not waste, until a user answers; each answer can be changed and withdrawn, and
// the evidence shows the days that count.
func TestClosedDaysThatLookLikeWorkingDays(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campus, err := c.MakeCampus(0)
		require.NoError(t, err)
		closed := closedAndWorked(t, c, campus.Site, campus.Room)

		got := adviceOf(t, c, "")
		require.Empty(t, got.Recomendaciones)
		require.Len(t, got.Questions, 1)
		q := got.Questions[0]
		require.Equal(t, campus.Site, q.SpaceID)
		require.Subset(t, q.Days, closed)
		require.Contains(t, q.Text, "¿Abrió «Universidad»")
		require.Contains(t, q.Detail, "«Contador»")
		path := "/api/recomendaciones/preguntas/" + q.ID
		manager, viewer := newUser(t, c, "manager", ""), newUser(t, c, "viewer", "")
		require.Len(t, adviceOf(t, viewer, "").Questions, 1)
		send(t, viewer, 403, http.MethodPost, path, map[string]any{"opened": true})
		send(t, newUser(t, c, "manager", campus.Room), 404, http.MethodPost, path, map[string]any{"opened": true})
		send(t, manager, 400, http.MethodPost, path, map[string]any{})
		send(t, manager, 400, http.MethodPost, path, map[string]any{"opened": true, "days": []string{"2020-01-01"}})
		send(t, manager, 404, http.MethodPost, "/api/recomendaciones/preguntas/pre_nada", map[string]any{"opened": true})
		send(t, manager, 404, http.MethodDelete, path, nil)

		send(t, manager, 200, http.MethodPost, path, map[string]any{"opened": false})
		got = adviceOf(t, c, "?device_id=contador")
		require.Empty(t, got.Questions)
		require.Len(t, got.Recomendaciones, 1)
		id := got.Recomendaciones[0].ID
		require.Equal(t, "out_of_hours", got.Recomendaciones[0].Kind)
		var e proof
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/recomendaciones/"+id+"/evidencia", nil).JSON(&e))
		shown(t, e, q.Days)

		var given struct {
			CalendarEntries []string `json:"calendar_entries"`
			Days            []string
		}
		for range 2 {
			require.NoError(t, send(t, manager, 200, http.MethodPost, path, map[string]any{"opened": true}).JSON(&given))
			require.Equal(t, q.Days, given.Days)
			require.Len(t, given.CalendarEntries, len(q.Days))
			require.Len(t, openings(t, c), len(q.Days))
		}
		got = adviceOf(t, c, "")
		require.Empty(t, got.Questions)
		require.Empty(t, got.Recomendaciones)
		got = adviceOf(t, c, "?status=ended")
		require.Len(t, got.Recomendaciones, 1, "it stays readable")
		require.Equal(t, "not_found", got.Recomendaciones[0].EndedReason)
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/recomendaciones/"+id+"/evidencia", nil).JSON(&e))
		require.Equal(t, "ended", e.History[0].To)

		send(t, manager, 204, http.MethodDelete, path, nil)
		require.Empty(t, openings(t, c))
		got = adviceOf(t, c, "")
		require.Empty(t, got.Recomendaciones)
		require.Len(t, got.Questions, 1)
		require.Equal(t, q.ID, got.Questions[0].ID)

		// The same by hand, in the calendar.
		opening := map[string]any{"space_id": campus.Site, "name": "Abrió", "kind": "open"}
		send(t, manager, 400, http.MethodPost, "/api/calendarios", opening)
		opening["from"], opening["to"] = q.Days[0], q.Days[len(q.Days)-1]
		opening["hours"] = []map[string]any{{"days": []string{"mon", "tue", "wed", "thu", "fri"}, "from": "07:00", "to": "20:00"}}
		send(t, manager, 201, http.MethodPost, "/api/calendarios", opening)
		got = adviceOf(t, c, "")
		require.Empty(t, got.Questions)
		require.Empty(t, got.Recomendaciones)
	})
}

// openings are the calendar's entries of kind open.
func openings(t *testing.T, c *program.Client) (days []string) {
	t.Helper()
	var calendar struct {
		Items []struct{ Kind, From, To string }
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/calendarios?limit=1000", nil).JSON(&calendar))
	for _, e := range calendar.Items {
		if e.Kind == "open" {
			require.Equal(t, e.From, e.To)
			days = append(days, e.From)
		}
	}
	return days
}

// shown asserts that an evidence was seen on some days and on no others, and adds up.
func shown(t *testing.T, e proof, days []string) {
	t.Helper()
	require.True(t, e.Reproduced)
	require.NotEmpty(t, e.Spans)
	zone := time.FixedZone("", -5*3600)
	spans, wasted, byDay, seen := 0.0, 0.0, 0.0, []string{}
	for _, s := range e.Spans {
		spans += s.KWh
		require.Contains(t, days, s.From.In(zone).Format(time.DateOnly))
	}
	for _, f := range e.Results.Figures {
		if f.Name == "wasted" {
			wasted = f.Value
		}
	}
	for _, d := range e.Days {
		require.NotNil(t, d.KWh)
		byDay += *d.KWh
		if d.Seen {
			seen = append(seen, d.Date)
			require.Contains(t, []string{"vacation", "holiday"}, d.Kind)
		}
	}
	require.Positive(t, wasted)
	require.InDelta(t, wasted, spans, 1e-5)
	require.InDelta(t, wasted, byDay, 1e-4)
	require.Subset(t, days, seen)
	require.GreaterOrEqual(t, len(seen), 5)
	require.GreaterOrEqual(t, len(e.Days), 56)
	require.True(t, e.Spans[len(e.Spans)-1].To.Equal(e.LastSeen))
	most, worst := 0.0, 0.0
	for _, s := range e.Spans {
		most = max(most, s.KWh)
	}
	for _, h := range e.Worst {
		worst += h.WastedKWh
		if h.WastedKWh > 0 {
			require.InDelta(t, *h.KWh-h.WastedKWh, *h.ExpectedKWh, 1e-5)
		}
	}
	require.InDelta(t, most, worst, 1e-4)
}

// TestAStepIsTakenBack over HTTP, whatever it was, and is in the history.
func TestAStepIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campus, err := c.MakeCampus(0)
		require.NoError(t, err)
		send(t, c, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "ac-1", "kind": "ac", "space_id": campus.Room, "rated_w": 3000, "interval_s": 3600})
		send(t, c, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "tv-1", "kind": "tv", "space_id": campus.Room, "rated_w": 3000, "interval_s": 3600})
		answer, err := c.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(sixWeeks()))
		require.NoError(t, err)
		require.Equal(t, 200, answer.Status, string(answer.Body))
		id := adviceOf(t, c, "?device_id=ac-1").Recomendaciones[0].ID
		for _, step := range [][2]string{{"dismissed", "dismissed"}, {"open", "open"}, {"accepted", "accepted"}, {"done", "done"}, {"open", "accepted"}, {"open", "open"}} {
			var r struct{ Status string }
			require.NoError(t, send(t, c, 200, http.MethodPost, "/api/recomendaciones/"+id+"/estado", map[string]any{"status": step[0], "note": "probando"}).JSON(&r))
			require.Equal(t, step[1], r.Status)
		}
		require.Equal(t, "open", adviceOf(t, c, "?device_id=ac-1").Recomendaciones[0].Status)
		var e proof
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/recomendaciones/"+id+"/evidencia", nil).JSON(&e))
		require.Len(t, e.History, 6)
		require.Equal(t, "accepted", e.History[5].From)
		require.Equal(t, "open", e.History[5].To)
	})
}
