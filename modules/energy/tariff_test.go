package energy

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func money(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestRatesFollowPeriodsHolidaysAndValidity(t *testing.T) {
	zone := time.FixedZone("America/Bogota", -5*3600)
	local := func(s string) Instant {
		at, err := ParseInstant(s, zone)
		require.NoError(t, err)
		return at
	}
	old := Tariff{Space: "site", Name: "vieja", Currency: "COP", ValidFrom: "2026-01-01", Price: money("500")}
	peak := Tariff{Space: "site", Name: "punta", Currency: "COP", ValidFrom: "2026-05-01", Price: money("600"), Contribution: money("20"), Periods: []Period{
		{Days: []Day{"fri", "mon"}, From: 18 * 60, To: 21 * 60, Price: money("900")},
	}}
	got := rates([]Tariff{old, peak}, local("2026-04-30T22:00:00"), local("2026-05-19T00:00:00"), zone)
	at := func(s string) Rate {
		for _, r := range got {
			if i := local(s); i >= r.From && i < r.To {
				return r
			}
		}
		t.Fatalf("no rate at %s", s)
		return Rate{}
	}
	for instant, price := range map[string]string{
		"2026-04-30T23:59:59": "500", "2026-05-01T00:00:00": "720", "2026-05-01T19:00:00": "720", // a holiday is not its Friday
		"2026-05-08T17:59:59": "720", "2026-05-08T18:00:00": "1080", "2026-05-08T21:00:00": "720", "2026-05-18T19:00:00": "720",
	} {
		require.True(t, at(instant).Price.Equal(money(price)), "%s: %s", instant, at(instant).Price)
	}
	for i := range got[1:] {
		require.Equal(t, got[i].To, got[i+1].From, "no gap")
	}
	require.Equal(t, DefaultTariff.Name, rates(nil, local("2026-05-01T00:00:00"), local("2026-05-02T00:00:00"), zone)[0].Tariff)
}

func TestHoursChargeWhatTheDayCharges(t *testing.T) {
	rate := []Rate{{From: 0, To: Instant(dayMs), Currency: "COP", Price: money("437.9027"), Footprint: money("0.112")}}
	hours, day := newChargeMeter(rate), newChargeMeter(rate)
	sum := Charge{}
	for i := range Instant(24) {
		e := Energy(1_234_567 + int64(i)*7919)
		hours.add(i*Instant(hourMs), e)
		day.add(i*Instant(hourMs), e)
		sum.Cost = sum.Cost.Add(hours.take().Cost)
	}
	require.True(t, sum.Cost.Equal(day.take().Cost))
}
