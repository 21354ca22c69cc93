package blackbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// wasteful creates a campus with an air conditioner that runs all night, without opening hours or a tariff.
func wasteful(t *testing.T, client *program.Client) program.Campus {
	t.Helper()
	campus, err := client.MakeCampus(0)
	require.NoError(t, err)
	for id, kind := range map[string]string{"ac-1": "ac", "tv-1": "tv"} {
		send(t, client, 201, http.MethodPost, "/api/dispositivos", map[string]any{
			"id": id, "name": "Equipo " + id, "kind": kind, "space_id": campus.Room, "rated_w": 3000, "interval_s": 3600,
		})
	}
	answer, err := client.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(sixWeeks()))
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, string(answer.Body))
	return campus
}

type groundedAdvice struct {
	pricedAnswer
	ID, Kind, Message string
	HoursAssumed      bool   `json:"hours_assumed"`
	AssumedHours      string `json:"assumed_hours"`
	Confidence        float64
	Saving            struct {
		KWhLow  decimal.Decimal `json:"kwh_low"`
		CostLow decimal.Decimal `json:"cost_low"`
	}
}

func groundsOf(t *testing.T, client *program.Client) []groundedAdvice {
	t.Helper()
	var list struct{ Recomendaciones []groundedAdvice }
	require.NoError(t, send(t, client, 200, http.MethodGet, "/api/recomendaciones", nil).JSON(&list))
	return list.Recomendaciones
}

// TestAdviceSaysWhatItRestsOn reads advice on a campus that has set neither hours nor a tariff: each piece names both in every place that
// shows it, with the digits of its figures, until the campus sets its own.
func TestAdviceSaysWhatItRestsOn(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		campus := wasteful(t, client)
		all := groundsOf(t, client)
		require.NotEmpty(t, all)
		for _, r := range all {
			requireGrounded(t, r)
		}
		require.True(t, all[0].HoursAssumed)
		text := recommend(t, client, map[string]any{"sala": "Sala de Juegos", "consumo": 21.4, "dispositivos": []string{"AC"}})
		require.Contains(t, text, "tarifa de referencia 2017")
		require.Contains(t, text, all[0].AssumedHours)

		var run struct {
			pricedAnswer
			Avoided struct{ Year int } `json:"avoided_factor"`
			Saving  struct {
				KWh      float64
				KWhMonth *float64 `json:"kwh_month"`
			}
		}
		change := []any{map[string]any{"target": "ac-1", "action": "off_hours"}}
		require.NoError(t, send(t, client, 200, http.MethodPost, "/api/simulaciones", map[string]any{"changes": change}).JSON(&run))
		require.Equal(t, []any{2017, true, 2022, 2022}, []any{run.Tariff.Year, run.Tariff.Default, run.EmissionFactor.Year, run.Avoided.Year})
		require.InDelta(t, run.Saving.KWh*30.4375/42, *run.Saving.KWhMonth, 0.05*run.Saving.KWh, "of some 42 days")
		requireMarkedReport(t, client, campus)

		send(t, client, 201, http.MethodPost, "/api/tarifas", map[string]any{
			"space_id": campus.Site, "name": "Propia", "valid_from": "2020-01-01", "price_per_kwh": 800, "co2_kg_per_kwh": 0.2, "co2_avoided_kg_per_kwh": 0.3,
		})
		send(t, client, 201, http.MethodPost, "/api/calendarios", map[string]any{
			"space_id": campus.Site, "name": "Horario", "kind": "opening", "hours": []map[string]any{{"days": []string{"mon", "tue", "wed", "thu", "fri"}, "from": "07:00", "to": "20:00"}},
		})
		eventually(t, "the advice rests on the campus's own hours and tariff", func() bool {
			own := groundsOf(t, client)
			return len(own) > 0 && own[0].Tariff.Name == "Propia" && !own[0].Tariff.Default && own[0].EmissionFactor.Year == 2020 && !own[0].HoursAssumed &&
				!strings.Contains(own[0].Message, "referencia")
		})
		var overview pricedAnswer
		require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/resumen", nil).JSON(&overview))
		require.Equal(t, []any{"Propia", false, 2020, false}, []any{overview.Tariff.Name, overview.Tariff.Default, overview.EmissionFactor.Year, overview.EmissionFactor.Default})
	})
}

func requireGrounded(t *testing.T, r groundedAdvice) {
	t.Helper()
	require.Equal(t, []any{2017, true, 2022, true}, []any{r.Tariff.Year, r.Tariff.Default, r.EmissionFactor.Year, r.EmissionFactor.Default})
	require.Equal(t, r.HoursAssumed, r.AssumedHours != "")
	require.Positive(t, r.Confidence)
	if !r.Saving.KWhLow.IsPositive() {
		return
	}
	digits := digitsOf(r.Saving.KWhLow)
	require.Contains(t, r.Message, "al menos "+spanish(r.Saving.KWhLow, digits)+" kWh")
	require.True(t, r.Saving.KWhLow.Equal(r.Saving.KWhLow.Truncate(digits)), "a promise has no digits but those that are shown")
	if r.Saving.CostLow.IsPositive() {
		require.Contains(t, r.Message, "("+spanish(r.Saving.CostLow, 0)+" COP, con la tarifa de referencia 2017)")
	}
}

func requireMarkedReport(t *testing.T, client *program.Client, campus program.Campus) {
	t.Helper()
	month := time.Now().Add(-40 * time.Hour).Format("2006-01")
	query := url.Values{"month": {month}, "space_id": {campus.Site}}
	text := strings.Join(pdfLines(t, send(t, client, 200, http.MethodGet, "/api/reportes/mensual?"+query.Encode(), nil).Body), " ")
	for _, said := range []string{"tarifa de referencia 2017", "confianza", "Supone el horario", "2022"} {
		require.Contains(t, text, said)
	}
}
