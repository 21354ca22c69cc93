package tariffs

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

// TestPricingNamesAllThatHeld sets a tariff in the middle of a month: the days before it have the default tariff, and the tariff
// has its own emission factor.
func TestPricingNamesAllThatHeld(t *testing.T) {
	zone := time.FixedZone("", -5*3600)
	at := func(day int) energy.Instant { return energy.InstantOf(time.Date(2026, 5, day, 0, 0, 0, 0, zone)) }
	footprint := decimal.RequireFromString("0.2")
	own := Tariff{ID: "tf", Space: "sitio", Name: "Propia", Currency: "COP", ValidFrom: "2026-05-15", Price: decimal.NewFromInt(800), Footprint: &footprint}
	all := RatesOf([]Tariff{own}, at(1), at(31), Place{Zone: zone})
	both := PricingOf(all, at(1), at(31))
	require.Equal(t, []TariffUsed{
		{Name: "Propia", ValidFrom: "2026-05-15"}, {Name: DefaultTariff.Name, ValidFrom: "2017-07-01", Source: DefaultTariff.Source, Default: true},
	}, both.Tariffs)
	require.Len(t, both.Factors, 2)
	require.Equal(t, []any{2026, "Propia", false, "0.2"}, []any{both.Factors[0].Year, both.Factors[0].Name, both.Factors[0].Default, both.Factors[0].Value.String()})
	require.Equal(t, []any{2022, true, "0.112"}, []any{both.Factors[1].Year, both.Factors[1].Default, both.Factors[1].Value.String()})
	require.Len(t, PricingOf(all, at(15), at(31)).Tariffs, 1, "the days of the new tariff have only that one")
	require.True(t, all[len(all)-1].AvoidedFactor.Default, "a factor that the tariff does not set is the year's")
	require.Empty(t, PricingOf(all, at(1), at(1)).Tariffs)
}
