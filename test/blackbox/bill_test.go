package blackbox

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestBill bills the last whole month by a tariff with a peak period, a contribution, a demand price and a rule for
// reactive energy: the energy is the sum of its hours to the last digit, and the parts add up to the total.
func TestBill(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		campus, err := client.MakeCampus(1)
		require.NoError(t, err)
		zone, err := time.LoadLocation("America/Bogota")
		require.NoError(t, err)
		now := time.Now().In(zone)
		first := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, zone)
		send(t, client, 201, http.MethodPost, "/api/tarifas", map[string]any{
			"space_id": campus.Site, "name": "Horaria", "valid_from": "2020-01-01", "price_per_kwh": 437.3234, "contribution_pct": 20, "demand_price_per_kw": 1000.5,
			"periods":  []any{map[string]any{"days": []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"}, "from": "18:00", "to": "21:00", "price_per_kwh": 441.1073}},
			"reactive": map[string]any{"price_per_kvarh": 100},
		})
		send(t, client, 400, http.MethodPost, "/api/tarifas", map[string]any{
			"space_id": campus.Site, "name": "Mala", "valid_from": "2021-01-01", "price_per_kwh": 1, "reactive": map[string]any{"price_per_kvarh": -1, "multiplier": 13},
		})
		send(t, client, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "q", "kind": "meter", "measures": "reactive_inductive", "space_id": campus.Room, "parent_id": "d0"})
		at := func(hour, minute int) string {
			return first.Add(time.Duration(hour*60+minute) * time.Minute).Format(time.RFC3339)
		}
		for i, kwh := range []float64{0.123457, 0.333333, 1.5, 0.000001} {
			send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": kwh, "timestamp": at(17, 45+15*i)})
		}
		send(t, client, 400, http.MethodPost, "/consumo", map[string]any{"device_id": "q", "kwh": 1, "timestamp": at(18, 0)})
		send(t, client, 400, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kvarh": 1, "timestamp": at(18, 0)})
		stored := send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "q", "kvarh": 1.25, "interval_s": 3600, "timestamp": at(19, 0)})
		require.Contains(t, string(stored.Body), `"kvarh":1.25`)
		send(t, client, 409, http.MethodPatch, "/api/dispositivos/q", map[string]any{"measures": "active"})

		var bill struct {
			Complete     bool
			Lines        []struct{ KWh, Cost decimal.Decimal }
			EnergyCost   decimal.Decimal `json:"energy_cost"`
			Contribution decimal.Decimal
			KWh          decimal.Decimal
			Demand       struct {
				PeakKW decimal.Decimal `json:"peak_kw"`
				At     time.Time
				Cost   decimal.Decimal
			}
			Reactive struct {
				Measured bool
				Excess   decimal.Decimal `json:"excess_kvarh"`
				Cost     decimal.Decimal
			}
			Total   decimal.Decimal
			Factors []struct{ Source string } `json:"emission_factors"`
		}
		require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/factura?month="+first.Format("2006-01"), nil).JSON(&bill))
		require.True(t, bill.Complete)
		require.Equal(t, "1.956791", bill.KWh.String(), "reactive energy is no part of it")
		require.Len(t, bill.Lines, 2)
		hours := sumOfHours(t, client, first, first.AddDate(0, 1, 0))
		require.True(t, hours.Equal(bill.EnergyCost), "%s of hours, %s billed", hours, bill.EnergyCost)
		require.True(t, bill.EnergyCost.Equal(bill.Lines[0].Cost.Add(bill.Lines[1].Cost).Add(bill.Contribution)))
		require.Equal(t, "6", bill.Demand.PeakKW.String())
		require.Equal(t, at(18, 0), bill.Demand.At.In(zone).Format(time.RFC3339), "the quarter hour that was reported at 18:15")
		// 1.500001 kWh from 18:00 to 19:00 let half as much pass.
		require.True(t, bill.Reactive.Measured)
		require.Equal(t, "0.4999995", bill.Reactive.Excess.String())
		require.True(t, bill.Total.Equal(bill.EnergyCost.Add(bill.Demand.Cost).Add(bill.Reactive.Cost).RoundBank(2)))
		require.Contains(t, bill.Factors[0].Source, "UPME")
		send(t, client, 400, http.MethodGet, "/api/consumo/factura?month=2026-13", nil)
		send(t, client, 400, http.MethodGet, "/api/consumo/factura?month="+now.AddDate(0, 2, 0).Format("2006-01"), nil)
		send(t, client, 404, http.MethodGet, "/api/consumo/factura?level=room&id=sp_x&month=2026-05", nil)
	})
}

// sumOfHours is what the hours of a series cost.
func sumOfHours(t *testing.T, client *program.Client, from, to time.Time) decimal.Decimal {
	t.Helper()
	query := url.Values{"bucket": {"hour"}, "from": {from.Format(time.RFC3339)}, "to": {to.Format(time.RFC3339)}}
	var serie struct {
		Items []struct{ Cost *decimal.Decimal }
	}
	require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).JSON(&serie))
	sum := decimal.Zero
	for _, hour := range serie.Items {
		if hour.Cost != nil {
			sum = sum.Add(*hour.Cost)
		}
	}
	require.False(t, sum.IsZero(), fmt.Sprint(len(serie.Items), " hours"))
	return sum
}
