package blackbox

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// fieldsOf are the fields that a 400 names.
func fieldsOf(t *testing.T, answer program.Answer) (fields []string) {
	t.Helper()
	var bad struct{ Errors []struct{ Field string } }
	require.NoError(t, answer.JSON(&bad))
	for _, e := range bad.Errors {
		fields = append(fields, e.Field)
	}
	return fields
}

// TestATariffIsChanged changes the members of a tariff one by one, clears them by null, and gets the money of what was measured
// before.
func TestATariffIsChanged(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		at := time.Now().UTC().AddDate(0, 0, -40).Truncate(time.Hour)
		send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.5, "timestamp": at.Format(time.RFC3339)})
		made := send(t, admin, 201, http.MethodPost, "/api/tarifas", map[string]any{
			"space_id": campus.Site, "name": "Tarifa", "valid_from": "2020-01-01", "price_per_kwh": 700, "contribution_pct": 20, "demand_price_per_kw": 30_000,
			"reactive": map[string]any{"price_per_kvarh": 120}, "co2_kg_per_kwh": 0.2, "co2_avoided_kg_per_kwh": 0.3,
			"periods": []any{map[string]any{"days": []string{"holiday"}, "from": "00:00", "to": "01:00", "price_per_kwh": 1}},
		})
		path := made.Header.Get("Location")
		cost := func() (cost, co2 float64) {
			query := url.Values{"id": {campus.Site}, "from": {at.Add(-2 * time.Hour).Format(time.RFC3339)}, "to": {at.Add(2 * time.Hour).Format(time.RFC3339)}}
			var serie struct {
				Items []struct {
					Cost  *float64
					CO2Kg *float64 `json:"co2_kg"`
				}
			}
			require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).JSON(&serie))
			for _, step := range serie.Items {
				if step.Cost != nil {
					cost, co2 = cost+*step.Cost, co2+*step.CO2Kg
				}
			}
			return cost, co2
		}
		money, kg := cost()
		require.InDelta(t, 0.5*700*1.2, money, 1e-9)
		require.InDelta(t, 0.1, kg, 1e-9)

		var before, after map[string]any
		require.NoError(t, send(t, admin, 200, http.MethodGet, path, nil).JSON(&before))
		require.NoError(t, send(t, admin, 200, http.MethodPatch, path, map[string]any{}).JSON(&after))
		require.Equal(t, before, after, "what is not given stays")
		require.NoError(t, send(t, admin, 200, http.MethodPatch, path, map[string]any{"price_per_kwh": 800, "name": "Otra"}).JSON(&after))
		before["price_per_kwh"], before["name"] = 800.0, "Otra"
		require.Equal(t, before, after)
		money, _ = cost()
		require.InDelta(t, 0.5*800*1.2, money, 1e-9, "the past has the new price at once")

		cleared := map[string]any{"contribution_pct": nil, "demand_price_per_kw": nil, "reactive": nil, "co2_kg_per_kwh": nil, "co2_avoided_kg_per_kwh": nil, "periods": nil}
		send(t, admin, 200, http.MethodPatch, path, cleared)
		after = nil
		require.NoError(t, send(t, admin, 200, http.MethodGet, path, nil).JSON(&after))
		require.Equal(t, []any{0.0, 0.0, nil, nil, nil, nil},
			[]any{after["contribution_pct"], after["demand_price_per_kw"], after["reactive"], after["co2_kg_per_kwh"], after["co2_avoided_kg_per_kwh"], after["periods"]})
		money, kg = cost()
		require.InDelta(t, 0.5*800, money, 1e-9)
		require.InDelta(t, 0.5*0.112, kg, 1e-9, "the published factor")

		bad := send(t, admin, 400, http.MethodPatch, path, map[string]any{
			"space_id": "sp_nada", "valid_from": "ayer", "price_per_kwh": -1, "demand_price_per_kw": -1, "reactive": map[string]any{"price_per_kvarh": -1},
			"periods": []any{map[string]any{"days": []string{"x"}, "from": "25:00", "to": "08:00", "price_per_kwh": 1}},
		})
		require.ElementsMatch(t, []string{"space_id", "valid_from", "price_per_kwh", "demand_price_per_kw", "reactive.price_per_kvarh", "periods[0].days", "periods[0].from"}, fieldsOf(t, bad), "all at once")
		send(t, admin, 400, http.MethodPatch, path, map[string]any{"id": "otro"})
		other := send(t, admin, 201, http.MethodPost, "/api/tarifas", map[string]any{"space_id": campus.Site, "name": "2021", "valid_from": "2021-01-01", "price_per_kwh": 1}).Header.Get("Location")
		send(t, admin, 409, http.MethodPatch, other, map[string]any{"valid_from": "2020-01-01"})
		send(t, admin, 404, http.MethodPatch, "/api/tarifas/tf_nada", map[string]any{"name": "x"})
		send(t, admin, 404, http.MethodGet, "/api/tarifas/tf_nada", nil)
		limited := newUser(t, admin, "manager", campus.Room)
		send(t, limited, 404, http.MethodPatch, path, map[string]any{"name": "mía"})
		send(t, limited, 404, http.MethodGet, path, nil)
		own := send(t, limited, 201, http.MethodPost, "/api/tarifas", map[string]any{"space_id": campus.Room, "name": "Sala", "valid_from": "2020-01-01", "price_per_kwh": 1}).Header.Get("Location")
		require.Equal(t, []string{"space_id"}, fieldsOf(t, send(t, limited, 400, http.MethodPatch, own, map[string]any{"space_id": campus.Site})))
		send(t, admin, 200, http.MethodPatch, other, map[string]any{"space_id": campus.Room, "valid_from": "2019-01-01"})
		send(t, limited, 200, http.MethodGet, other, nil)
	})
}

// TestACalendarEntryIsChanged changes opening hours, and takes their last day away.
func TestACalendarEntryIsChanged(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		hours := func(from, to string) []any {
			return []any{map[string]any{"days": []any{"mon", "holiday"}, "from": from, "to": to}}
		}
		path := send(t, admin, 201, http.MethodPost, "/api/calendarios", map[string]any{
			"space_id": campus.Room, "name": "Horario", "kind": "opening", "from": "2026-01-01", "to": "2026-06-30", "hours": hours("07:00", "20:00"),
		}).Header.Get("Location")
		read := func() (entry map[string]any) {
			require.NoError(t, send(t, admin, 200, http.MethodGet, path, nil).JSON(&entry))
			return entry
		}
		before := read()
		send(t, admin, 200, http.MethodPatch, path, map[string]any{"to": nil, "hours": hours("08:00", "24:00")})
		delete(before, "to")
		before["hours"] = hours("08:00", "24:00")
		require.Equal(t, before, read())

		require.ElementsMatch(t, []string{"space_id", "hours[0].from", "to"}, fieldsOf(t, send(t, admin, 400, http.MethodPatch, path, map[string]any{"space_id": "sp_nada", "to": "2025-01-01", "hours": hours("x", "08:00")})))
		require.ElementsMatch(t, []string{"hours", "to"}, fieldsOf(t, send(t, admin, 400, http.MethodPatch, path, map[string]any{"kind": "closed"})), "a closed day has both ends and no hours")
		require.Equal(t, []string{"hours"}, fieldsOf(t, send(t, admin, 400, http.MethodPatch, path, map[string]any{"hours": nil})))
		require.Equal(t, before, read(), "a refused change changes nothing")
		send(t, admin, 200, http.MethodPatch, path, map[string]any{"kind": "closed", "hours": nil, "to": "2026-06-30"})
		require.Equal(t, "closed", read()["kind"])
		require.NotContains(t, read(), "hours")

		other := send(t, admin, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "Otra", "kind": "room", "parent_id": campus.Site}).Header.Get("Location")
		limited := newUser(t, admin, "manager", other[len("/api/espacios/"):])
		send(t, limited, 404, http.MethodPatch, path, map[string]any{"name": "mía"})
		send(t, limited, 404, http.MethodGet, path, nil)
		send(t, admin, 404, http.MethodPatch, "/api/calendarios/cal_nada", map[string]any{"name": "x"})
	})
}
