package usage_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

func price(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// twoPrices has a higher price in the evening from Monday to Friday, a legal surcharge of 20 %, and a price for the month's peak.
var twoPrices = tariffs.Tariff{
	Space: "site", Name: "Punta", Currency: "COP", ValidFrom: "2026-01-01", Price: price("500"), Contribution: price("20"), DemandPrice: price("1000"),
	Periods: []tariffs.Period{{
		Hours: calendar.Hours{Days: []calendar.Day{"mon", "tue", "wed", "thu", "fri"}, From: 18 * 60, To: 21 * 60}, Price: price("900"),
	}},
}

func ExampleQueries_Bill() {
	ctx, tree := context.Background(), energytest.NewSmallCampus()
	_, _ = tree.Rules.AddTariff(ctx, energytest.SmallManager, twoPrices)
	_, _ = tree.Record("meter", "2026-05-25T12:00:00", "2")
	_, _ = tree.Record("meter", "2026-05-25T19:00:00", "1")
	bill, _ := tree.Reports.Bill(ctx, energytest.SmallManager, campus.OfSite, "site", "2026-05")
	for _, line := range bill.Lines {
		fmt.Println(line.Energy.KWh(), "kWh at", line.Price, "is", line.Cost)
	}
	fmt.Println("contribution", bill.Contribution)
	fmt.Println("peak", bill.Demand.Peak.KW(), "kW is", bill.Demand.Cost)
	fmt.Println("total", bill.Total, bill.Currency)
	// Output:
	// 2 kWh at 500 is 1000
	// 1 kWh at 900 is 900
	// contribution 380
	// peak 8 kW is 8000
	// total 10280 COP
}

// TestBill makes bills of one reading each.
func TestBill(t *testing.T) {
	plain := tariffs.Tariff{Space: "site", Name: "Plana", Currency: "COP", ValidFrom: "2026-01-01", Price: price("500")}
	tenth := plain
	tenth.Price = price("500.1")
	later := plain
	later.ValidFrom, later.Price = "2026-05-20", price("600")
	for _, c := range []struct {
		name    string
		tariffs []tariffs.Tariff
		at, kwh string
		lines   int
		total   string
	}{
		{"no tariff is set", nil, "2026-05-25T12:00:00", "1", 1, "437.9"},
		{"one price", []tariffs.Tariff{plain}, "2026-05-25T12:00:00", "1.5", 1, "750"},
		{"half a hundredth down to the even one, 25.005", []tariffs.Tariff{tenth}, "2026-05-25T12:00:00", "0.05", 1, "25"},
		{"half a hundredth up to the even one, 75.015", []tariffs.Tariff{tenth}, "2026-05-25T12:00:00", "0.15", 1, "75.02"},
		{"the tariff of the day", []tariffs.Tariff{plain, later}, "2026-05-19T12:00:00", "1", 1, "500"},
		{"the tariff of a later day", []tariffs.Tariff{plain, later}, "2026-05-20T12:00:00", "1", 1, "600"},
		{"a period's price, its contribution and the peak", []tariffs.Tariff{twoPrices}, "2026-05-25T19:00:00", "1", 1, "5080"},
		{"on a holiday there is no such period", []tariffs.Tariff{twoPrices}, "2026-05-18T19:00:00", "1", 1, "4600"},
		{"another month", []tariffs.Tariff{plain}, "2026-04-30T12:00:00", "1", 1, "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, tree := context.Background(), energytest.NewSmallCampus()
			for _, one := range c.tariffs {
				_, err := tree.Rules.AddTariff(ctx, energytest.SmallManager, one)
				require.NoError(t, err)
			}
			tree.RecordAll(t, "meter", map[string]string{c.at: c.kwh})
			bill, err := tree.Reports.Bill(ctx, energytest.SmallManager, campus.OfSite, "site", "2026-05")
			require.NoError(t, err)
			require.Len(t, bill.Lines, c.lines)
			require.Equal(t, c.total, bill.Total.String())
			require.False(t, bill.Complete, "the month is not over")
		})
	}
}

// TestNoBill checks the flaws of a month.
func TestNoBill(t *testing.T) {
	ctx, tree := context.Background(), energytest.NewSmallCampus()
	pesos, dollars := twoPrices, twoPrices
	dollars.Currency, dollars.ValidFrom = "USD", "2026-03-15"
	for _, one := range []tariffs.Tariff{pesos, dollars} {
		_, err := tree.Rules.AddTariff(ctx, energytest.SmallManager, one)
		require.NoError(t, err)
	}
	for month, rule := range map[string]string{"2026-06": "future", "2026-13": "pattern", "": "pattern", "2026-5": "pattern", "2026-03": "exactly_one"} {
		_, err := tree.Reports.Bill(ctx, energytest.SmallManager, campus.OfSite, "site", month)
		var invalid energy.ErrInvalid
		require.ErrorAs(t, err, &invalid, month)
		require.Equal(t, []string{"month", rule}, []string{invalid.Flaws[0].Field, invalid.Flaws[0].Rule}, month)
	}
}

// TestABillIsTheSumOfItsHours compares the bill of random readings with the costs of its hours, to the last digit.
func TestABillIsTheSumOfItsHours(t *testing.T) {
	from, to := energytest.Local("2026-05-01T00:00:00"), energytest.Local("2026-05-26T10:00:00")
	quarters := int((to - from) / energy.Instant(15*energytest.Minute))
	rapid.Check(t, func(t *rapid.T) {
		ctx, tree := context.Background(), energytest.NewSmallCampus()
		_, err := tree.Rules.AddTariff(ctx, energytest.SmallManager, twoPrices)
		require.NoError(t, err)
		var batch []energy.Reading
		for _, q := range rapid.SliceOfNDistinct(rapid.IntRange(1, quarters), 1, 12, rapid.ID[int]).Draw(t, "quarters") {
			batch = append(batch, energytest.Interval("meter", from.Add(int64(q)*15*energytest.Minute), energy.Energy(rapid.Int64Range(0, 2_000_000).Draw(t, "energy"))))
		}
		_, err = tree.Store.Append(ctx, batch, energytest.Traits)
		require.NoError(t, err)
		bill, err := tree.Reports.Bill(ctx, energytest.SmallManager, campus.OfSite, "site", "2026-05")
		require.NoError(t, err)
		cost, lines, used := decimal.Zero, decimal.Zero, energy.Energy(0)
		for _, step := range serie(t, tree, usage.Query{Level: campus.OfSite, ID: "site", Bucket: usage.ByHour, From: from, To: to})[0].Steps {
			cost, used = cost.Add(step.Charge.Cost), used+step.Energy
		}
		for _, line := range bill.Lines {
			lines = lines.Add(line.Cost)
		}
		require.Equal(t, used, bill.Usage.Energy)
		require.True(t, cost.Equal(lines.Add(bill.Contribution)), "%s is not %s and %s", cost, lines, bill.Contribution)
		require.True(t, bill.Total.Equal(cost.Add(bill.Demand.Cost).RoundBank(2)))
	})
}
