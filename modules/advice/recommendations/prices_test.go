package recommendations

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// rising are prices that rise at an instant, in each space; asked counts the questions of a space.
type rising struct {
	at    time.Time
	asked map[string]int
}

func (r rising) Rates(_ context.Context, space string, from, to time.Time) ([]advice.Rate, error) {
	r.asked[space]++
	var rates []advice.Rate
	if from.Before(r.at) {
		rates = append(rates, advice.Rate{From: from, To: advice.Earliest(to, r.at), Price: 100, Currency: "COP", Tariff: "before"})
	}
	if to.After(r.at) {
		rates = append(rates, advice.Rate{From: advice.Latest(from, r.at), To: to, Price: 400, Currency: "COP", Tariff: "after"})
	}
	return rates, nil
}

// TestEachAnomalyHasThePriceOfItsHours checks that anomalies of a space share one question, and no price.
func TestEachAnomalyHasThePriceOfItsHours(t *testing.T) {
	at := time.Date(2026, 3, 1, 5, 0, 0, 0, time.UTC)
	waste := func(space string, from, to int, kwh float64) Anomaly {
		a := Anomaly{Space: space}
		a.Departure = rules.Departure{From: at.Add(time.Duration(from) * time.Hour), To: at.Add(time.Duration(to) * time.Hour), KWh: kwh}
		return a
	}
	all := []Anomaly{waste("sala", 10, 20, 2), waste("sala", -30, -10, 3), waste("sala", -6, 3, 9), waste("aula", -2, 2, 4), waste("patio", 0, 5, 0)}
	prices := rising{at, make(map[string]int)}
	require.NoError(t, (&Catalog{prices: prices}).priceAnomalies(t.Context(), all))
	require.Equal(t, map[string]int{"sala": 1, "aula": 1}, prices.asked)
	for i, cost := range []float64{800, 300, 9 * 200, 4 * 250, 0} {
		require.InDelta(t, cost, all[i].Cost, 1e-9, i)
	}
	for i, tariff := range []string{"after", "before", "after", "after", ""} {
		require.Equal(t, tariff, all[i].Price.Tariff, i)
	}
}
